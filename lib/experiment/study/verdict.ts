import { holm, meanAndDeviation } from "../../metric/certainty";
import {
  detectableDifference,
  type Equivalence,
  equivalence,
  overReplicates,
  overSongs,
  type ReplicateTest,
  type SongTest,
} from "../../metric/replicates";
import type { Method } from "../../paper";
import { type Endpoint, endpointOf, primaryEndpoints, secondaryEndpoints } from "./endpoints";
import { type Arm, type GridRun, pairedDifferences, registered, registeredArm } from "./grid-runs";

/** What counts as negligible: this share of what the music buys. */
export const NEGLIGIBLE = 0.1;
const LEVEL = 0.05;

/** A difference of two arms on one endpoint, tested over the replicates; no test of fewer than two. */
export interface Difference {
  readonly endpoint: Endpoint;
  /** As in records, with the group of songs where it is one: `mood.unseen`. */
  readonly key: string;
  readonly dataSet: string;
  readonly replicates: number;
  readonly test: SongTest | null;
  /** p after Holm's correction over the family. */
  readonly corrected: number | null;
  /** The smallest true difference that this design shows with 80 % power. */
  readonly detectable: number | null;
}

export type Outcome = "better" | "worse" | "no difference" | "cannot tell";

/** What is said of ALCAP − BART-fusion on a primary endpoint. */
export interface PrimaryVerdict extends Difference {
  readonly outcome: Outcome;
  /** What the music buys: BART-fusion − BART. */
  readonly music: ReplicateTest | null;
  readonly equivalence: Equivalence | null;
  /** Whether the 90 % interval lies within the margin, and its two one-sided tests say so with the margin's own uncertainty. */
  readonly negligible: boolean;
}

/** A control held against the run that it should lose to, gain over, or equal. */
export interface ControlRow extends Difference {
  readonly control: string;
  readonly what: string;
}

export interface Verdict {
  readonly dataSet: string;
  readonly weight: number;
  readonly primary: readonly PrimaryVerdict[];
  readonly secondary: readonly Difference[];
  readonly controls: readonly ControlRow[];
}

/** Groups of songs on which the primary endpoints are looked at apart. */
const GROUPS = ["differs", "unseen"] as const;

/**
 * The verdict of a confirmation grid: ALCAP − BART-fusion on the primary endpoints; all other endpoints, groups of songs and data sets
 * corrected together; and the controls. Works with the replicates that are there.
 *
 * @throws AlcapError `record` when a replicate has two runs of one arm, or pairs captioned different songs
 */
export function verdict(
  runs: readonly GridRun[],
  { weight, dataSet }: { readonly weight: number; readonly dataSet: string } = registered,
): Verdict {
  const armsOf = (method: Method) => (set: string, control?: string) => registeredArm(method, { dataSet: set, control, weight });
  const [alcap, fusion, bart] = [armsOf("alcap"), armsOf("bart-fusion"), armsOf("bart")];
  const inDeviations = detectableInDeviations();
  const compared = (key: string, set: string) => difference(runs, alcap(set), fusion(set), key, inDeviations);
  const sets = [...new Set(runs.map((run) => run.dataSet))].sort();
  const main = primaryEndpoints.map(({ key }) => key);
  const others = [
    ...secondaryEndpoints.map(({ key }) => key),
    ...GROUPS.flatMap((group) => main.map((key) => `${key}.${group}`)),
  ];
  const family = sets.flatMap((set) => [...(set === dataSet ? [] : main), ...others].map((key) => compared(key, set)));
  const controlRows = controlsOf({ alcap, fusion, bart }, dataSet).flatMap(({ control, what, a, b }) =>
    main.map((key) => ({ control, what, ...difference(runs, a, b, key, inDeviations) })),
  );
  const music = (key: string) => pairedDifferences(runs, fusion(dataSet), bart(dataSet), key);
  return {
    dataSet,
    weight,
    primary: corrected(main.map((key) => compared(key, dataSet))).map((one) =>
      primaryVerdict(one, pairedDifferences(runs, alcap(dataSet), fusion(dataSet), one.key), music(one.key)),
    ),
    secondary: corrected(family.filter(({ replicates }) => replicates > 0)),
    controls: corrected(controlRows.filter(({ replicates }) => replicates > 0)),
  };
}

/** Two arms to be held against each other, and what the difference is called. */
export interface ArmPair {
  readonly what: string;
  readonly a: Arm;
  readonly b: Arm;
}

/**
 * Any pairs of arms in the words of the verdict, all of them and all endpoints corrected together.
 *
 * @param music the pair whose difference says what the music buys, a tenth of which is negligible
 * @throws AlcapError `record` as `verdict`
 */
