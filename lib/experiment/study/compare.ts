import { AlcapError } from "../../errors";
import { approximateRandomisation, holm, type PairedTest } from "../../metric/certainty";
import type { CaptionRecord } from "../run/records";
import { endpointOf } from "./endpoints";

/** One measure of two runs held against each other on the same songs. */
export interface Comparison extends PairedTest {
  readonly measure: string;
  /** p after Holm's correction over all measures that were compared together. */
  readonly corrected: number;
  /** Whether the first run is better, the second is, or the data cannot tell at 5 %. */
  readonly verdict: "better" | "worse" | "not shown";
}

/** Level at which a difference counts as shown. */
const LEVEL = 0.05;

/**
 * Compares two runs song by song with a paired randomisation test for each measure and Holm's correction over them.
 * Throws `AlcapError` "record" when the runs captioned different songs.
 */
export function compareRuns(a: readonly CaptionRecord[], b: readonly CaptionRecord[], measures: readonly string[]): Comparison[] {
  if (a.length !== b.length || a.some(({ song }, i) => song !== b[i]?.song)) {
    throw new AlcapError("record", "The two runs captioned different songs.", "Compare runs of one preset and corpus.");
  }
  const tests = measures.map((measure) =>
    approximateRandomisation(scoresOf(a, measure), scoresOf(b, measure), { seed: `compare/${measure}` }),
  );
  const corrected = holm(tests.map(({ p }) => p));
  return tests.map((test, i) => {
    const p = corrected[i] ?? 1;
    const above = test.difference.mean > 0;
    const verdict =
      p >= LEVEL ? "not shown" : above === (endpointOf(measures[i] as string).better === "higher") ? "better" : "worse";
    return { ...test, measure: measures[i] as string, corrected: p, verdict };
  });
}

function scoresOf(captions: readonly CaptionRecord[], measure: string): number[] {
  return captions.map(({ song, scores }) => {
    const score = scores[measure];
    if (score === undefined)
      throw new AlcapError("record", `Song ${song} has no score "${measure}".`, "Delete the record; the run is made again.");
    return score;
  });
}
