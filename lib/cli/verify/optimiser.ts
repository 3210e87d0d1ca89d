import { parseArgs } from "node:util";
import { AlcapError } from "../../errors";
import { loadWeights } from "../../model/weights";
import type { ModelFixture } from "../../verify/model";
import { type OptimiserFixture, optimiserParity } from "../../verify/optimiser";
import { readJson } from "../read-json";

const help = `Usage: alcap verify optimiser FIXTURE.json MODEL.json WEIGHTS.safetensors [--json]

Trains MODEL.json's batch from WEIGHTS with Adafactor for the fixture's steps and prints the largest relative differences of
the losses, the parameters' norms and their first values (each relative to its parameter's norm).`;

/** `alcap verify optimiser`: how far training steps here are from a reference's. */
export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: "boolean" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const [fixture, model, weights] = positionals;
  if (!fixture || !model || !weights || positionals.length > 3)
    throw new AlcapError("usage", "Give an optimiser fixture, a model fixture and its weights.", "Run `alcap verify --help`.");
  const result = await optimiserParity(
    readJson(fixture) as OptimiserFixture,
    readJson(model) as ModelFixture,
    (await loadWeights(weights)).tensors,
  );
  if (values.json) console.log(JSON.stringify(result));
  else for (const [name, worst] of Object.entries(result)) console.log(`${name.padEnd(26)} ${worst.toExponential(2)}`);
  return 0;
}
