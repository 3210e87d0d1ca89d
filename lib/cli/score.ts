import { type Encoding, encodings, readText } from "../files/read";
import { bootstrapAggregate } from "../metric/text/aggregate";
import { intervalsOf, parseCaptionLines, scoreNames, scorePairs } from "../metric/text/score";
import { loadWordNet } from "../metric/text/wordnet";
import { silent } from "../progress";
import { command } from "./command";
import { choice, file, flag, or, required, whole } from "./options";
import { terminalReporter } from "./terminal";

/** `alcap score`. */
export const { run, parse } = command({
  name: "score",
  about:
    "Scores captions and prints the mean of each measure over them, in percent, with its 95 % bootstrap interval: ROUGE recall, " +
    "which the released evaluator of ALCAP reports and which rewards long captions, ROUGE F1 and precision, and METEOR. " +
    "\"mid\" is HuggingFace's aggregate of ROUGE for NumPy's seed N.",
  arguments: {
    file: required(
      file(
        "CAPTIONS",
        'a line each: {"prediction": "…", "reference": "…"}; in a run\'s .captions.jsonl "caption" is the prediction',
      ),
    ),
  },
  options: {
    stem: flag("Porter-stem words for ROUGE (HuggingFace does not)"),
    seed: or(whole("of the resampling", { to: 2 ** 32 - 1 }), 0),
    resamples: or(whole("of the intervals", { from: 1, to: 1_000_000 }), 2000),
    encoding: or(choice("encoding", encodings, "of the file"), "utf-8"),
    json: flag("everything as JSON, in 0 to 1"),
  },
  action: score,
});

/** Captions whose scoring takes long enough to be told of. */
const MANY = 2000;

interface Asked {
  readonly file: string;
  readonly stem: boolean;
  readonly seed: number;
  readonly resamples: number;
  readonly encoding: Encoding;
  readonly json: boolean;
}

async function score({ file, stem, seed, resamples, encoding, json }: Asked): Promise<number> {
  const pairs = parseCaptionLines(readText(file, {}, encoding), file);
  const progress = (what: string) => (pairs.length >= MANY ? terminalReporter()(what) : silent);
  const scores = scorePairs(pairs, loadWordNet(), { stem }, progress("scoring"));
  const intervals = intervalsOf(scores, { seed, resamples }, progress("drawing songs for the intervals"));
  const mid = bootstrapAggregate(scores, { seed }, progress("drawing songs for HuggingFace's aggregate"));
  if (json) {
    console.log(JSON.stringify({ file, captions: pairs.length, stem, seed, resamples, intervals, huggingFace: mid }));
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

function percent(share: number): string {
  return Number.isNaN(share) ? "–" : (100 * share).toFixed(2);
}
