import type { Interval } from "../../metric/certainty";
import { peakTest, type ReplicateTest, trend } from "../../metric/replicates";
import { type Arm, armMeans, type GridRun, intervalOver } from "./grid-runs";

/** An endpoint at one level of a dial, such as a λ: one number a replicate. */
export type Level = ReadonlyMap<number, number>;

/** An endpoint along a dial. */
export interface Dial {
  /**
   * Each level over the replicates that have all, so that levels are of the same corpora; while there is no such replicate, each over its
   * own.
   */
  readonly at: readonly (Interval | null)[];
  /** Each level less the first one, paired by replicate. */
  readonly gains: readonly (Interval | null)[];
  /** Replicates that have every level: all that follows is of these. */
  readonly whole: number;
  readonly trend: ReplicateTest | null;
  /** One-sided p of "the named level is better than both ends"; null where it is an end itself. */
  readonly peak: number | null;
  /** In how many replicates each level is the best one. */
  readonly best: readonly number[];
}

/**
 * An endpoint along a dial, with what can be said of its direction and of a peak.
 *
 * @param levels in the dial's order
 * @param peak place of the level that is said to be the best one, named before the values were seen
 */
export function alongDial(levels: readonly Level[], peak: number, better: "higher" | "lower" = "higher"): Dial {
  const whole = wholeReplicates(levels);
  const values = valuesOf(levels);
  const ofWhole = (level: Level): Level => (whole.length > 0 ? new Map([...level].filter(([r]) => whole.includes(r))) : level);
  const sign = better === "higher" ? 1 : -1;
  const best = levels.map(() => 0);
  for (const own of values) {
    const place = own.reduce((found, value, i) => (sign * value > sign * (own[found] as number) ? i : found), 0);
    best[place] = (best[place] as number) + 1;
  }
  const signed = values.map((own) => own.map((value) => sign * value));
  return {
    at: levels.map((level) => intervalOver(ofWhole(level))),
    gains: levels.map((level, i) => (i === 0 ? null : intervalOver(paired(level, levels[0])))),
    whole: values.length,
    trend: values.length < 2 ? null : trend(values, [...levels.keys()]),
    peak: values.length < 2 || peak < 1 || peak >= levels.length - 1 ? null : peakTest(signed, peak),
    best,
  };
}

/** A level less another one, in the replicates that have both. */
export const paired = (level: Level, other: Level = new Map()): Level =>
  new Map([...level].flatMap(([r, value]) => (other.has(r) ? [[r, value - (other.get(r) as number)] as const] : [])));

/** The replicates that have all levels. */
const wholeReplicates = (levels: readonly Level[]): number[] =>
  [...(levels[0]?.keys() ?? [])].filter((replicate) => levels.every((level) => level.has(replicate)));

/** One number a level, for each replicate that has all levels. */
const valuesOf = (levels: readonly Level[]): number[][] =>
  wholeReplicates(levels).map((replicate) => levels.map((level) => level.get(replicate) as number));

/**
 * Whether an endpoint rises or falls along a dial, such as λ from 0 (BART-fusion) up: the slope over the levels' ranks in each replicate
 * that has all levels, tested over the replicates. Null for fewer than two such replicates.
 *
 * @param levels arms in the dial's order
 * @param endpoint as in records, `mood.differs` for a group of songs
 */
export function trendOver(runs: readonly GridRun[], levels: readonly Arm[], endpoint: string): ReplicateTest | null {
  const values = valuesOf(levels.map((level) => armMeans(runs, level, endpoint)));
  return values.length < 2 ? null : trend(values, [...levels.keys()]);
}
