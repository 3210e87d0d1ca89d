import { quantile } from "../metric/certainty";

/** The middle of some measurements, and between which of them half of them lie. */
export interface Spread {
  readonly median: number;
  /** First and third quartile. */
  readonly lower: number;
  readonly upper: number;
}

export function spreadOf(values: Iterable<number>): Spread {
  const sorted = Float64Array.from(values).sort();
  return { median: quantile(sorted, 0.5), lower: quantile(sorted, 0.25), upper: quantile(sorted, 0.75) };
}

export const median = (values: Iterable<number>): number => spreadOf(values).median;
