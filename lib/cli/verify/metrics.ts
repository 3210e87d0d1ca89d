import { existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { AlcapError } from "../../errors";
import { loadWordNet } from "../../metric/text/wordnet";
import { compareWithReference, type MetricParity, parseReferenceFixture } from "../../verify/metrics";

const help = `Usage: alcap verify metrics FIXTURE.json [--json]

Compares ROUGE, METEOR and tokens with the reference scorers' on the fixture's pairs and prints the largest absolute difference of each measure.
METEOR is compared on the fixture's own tokens; texts that this library tokenises differently are listed.
Exit code 0 when ROUGE is within 1e-9 and METEOR within 1e-6, else 1.`;

/** `alcap verify metrics`. */
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
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0)
    throw new AlcapError("usage", "Give one fixture.", "Run `alcap verify metrics --help`.");
  if (!existsSync(file)) throw new AlcapError("input", `The fixture ${file} does not exist.`, "Check the path.");
  const comparison = compareWithReference(parseReferenceFixture(readFileSync(file, "utf8"), file), loadWordNet());
  console.log(values.json ? JSON.stringify(comparison) : inWords(comparison));
  return comparison.passed ? 0 : 1;
}

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
