import seedrandom from "seedrandom";
import { AlcapError } from "../errors";
import { type Progress, silent } from "../progress";
import { normalDistribution, studentQuantile } from "./distribution";

/** A mean and the interval that covers the true mean with the stated probability. */
export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

export interface ResamplingOptions {
  /** Names the random generator: same seed, same numbers. */
  readonly seed: number | string;
  /** Number of resamples. Default 2,000. */
  readonly resamples?: number;
}

export interface IntervalOptions extends ResamplingOptions {
  /** Coverage of the interval. Default 0.95. */
  readonly level?: number;
}

/** The outcome of comparing two runs song by song. */
export interface PairedTest {
  /** Mean of `a − b` with its bootstrap interval. */
  readonly difference: Interval;
  /** Two-sided p-value of "the two runs are equally good". */
  readonly p: number;
}

/**
 * Bootstrap interval of the mean of independent scores (Efron, 1979): the mean is recomputed over `resamples` draws with replacement,
 * and the interval is read off the sorted means.
 *
 * Percentiles of few scores are too narrow by about `√((n−1)/n) · z/t`; they are therefore taken further out, at
 * `Φ(−√(n/(n−1)) · t)` instead of `(1 − level)/2` (Hesterberg, What Teachers Should Know About the Bootstrap, 2015, "expanded percentile").
 * From 200 scores on this widens the interval by less than 1 %.
 *
 * @returns with a single score, whose spread is unknown, `low` and `high` are NaN (null in JSON)
 * @throws AlcapError `input` when there is no score or a score is not a finite number
 */
export function bootstrapInterval(scores: ArrayLike<number>, options: IntervalOptions): Interval {
  return intervalFrom(scores, resampledMeans(scores, options), options);
}

/** {@link bootstrapInterval} of several scores of the same songs: the same numbers up to rounding, from songs that are drawn once for all. */
export function bootstrapIntervals(
  columns: readonly Float64Array[],
  options: IntervalOptions,
  progress: Progress = silent,
): Interval[] {
  const n = columns[0]?.length ?? 0;
  const random = seedrandom.alea(`${options.seed}/resamples`);
  const means = countedMeans(columns, resamplesOf(options), () => Math.floor(random() * n), progress);
  return columns.map((scores, column) => intervalFrom(scores, means[column]!, options));
}

/**
 * Means of several columns over resampled songs. Counting how often each is drawn, then reading the columns once in their order, is
 * several times faster than looking songs up as they are drawn where there are more than fit into a processor's cache.
 *
 * @param draw a song's place in the columns
 * @returns a column of means for each column
 */
export function countedMeans(
  columns: readonly Float64Array[],
  resamples: number,
  draw: () => number,
  progress: Progress = silent,
): Float64Array[] {
  const n = columns[0]?.length ?? 0;
  const means = columns.map(() => new Float64Array(resamples));
  const times = new Uint16Array(n); // more often than 65,535 times none of so many is drawn
  for (let round = 0; round < resamples; round++) {
    times.fill(0);
    for (let i = 0; i < n; i++) times[draw()]!++;
    columns.forEach((scores, column) => {
      means[column]![round] = weightedSum(scores, times) / n;
    });
    progress(round + 1, resamples);
  }
  return means;
}

/** In four sums, none of which waits for another. */
function weightedSum(scores: Float64Array, times: Uint16Array): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = scores.length - (scores.length % 4);
  for (let i = 0; i < whole; i += 4) {
    a += times[i]! * scores[i]!;
    b += times[i + 1]! * scores[i + 1]!;
    c += times[i + 2]! * scores[i + 2]!;
    d += times[i + 3]! * scores[i + 3]!;
  }
  for (let i = whole; i < scores.length; i++) a += times[i]! * scores[i]!;
  return a + b + (c + d);
}

/** Quantile of the normal distribution that a two-sided interval of 95 % reaches to. */
const Z = 1.959964;

/** A share with its 95 % Wilson interval (1927), which has a length at 0 and 100 % too; `hits` may be expectations over ties. */
export function wilsonInterval(hits: number, trials: number): Interval {
  const mean = hits / trials;
  const centre = (mean + Z ** 2 / (2 * trials)) / (1 + Z ** 2 / trials);
  const reach = (Z / (1 + Z ** 2 / trials)) * Math.sqrt((mean * (1 - mean)) / trials + Z ** 2 / (4 * trials ** 2));
  return { mean, low: centre - reach, high: centre + reach };
}

function intervalFrom(scores: ArrayLike<number>, resampled: Float64Array, options: IntervalOptions): Interval {
  const mean = meanOf(scores, "The scores");
  if (scores.length === 1) return { mean, low: Number.NaN, high: Number.NaN };
  const tail = expandedTail(scores.length, options.level ?? 0.95);
  const sorted = resampled.toSorted();
  return { mean, low: quantile(sorted, tail), high: quantile(sorted, 1 - tail) };
}

/**
 * Paired bootstrap test (Efron and Tibshirani, 1993, ch. 16; for text generation Koehn, 2004): songs are resampled, each with both its scores.
 * With `d` the mean difference and `d*` a resampled one, `p = (1 + #{|d* − d| ≥ |d|}) / (1 + resamples)`.
 *
 * @param a scores of one run, one per song
 * @param b scores of the other run for the same songs in the same order
 */
