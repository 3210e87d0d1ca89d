import { readFileSync } from "node:fs";
import { z } from "zod";

/** Time of all nodes of one operator in one layer, a step. */
export interface NodeTime {
  /** The tfjs scopes around it; where there are none, the shapes of its operands. */
  readonly layer: string;
  readonly op: string;
  readonly nodes: number;
  readonly ms: number;
}

const kernelTime = z.object({
  cat: z.literal("Node"),
  name: z.string().endsWith("_kernel_time"),
  dur: z.number(),
  args: z.object({
    op_name: z.string().optional(),
    input_type_shape: z.array(z.record(z.string(), z.array(z.number()))).optional(),
  }),
});

/** Sums the node times in ONNX Runtime's profiles of so many steps, longest first. */
export function nodeTimes(files: readonly string[], steps: number): NodeTime[] {
  const sums = new Map<string, { layer: string; op: string; runs: number; micros: number }>();
  for (const file of files)
    for (const one of z.array(z.unknown()).parse(JSON.parse(readFileSync(file, "utf8")))) {
      const { success, data } = kernelTime.safeParse(one);
      if (!success) continue;
      const { name, dur, args } = data;
      const op = args.op_name ?? "unknown";
      const scope = name.lastIndexOf("/");
      const shapes = (args.input_type_shape ?? []).flatMap((one) => Object.values(one)).map((shape) => `[${shape.join(", ")}]`);
      const layer = scope > 0 ? name.slice(0, scope) : shapes.slice(0, 3).join(" ");
      const sum = sums.get(`${layer} ${op}`) ?? { layer, op, runs: 0, micros: 0 };
      sums.set(`${layer} ${op}`, { layer, op, runs: sum.runs + 1, micros: sum.micros + dur });
    }
  return [...sums.values()]
    .map(({ layer, op, runs, micros }) => ({ layer, op, nodes: runs / steps, ms: micros / 1000 / steps }))
    .sort((a, b) => b.ms - a.ms);
}
