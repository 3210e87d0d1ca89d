import { mersenne } from "pure-rand/generator/mersenne";
import { AlcapError } from "../../errors";
import { type Progress, silent } from "../../progress";
import { countedMeans, quantile } from "../certainty";
import type { Overlap, RougeScores } from "./rouge";

/** What HuggingFace's ROUGE reports for a corpus: percentiles of the bootstrapped mean, each of precision, recall and F1 on its own. */
export interface BootstrapAggregate {
  readonly low: Overlap;
  /** The median of the resampled means: `result["rougeL"].mid` in HuggingFace's words. Not the mean, but close to it. */
  readonly mid: Overlap;
  readonly high: Overlap;
}

export interface AggregateOptions {
  /** Seed of NumPy's global generator when the aggregate is computed, 0 to 2³² − 1. */
  readonly seed: number;
  /** Default 1,000, as in `rouge_score`. */
  readonly resamples?: number;
  /** Default 0.95, as in `rouge_score`. */
  readonly level?: number;
}

const measures = ["rouge1", "rouge2", "rougeL"] as const;
const parts = ["precision", "recall", "f1"] as const;

/**
 * HuggingFace's aggregate of ROUGE over a corpus (`rouge_score.scoring.BootstrapAggregator`), draw for draw: given NumPy's seed it returns
 * the same numbers. The released evaluator of ALCAP reports `mid.recall` of these.
 *
 * Measures are resampled one after the other in the order ROUGE-1, ROUGE-2, ROUGE-L, each going on where the one before stopped drawing.
 *
 * @throws AlcapError `input` when there are no scores
 */
export function bootstrapAggregate(
  scores: readonly RougeScores[],
  options: AggregateOptions,
  progress: Progress = silent,
): Readonly<Record<(typeof measures)[number], BootstrapAggregate>> {
  if (scores.length === 0) {
    throw new AlcapError("input", "There are no ROUGE scores to aggregate.", "Score at least one pair of texts.");
  }
  const draw = numpyChoice(options.seed, scores.length);
  const aggregate = (measure: (typeof measures)[number], at: number) =>
    resample(
      scores.map((score) => score[measure]),
      draw,
      options,
      (done, total) => progress(at * total + done, measures.length * total),
    );
  return { rouge1: aggregate("rouge1", 0), rouge2: aggregate("rouge2", 1), rougeL: aggregate("rougeL", 2) };
}

function resample(
  overlaps: readonly Overlap[],
  draw: () => number,
  options: AggregateOptions,
  progress: Progress,
): BootstrapAggregate {
  const { resamples = 1000, level = 0.95 } = options;
  const columns = parts.map((part) => Float64Array.from(overlaps, (overlap) => overlap[part]));
  const means = countedMeans(columns, resamples, draw, progress);
  for (const sample of means) sample.sort();
  const at = (fraction: number): Overlap => ({
    precision: quantile(means[0]!, fraction),
    recall: quantile(means[1]!, fraction),
    f1: quantile(means[2]!, fraction),
  });
  return { low: at((1 - level) / 2), mid: at(0.5), high: at((1 + level) / 2) };
}

/**
 * Draws whole numbers from 0 to `count − 1` as `np.random.choice(count)` does after `np.random.seed(seed)`: words of MT19937 lose the bits
 * beyond the smallest sufficient mask, and numbers too large are drawn again. Everything but NumPy's draws comes from seedrandom.
 */
function numpyChoice(seed: number, count: number): () => number {
  if (count === 1) return () => 0;
  const generator = mersenne(seed);
  const mask = 0xffffffff >>> Math.clz32(count - 1);
  return () => {
    let draw = (generator.next() & mask) >>> 0;
    while (draw >= count) draw = (generator.next() & mask) >>> 0;
    return draw;
  };
}