export function compareArms<P extends ArmPair>(
  runs: readonly GridRun[],
  pairs: readonly P[],
  keys: readonly string[],
  music: Pick<ArmPair, "a" | "b">,
): (PrimaryVerdict & { readonly pair: P })[] {
  const inDeviations = detectableInDeviations();
  const family = pairs.flatMap((pair) => keys.map((key) => ({ pair, ...difference(runs, pair.a, pair.b, key, inDeviations) })));
  return corrected(family).map((one) => {
    const gained = pairedDifferences(runs, one.pair.a, one.pair.b, one.key);
    return { pair: one.pair, ...primaryVerdict(one, gained, pairedDifferences(runs, music.a, music.b, one.key)) };
  });
}

type ArmOf = (dataSet: string, control?: string) => Arm;

/** Which control is held against what. */
function controlsOf({ alcap, fusion, bart }: Readonly<Record<"alcap" | "fusion" | "bart", ArmOf>>, set: string) {
  const row = (control: string, what: string, a: Arm, b: Arm) => ({ control, what, a, b });
  return [
    row("other-music", "BART-fusion with other songs' music − BART-fusion", fusion(set, "other-music"), fusion(set)),
    row("other-music", "BART-fusion with other songs' music − BART", fusion(set, "other-music"), bart(set)),
    row("true-mood", "BART-fusion with the true mood − BART-fusion", fusion(set, "true-mood"), fusion(set)),
    row("true-mood", "ALCAP − BART-fusion, both with the true mood", alcap(set, "true-mood"), fusion(set, "true-mood")),
    row("random-pairs", "ALCAP with random pairs − ALCAP", alcap(set, "random-pairs"), alcap(set)),
    row("random-pairs", "ALCAP with random pairs − BART-fusion", alcap(set, "random-pairs"), fusion(set)),
    row("layer-norm", "BART with fusion's LayerNorm − BART", bart(set, "layer-norm"), bart(set)),
    row("layer-norm", "BART-fusion − BART with fusion's LayerNorm", fusion(set), bart(set, "layer-norm")),
  ];
}

/** The detectable difference in standard deviations by the number of replicates, each computed once. */
function detectableInDeviations(): (replicates: number) => number {
  const known = new Map<number, number>();
  return (replicates) => {
    const found = known.get(replicates) ?? detectableDifference(1, replicates);
    known.set(replicates, found);
    return found;
  };
}

type InDeviations = ReturnType<typeof detectableInDeviations>;

function difference(runs: readonly GridRun[], a: Arm, b: Arm, key: string, inDeviations: InDeviations): Difference {
  const songs = [...pairedDifferences(runs, a, b, key).values()];
  const test = songs.length < 2 ? null : overSongs(songs);
  const detectable = test && test.deviation * inDeviations(songs.length);
  return { endpoint: endpointOf(key), key, dataSet: a.dataSet, replicates: songs.length, test, corrected: null, detectable };
}

/** The tests of a family corrected together. */
function corrected<D extends Difference>(family: readonly D[]): D[] {
  const tested = family.flatMap(({ test }) => (test ? [test.p] : []));
  const p = holm(tested);
  let at = 0;
  return family.map((one) => (one.test ? { ...one, corrected: p[at++] ?? 1 } : one));
}

/** Replicates' means, of those replicates that both have. */
function shared(a: ReadonlyMap<number, number[]>, b: ReadonlyMap<number, number[]>): [number[], number[]] {
  const replicates = [...a.keys()].filter((replicate) => b.has(replicate));
  const means = (of: ReadonlyMap<number, number[]>) => replicates.map((r) => meanAndDeviation(of.get(r) ?? []).mean);
  return [means(a), means(b)];
}

function primaryVerdict(
  one: Difference,
  gained: ReadonlyMap<number, number[]>,
  bySongs: ReadonlyMap<number, number[]>,
): PrimaryVerdict {
  const sign = one.endpoint.better === "higher" ? 1 : -1;
  const [differences, bought] = shared(gained, bySongs);
  const enough = differences.length > 1;
  const music = enough ? overReplicates(bought) : null;
  const equal = enough
    ? equivalence(
        differences,
        bought.map((h) => sign * h),
        NEGLIGIBLE,
      )
    : null;
  const { difference: inner, margin = 0, p = 1 } = equal ?? {};
  const negligible = p < LEVEL && inner !== undefined && inner.low > -margin && inner.high < margin;
  const shown = one.test !== null && one.corrected !== null && one.corrected < LEVEL;
  const direction = sign * (one.test?.mean ?? 0) > 0 ? "better" : "worse";
  const outcome = shown ? direction : negligible ? "no difference" : "cannot tell";
  return { ...one, outcome, music, equivalence: equal, negligible };
}
