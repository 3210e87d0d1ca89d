import { madeUpPairs } from "../../bench/caption-pairs";
import { benchMetrics, type MetricBench, type Speed } from "../../bench/metrics";
import { command } from "../command";
import { or, whole } from "../options";
import { json, python } from "./bench-options";

/** `alcap bench metrics`. */
export const { run, parse } = command({
  name: "bench metrics",
  about:
    "Scores made-up caption pairs and, where Python has NLTK and WordNet (Debian: python3-nltk and wordnet-base), the same pairs with " +
    "the reference scorers: rouge_score written out, NLTK's tokens and METEOR. Both sides count processor time of one thread's work, " +
    "ours after 2000 pairs of warming up, in five alternating rounds; ratios are medians of the rounds.",
  options: {
    pairs: or(whole("caption pairs", { from: 1, to: 1_000_000 }), 10_000),
    words: or(whole("of a caption", { from: 1, to: 100_000 }), 60),
    python,
    json,
  },
  action: async ({ pairs, words, python, json }) => {
    const report = benchMetrics(madeUpPairs(pairs, words), python);
    console.log(json ? JSON.stringify(report) : inWords(report));
    return 0;
  },
});

function inWords(report: MetricBench): string {
  const line = (name: string, { ours, reference, ratio, leastRatio, largestDifference }: Speed) =>
    ratio === undefined
      ? `  ${name}  ${ours.toFixed(0)} µs a pair`
      : `  ${name}  ${ours.toFixed(0)} µs a pair, reference ${reference?.toFixed(0)} µs: ${ratio.toFixed(0)} times as fast (slowest round ${leastRatio?.toFixed(0)}), scores differ by ${largestDifference?.toExponential(1)} at most`;
  return [
    `${report.pairs} caption pairs, ${report.peer === null ? `no peer: ${report.reason}` : `reference: ${report.peer}`}`,
    line("ROUGE ", report.rouge),
    line("METEOR", report.meteor),
    `  WordNet's index loads in ${report.loadMilliseconds.toFixed(0)} ms`,
    `  one pair of 16,000 tokens: ROUGE ${report.longPairMilliseconds.rouge.toFixed(0)} ms, METEOR ${report.longPairMilliseconds.meteor.toFixed(0)} ms`,
  ].join("\n");
}