export function pairedBootstrap(a: ArrayLike<number>, b: ArrayLike<number>, options: IntervalOptions): PairedTest {
  const differences = pairwiseDifferences(a, b);
  const means = resampledMeans(differences, options);
  const difference = intervalFrom(differences, means, options);
  const observed = Math.abs(difference.mean) * (1 - 1e-12);
  let asFar = 0;
  for (const mean of means) if (Math.abs(mean - difference.mean) >= observed) asFar++;
  return { difference, p: (1 + asFar) / (1 + means.length) };
}

/**
 * Approximate randomisation test (Noreen, 1989): if both runs were equally good, each song's two scores could as well be swapped.
 * `p = (1 + #{|d after random swaps| ≥ |d|}) / (1 + resamples)`. Makes no assumption on how scores are distributed.
 *
 * @param a scores of one run, one per song
 * @param b scores of the other run for the same songs in the same order
 */
export function approximateRandomisation(a: ArrayLike<number>, b: ArrayLike<number>, options: IntervalOptions): PairedTest {
  const differences = pairwiseDifferences(a, b);
  const difference = bootstrapInterval(differences, options);
  const rounds = resamplesOf(options);
  const random = seedrandom.alea(`${options.seed}/swaps`);
  const total = differences.reduce((sum, d) => sum + d, 0);
  const observed = Math.abs(total) * (1 - 1e-12);
  let asFar = 0;
  for (let round = 0; round < rounds; round++) {
    let swapped = 0;
    let coins = 0;
    for (let i = 0; i < differences.length; i++) {
      if (i % 32 === 0) coins = random.int32();
      swapped += (coins & 1) === 0 ? differences[i]! : -differences[i]!;
      coins >>>= 1;
    }
    if (Math.abs(swapped) >= observed) asFar++;
  }
  return { difference, p: (1 + asFar) / (1 + rounds) };
}

/**
 * Holm's correction (1979) for a whole table of tests: the chance of any false claim among them stays below the level that the
 * returned p-values are held against. With p sorted upwards, `p'_(i) = max_{k ≤ i} min(1, (m − k + 1) · p_(k))`.
 *
 * @returns corrected p-values in the order given
 */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, i) => i).sort((i, j) => pValues[i]! - pValues[j]!);
  const corrected = new Array<number>(pValues.length);
  let largest = 0;
  order.forEach((place, rank) => {
    largest = Math.max(largest, Math.min(1, (pValues.length - rank) * pValues[place]!));
    corrected[place] = largest;
  });
  return corrected;
}

/** Mean and sample standard deviation (n − 1 in the denominator) of one number per seed; of a single number `sd` is NaN. */
export function meanAndDeviation(values: ArrayLike<number>): { readonly mean: number; readonly sd: number } {
  const mean = meanOf(values, "The values");
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - mean) ** 2;
  return { mean, sd: Math.sqrt(squares / (values.length - 1)) };
}

/** The value below which the fraction `at` (0 to 1) of sorted numbers lies, linear between neighbours as in NumPy's default. */
export function quantile(sorted: ArrayLike<number>, at: number): number {
  const place = Math.min(Math.max(at, 0), 1) * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (place - below);
}

function resampledMeans(scores: ArrayLike<number>, options: ResamplingOptions): Float64Array {
  const n = scores.length;
  const random = seedrandom.alea(`${options.seed}/resamples`);
  return Float64Array.from({ length: resamplesOf(options) }, () => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += scores[Math.floor(random() * n)]!;
    return sum / n;
  });
}

function resamplesOf(options: ResamplingOptions): number {
  const resamples = options.resamples ?? 2000;
  if (Number.isInteger(resamples) && resamples > 0) return resamples;
  throw new AlcapError("input", `${resamples} resamples cannot be drawn.`, "Ask for a positive whole number, such as 2000.");
}

/** Lower percentile of the expanded interval; for few scores it lies further out than `(1 − level) / 2`. */
function expandedTail(n: number, level: number): number {
  if (!(level > 0 && level < 1)) {
    throw new AlcapError("input", `An interval cannot cover ${level}.`, "Give a level between 0 and 1, such as 0.95.");
  }
  const t = studentQuantile((1 - level) / 2, n - 1);
  return normalDistribution(Math.sqrt(n / (n - 1)) * t);
}

function pairwiseDifferences(a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  if (a.length !== b.length) {
    throw new AlcapError(
      "input",
      `Two runs with ${a.length} and ${b.length} scores cannot be paired.`,
      "Score both runs on the same songs, in the same order.",
    );
  }
  return Float64Array.from(a, (score, i) => score - b[i]!);
}

function meanOf(scores: ArrayLike<number>, what: string): number {
  if (scores.length === 0) {
    throw new AlcapError("input", `${what} are empty, so they have no mean.`, "Give at least one number.");
  }
  let sum = 0;
  for (let i = 0; i < scores.length; i++) {
    if (!Number.isFinite(scores[i])) {
      throw new AlcapError(
        "input",
        `${what} hold ${scores[i]} at place ${i}.`,
        "Leave out songs that could not be scored, and say how many.",
      );
    }
    sum += scores[i]!;
  }
  return sum / scores.length;
}
