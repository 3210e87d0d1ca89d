import { existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { AlcapError } from "../errors";
import { bootstrapAggregate } from "../metric/text/aggregate";
import { intervalsOf, parseCaptionLines, scoreNames, scorePairs } from "../metric/text/score";
import { loadWordNet } from "../metric/text/wordnet";

const help = `Usage: alcap score CAPTIONS.jsonl [--json] [--stem] [--seed N] [--resamples N]

Scores captions, one {"prediction": "…", "reference": "…"} a line (a run's .captions.jsonl, with "caption" for the prediction, is read too).
Prints the mean of each measure over the captions, in percent, with its 95 % bootstrap interval: ROUGE recall, which the released
evaluator of ALCAP reports and which rewards long captions, ROUGE F1 and precision, and METEOR. "mid" is HuggingFace's aggregate
of ROUGE for NumPy's seed N.

  --stem         Porter-stem words for ROUGE (default: as HuggingFace, not)
  --seed N       of the resampling, a whole number (default 0)
  --resamples N  of the intervals (default 2000)
  --json         everything as JSON, in 0 to 1`;

/** `alcap score`. */
export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: "boolean" },
      stem: { type: "boolean" },
      seed: { type: "string" },
      resamples: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0)
    throw new AlcapError("usage", "Give one file of captions.", "Run `alcap score --help`.");
  if (!existsSync(file)) throw new AlcapError("input", `The file ${file} does not exist.`, "Check the path.");
  const seed = wholeNumber("--seed", values.seed ?? "0", 0);
  const resamples = wholeNumber("--resamples", values.resamples ?? "2000", 1);
  const pairs = parseCaptionLines(readFileSync(file, "utf8"), file);
  const scores = scorePairs(pairs, loadWordNet(), { stem: values.stem });
  const intervals = intervalsOf(scores, { seed, resamples });
  const mid = bootstrapAggregate(scores, { seed });
  if (values.json) {
    console.log(
      JSON.stringify({ file, captions: pairs.length, stem: values.stem ?? false, seed, resamples, intervals, huggingFace: mid }),
    );
    return 0;
  }
  console.log(`${pairs.length} captions of ${file}; percent, mean [95 % interval]`);
  for (const name of scoreNames) {
    const { mean, low, high } = intervals[name];
    const [measure = "", part = ""] = name.split(".");
    const aggregate = measure === "meteor" ? "" : `  mid ${percent(mid[measure as "rouge1"].mid[part as "recall"])}`;
    console.log(`  ${name.padEnd(16)} ${percent(mean)} [${percent(low)}, ${percent(high)}]${aggregate}`);
  }
  return 0;
}

function wholeNumber(option: string, text: string, least: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number < 2 ** 32) return number;
  throw new AlcapError("usage", `${option} is "${text}".`, `Give a whole number from ${least} to 4294967295.`);
}

function percent(share: number): string {
  return Number.isNaN(share) ? "–" : (100 * share).toFixed(2);
}
