import seedrandom from "seedrandom";
import { AlcapError } from "../errors";
import { type Interval, meanAndDeviation } from "./certainty";
import { studentDistribution, studentPower, studentQuantile } from "./distribution";

// A replicate is a corpus and a training of its own: songs, order and first draws all differ. What is said of a method rests on how
// replicates differ, never on one trained model alone.

/** What replicates say of a difference. */
export interface ReplicateTest extends Interval {
  readonly replicates: number;
  /** Standard deviation of the replicates' means. */
  readonly deviation: number;
  /** Two-sided p of "the mean is 0", Student's t over the replicates. */
  readonly p: number;
}

/**
 * Mean and t-interval over replicates, one number each: means of paired differences over the test songs, slopes, contrasts.
 *
 * @param level coverage, 0.95 where it is left out
 * @throws AlcapError `input` for fewer than two replicates or numbers that are not finite
 */
export function overReplicates(values: ArrayLike<number>, level = 0.95): ReplicateTest {
  if (values.length < 2)
    throw new AlcapError("input", "Fewer than two replicates say nothing of how they differ.", "Give two or more.");
  const { mean, sd } = meanAndDeviation(values);
  const degrees = values.length - 1;
  const error = sd / Math.sqrt(values.length);
  const reach = studentQuantile((1 + level) / 2, degrees) * error;
  const p = error === 0 ? Number(mean === 0) : 2 * studentDistribution(-Math.abs(mean / error), degrees);
  return { mean, low: mean - reach, high: mean + reach, replicates: values.length, deviation: sd, p };
}

/** A test over replicates, and how much of their spread the drawing of songs explains. */
export interface SongTest extends ReplicateTest {
  /** Share of the variance between the replicates' means that their finite numbers of songs account for, 0 to 1. */
  readonly songs: number;
}

/**
 * The same from paired differences song by song. Replicates have songs of their own, so the spread of their means holds both what
 * training makes of it and which songs were drawn: `Var(D) = σ²(training) + σ²(songs) / n`.
 *
 * @param differences one list a replicate, one number a test song
 */
export function overSongs(differences: readonly ArrayLike<number>[], level = 0.95): SongTest {
  const songs = differences.map((one) => meanAndDeviation(one));
  const test = overReplicates(
    songs.map(({ mean }) => mean),
    level,
  );
  const drawn = songs.reduce((sum, { sd }, r) => sum + sd ** 2 / (differences[r]?.length ?? 1), 0) / songs.length;
  return { ...test, songs: test.deviation === 0 ? 1 : Math.min(1, drawn / test.deviation ** 2) };
}

/** Whether a difference is shown to be negligible. */
export interface Equivalence {
  /** 90 % interval of the difference. */
  readonly difference: ReplicateTest;
  /** What counts as negligible: the share of the mean yardstick. */
  readonly margin: number;
  /** p of "the difference is as large as the margin or larger, on either side". */
  readonly p: number;
}

/**
 * Two one-sided t-tests (Schuirmann 1987) of a difference against a share of a yardstick that the same replicates measured, such as what
 * the music buys: both `D − share · H < 0` and `D + share · H > 0` must be shown, so the yardstick's own uncertainty counts.
 *
 * @param differences D, one a replicate
 * @param yardstick H, one a replicate, in the same order
 */
export function equivalence(differences: readonly number[], yardstick: readonly number[], share: number): Equivalence {
  if (differences.length !== yardstick.length)
    throw new AlcapError(
      "input",
      `${differences.length} differences cannot be held against ${yardstick.length} yardsticks.`,
      "Give one of each a replicate.",
    );
  const sided = (sign: 1 | -1) => oneSided(differences.map((d, r) => share * (yardstick[r] as number) + sign * d));
  const margin = share * meanAndDeviation(yardstick).mean;
  return { difference: overReplicates(differences, 0.9), margin, p: Math.max(sided(1), sided(-1)) };
}

/** One-sided p of "the mean is at most 0". */
function oneSided(values: ArrayLike<number>): number {
  const { mean, p } = overReplicates(values);
  return mean > 0 ? p / 2 : 1 - p / 2;
}

