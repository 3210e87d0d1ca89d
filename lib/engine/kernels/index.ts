import { conv } from "./conv";
import { constants, elementwise } from "./elementwise";
import { fused } from "./fused";
import { indexOps } from "./index-ops";
import { matmul } from "./matmul";
import { reduceRules } from "./reduce";
import type { Rule, Rules } from "./rule";
import { shape } from "./shape";

/** Every tfjs kernel that can be compiled. */
export const RULES: ReadonlyMap<string, Rule> = new Map(
  Object.entries<Rule>({
    ...elementwise,
    ...constants,
    ...shape,
    ...reduceRules,
    ...matmul,
    ...indexOps,
    ...conv,
    ...fused,
  } satisfies Rules),
);
