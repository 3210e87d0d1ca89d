import { readText } from "../../files/read";
import { loadWordNet } from "../../metric/text/wordnet";
import { compareWithReference, type MetricParity, parseReferenceFixture } from "../../verify/metrics";
import { command } from "../command";
import { file, flag, required } from "../options";

/** `alcap verify metrics`. */
export const { run, parse } = command({
  name: "verify metrics",
  about:
    "Compares ROUGE, METEOR and tokens with the reference scorers' on the fixture's pairs and prints the largest absolute difference " +
    "of each measure. METEOR is compared on the fixture's own tokens; texts that this library tokenises differently are listed. " +
    "Exit code 0 when ROUGE is within 1e-9 and METEOR within 1e-6, else 1.",
  arguments: { fixture: required(file("FIXTURE", "pairs with their reference scores, as JSON")) },
  options: { json: flag("one JSON object instead of text") },
  action: async ({ fixture, json }) => {
    const comparison = compareWithReference(parseReferenceFixture(readText(fixture), fixture), loadWordNet());
    console.log(json ? JSON.stringify(comparison) : inWords(comparison));
    return comparison.passed ? 0 : 1;
  },
});

function inWords({ pairs, deviations, tokenDifferences }: MetricParity): string {
  return [
    `Largest absolute difference over ${pairs} pairs:`,
    ...deviations.map(({ measure, largest, pair, tolerance }) => {
      const where = largest > 0 ? ` (pair ${pair})` : "";
      return `  ${measure.padEnd(16)} ${largest.toExponential(2)}${where}, ${largest <= tolerance ? "within" : "BEYOND"} ${tolerance.toExponential(0)}`;
    }),
    `Texts tokenised differently: ${tokenDifferences.length}`,
    ...tokenDifferences.map(
      ({ pair, side, expected, found }) => `  pair ${pair}, ${side}: ${expected.join(" | ")}  here: ${found.join(" | ")}`,
    ),
  ].join("\n");
}
