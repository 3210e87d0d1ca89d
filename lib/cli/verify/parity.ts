import { loadWeights } from "../../model/weights";
import { type EncoderFixture, encoderParity } from "../../verify/encoder";
import { type ModelFixture, modelParity } from "../../verify/model";
import { type OptimiserFixture, optimiserParity } from "../../verify/optimiser";
import { command } from "../command";
import { existing, file, flag, required } from "../options";
import { readFixture } from "./read-fixture";

const fixture = required(file("FIXTURE", "what the reference was given and gave, as JSON"));
const weights = (kind: string) => required(existing("WEIGHTS", `the reference's weights, ${kind}`));
const options = { json: flag("one JSON object instead of text") };

export const model = command({
  name: "verify model",
  about: "Runs a model fixture of the released PyTorch code and prints the largest relative difference of each quantity.",
  arguments: { fixture, weights: weights("safetensors") },
  options,
  action: async ({ fixture, weights, json }) =>
    print(await modelParity(readFixture<ModelFixture>(fixture), await tensorsOf(weights)), json),
});

export const encoder = command({
  name: "verify encoder",
  about: "Runs a fixture of the released music encoder and prints the largest differences of mel spectrogram and embedding.",
  arguments: { fixture, weights: weights("a torch file or safetensors") },
  options,
  action: async ({ fixture, weights, json }) =>
    print(await encoderParity(readFixture<EncoderFixture>(fixture), await tensorsOf(weights)), json),
});

export const optimiser = command({
  name: "verify optimiser",
  about:
    "Trains a model fixture's batch with Adafactor for the fixture's steps and prints the largest relative differences of the " +
    "losses, the parameters' norms and their first values (each relative to its parameter's norm).",
  arguments: { fixture, model: required(file("MODEL", "the model fixture that is trained")), weights: weights("safetensors") },
  options,
  action: async ({ fixture, model, weights, json }) => {
    const reference = readFixture<OptimiserFixture>(fixture);
    return print(await optimiserParity(reference, readFixture<ModelFixture>(model), await tensorsOf(weights)), json);
  },
});

const tensorsOf = async (weights: string) => (await loadWeights(weights)).tensors;

/** Prints the largest difference of each quantity. Gives the exit code. */
function print(result: Readonly<Record<string, number | boolean>>, json: boolean): number {
  if (json) console.log(JSON.stringify(result));
  else
    for (const [name, worst] of Object.entries(result))
      console.log(`${name.padEnd(26)} ${typeof worst === "number" ? worst.toExponential(2) : worst}`);
  return 0;
}
