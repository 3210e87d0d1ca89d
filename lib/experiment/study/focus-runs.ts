import type { Concentration } from "../../metric/attention";
import { holm, meanAndDeviation } from "../../metric/certainty";
import { overReplicates, type ReplicateTest } from "../../metric/replicates";
import type { Focus } from "../run/scoring/attention";

/** Attention by replicate: of one method, on the test songs in order. */
export type FocusLevels = ReadonlyMap<number, readonly Focus[]>;

/** One measure of attention, one method against another over replicates. */
export interface FocusTest {
  readonly axis: "tokens" | "time";
  readonly measure: keyof Concentration;
  readonly a: number;
  readonly b: number;
  /** `a − b`, song by song and then over replicates; null with fewer than two. */
  readonly test: ReplicateTest | null;
  /** p after Holm's correction over all measures of both axes. */
  readonly corrected: number;
  /** What is said of "a is more focused than b" at the 5 % level. */
  readonly verdict: "more focused" | "less focused" | "cannot tell";
}

/** NaN where no replicate has both methods. */
const meanOf = (values: readonly number[]) => (values.length === 0 ? Number.NaN : meanAndDeviation(values).mean);

const measures = ["entropy", "evenness", "gini", "topMass"] as const;

/**
 * Is the attention of `a` more focused than that of `b`? A replicate counts once, so that how much two trainings of one method differ is part
 * of the interval (paper, section 6.5, there read from five songs of one training).
 */
export function focusOverReplicates(a: FocusLevels, b: FocusLevels): FocusTest[] {
  const both = [...a.keys()].filter((replicate) => b.has(replicate)).sort((x, y) => x - y);
  const found = (["tokens", "time"] as const).flatMap((axis) =>
    measures.map((measure) => {
      const means = (of: FocusLevels) =>
        both.map((r) => meanAndDeviation((of.get(r) ?? []).map((one) => one[axis][measure])).mean);
      const [left, right] = [means(a), means(b)];
      const test = both.length < 2 ? null : overReplicates(left.map((x, i) => x - (right[i] as number)));
      return { axis, measure, a: meanOf(left), b: meanOf(right), test };
    }),
  );
  const corrected = holm(found.map(({ test }) => test?.p ?? 1));
  return found.map((one, i) => {
    const shown = one.test !== null && (corrected[i] as number) < 0.05;
    const lowIsFocused = one.measure === "entropy" || one.measure === "evenness";
    const focused = lowIsFocused === (one.test?.mean ?? 0) < 0;
    return {
      ...one,
      corrected: corrected[i] as number,
      verdict: !shown ? "cannot tell" : focused ? "more focused" : "less focused",
    };
  });
}