/**
 * The smallest true difference that a design shows with the given power (two-sided t-test over replicates).
 *
 * @param deviation standard deviation between replicates' means
 */
export function detectableDifference(deviation: number, replicates: number, power = 0.8, size = 0.05): number {
  const reached = (shift: number) => studentPower(shift, replicates - 1, size) >= power;
  let [low, high] = [0, 1];
  while (!reached(high)) high *= 2;
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (reached(middle)) high = middle;
    else low = middle;
  }
  return (high * deviation) / Math.sqrt(replicates);
}

/** All sign patterns are tried up to so many replicates, a sample of them beyond. */
const ALL_FLIPS = 12;

/**
 * Corrects a family of endpoints together by their largest t (Westfall and Young 1993, step down): if no method were better, every
 * replicate's differences could as well have the other sign, all endpoints at once, which keeps how they go together.
 *
 * @param endpoints for each endpoint its differences, one a replicate, replicates in one order
 * @returns corrected two-sided p of each endpoint; with R replicates none is below `2^(1−R)`
 */
export function maxT(endpoints: readonly (readonly number[])[], seed: string | number = 0): number[] {
  const replicates = endpoints[0]?.length ?? 0;
  const sizeOf = (values: readonly number[], flips: number) => Math.abs(tOf(values, flips));
  const observed = endpoints.map((values) => sizeOf(values, 0) * (1 - 1e-12));
  const order = endpoints.map((_, i) => i).sort((i, j) => (observed[j] as number) - (observed[i] as number));
  const patterns = flipsOf(replicates, seed);
  const asLarge = endpoints.map(() => 0);
  for (const flips of patterns) {
    let largest = 0; // over this endpoint and those that are less clear
    for (const place of order.toReversed()) {
      largest = Math.max(largest, sizeOf(endpoints[place] as readonly number[], flips));
      if (largest >= (observed[place] as number)) asLarge[place] = (asLarge[place] as number) + 1;
    }
  }
  const corrected = new Array<number>(endpoints.length);
  let before = 0;
  for (const place of order) {
    before = Math.max(before, (asLarge[place] as number) / patterns.length);
    corrected[place] = before;
  }
  return corrected;
}

/** Student's t of numbers of which some have the other sign, by the bits of `flips`. */
function tOf(values: readonly number[], flips: number): number {
  const n = values.length;
  let [sum, squares] = [0, 0];
  values.forEach((value, r) => {
    sum += (flips >> r) & 1 ? -value : value;
    squares += value * value;
  });
  const variance = (squares - (sum * sum) / n) / (n - 1);
  return variance > 0 ? sum / n / Math.sqrt(variance / n) : sum === 0 ? 0 : Number.POSITIVE_INFINITY;
}

function flipsOf(replicates: number, seed: string | number): number[] {
  const count = 2 ** Math.min(replicates, ALL_FLIPS);
  if (replicates <= ALL_FLIPS) return Array.from({ length: count }, (_, flips) => flips);
  const random = seedrandom.alea(`${seed}/flips`);
  return [0, ...Array.from({ length: count - 1 }, () => random.int32())];
}

/**
 * Whether an endpoint rises or falls along a dial: its least-squares slope over the levels' scores in each replicate, and Student's t over
 * the replicates.
 *
 * @param values for each replicate one number a level
 * @param scores of the levels: ranks, or the dial's own numbers
 */
export function trend(values: readonly (readonly number[])[], scores: readonly number[]): ReplicateTest {
  const { mean } = meanAndDeviation(scores);
  const squares = scores.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  return overReplicates(
    values.map((levels) => levels.reduce((sum, y, i) => sum + y * ((scores[i] as number) - mean), 0) / squares),
  );
}

/**
 * Whether a level within the dial is above both its ends: the larger of the two one-sided p, since both must be shown.
 *
 * @param values for each replicate one number a level, in the dial's order
 * @param peak the level asked about; to be named before the values are seen
 */
export function peakTest(values: readonly (readonly number[])[], peak: number): number {
  const above = (end: number) => oneSided(values.map((levels) => (levels[peak] as number) - (levels.at(end) as number)));
  return Math.max(above(0), above(-1));
}
