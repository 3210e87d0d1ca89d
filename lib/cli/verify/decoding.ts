import { loadWeights } from "../../model/weights";
import { type DecodingCase, decodingParity, parseDecodingFixture } from "../../verify/decoding";
import { command } from "../command";
import { existing, file, flag, required } from "../options";
import { readFixture } from "./read-fixture";

/** `alcap verify decoding`. */
export const { run, parse } = command({
  name: "verify decoding",
  about:
    "Decodes a fixture of HuggingFace's generate: sequences and scores for settings as HuggingFace names them, top-p warping of given " +
    "logits, beam sampling with recorded draws. Prints for each case that it is equal or the first step that differs, and the largest " +
    "score error. Exit code 1 when any case differs.",
  arguments: {
    fixture: required(file("FIXTURE", "what generate was given and gave, as JSON")),
    weights: required(existing("WEIGHTS", "the reference's weights, safetensors")),
  },
  options: { json: flag("one JSON object instead of text") },
  action: async ({ fixture, weights, json }) => {
    const { tensors } = await loadWeights(weights);
    const parity = await decodingParity(parseDecodingFixture(readFixture(fixture)), tensors);
    if (json) console.log(JSON.stringify(parity));
    else {
      parity.cases.forEach((one, at) => {
        console.log(inWords(one, at));
      });
      console.log(`${parity.equal} cases equal, ${parity.different} different`);
      console.log(
        `largest error: scores ${parity.largestScoreError.toExponential(1)}, probabilities ${parity.largestProbabilityError.toExponential(1)}`,
      );
    }
    return parity.different === 0 ? 0 : 1;
  },
});

function inWords({ kind, settings, differs }: DecodingCase, at: number): string {
  const named = Object.entries(settings).map(([name, setting]) => `${name}=${setting}`);
  const result = differs ? `DIFFERS in row ${differs.row} at step ${differs.step}` : "equal";
  return `${String(at).padStart(4)} ${kind} ${result}  ${named.join(" ")}`;
}
