import { parseArgs } from "node:util";
import { AlcapError } from "../../errors";
import type { ParamValues } from "../../model/params";
import { loadWeights } from "../../model/weights";
import { type EncoderFixture, encoderParity } from "../../verify/encoder";
import { type ModelFixture, modelParity } from "../../verify/model";
import { readJson } from "../read-json";
import { run as verifyData } from "./data";
import { run as verifyMetrics } from "./metrics";
import { run as verifyOptimiser } from "./optimiser";

const help = `Usage: alcap verify model FIXTURE.json WEIGHTS.safetensors [--json]
       alcap verify encoder FIXTURE.json WEIGHTS.pth [--json]
       alcap verify optimiser FIXTURE.json MODEL.json WEIGHTS.safetensors [--json]
       alcap verify metrics FIXTURE.json [--json]
       alcap verify data DIR [--json]

Runs this library on a fixture of the released PyTorch code's outputs and prints the largest difference of each quantity.`;

/** What has a file of its own. */
const others = new Map([
  ["metrics", verifyMetrics],
  ["optimiser", verifyOptimiser],
  ["data", verifyData],
]);

/** `alcap verify`: how far this library is from reference outputs. */
export async function run(args: readonly string[]): Promise<number> {
  const [what, ...rest] = args;
  const other = what === undefined ? undefined : others.get(what);
  if (other) return other(rest);
  const { values, positionals } = parseArgs({
    args: what === undefined ? [] : [...args],
    allowPositionals: true,
    options: { json: { type: "boolean" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const [kind, fixture, weights] = positionals;
  if (!kind || !fixture || !weights)
    throw new AlcapError("usage", "Give what to verify, a fixture and its weights.", "Run `alcap verify --help`.");
  const params = (await loadWeights(weights)).tensors;
  const result = await verified(kind, readJson(fixture), params);
  if (values.json) console.log(JSON.stringify(result));
  else
    for (const [name, worst] of Object.entries(result))
      console.log(`${name.padEnd(26)} ${typeof worst === "number" ? worst.toExponential(2) : worst}`);
  return 0;
}

function verified(kind: string, fixture: unknown, params: ParamValues): Promise<Record<string, number | boolean>> {
  if (kind === "model") return modelParity(fixture as ModelFixture, params);
  if (kind === "encoder") return encoderParity(fixture as EncoderFixture, params);
  throw new AlcapError(
    "usage",
    `There is nothing to verify by the name "${kind}".`,
    "Choose model, encoder, optimiser, metrics or data.",
  );
}
