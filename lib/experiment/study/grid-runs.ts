import { AlcapError } from "../../errors";
import { type Interval, meanAndDeviation } from "../../metric/certainty";
import { overReplicates } from "../../metric/replicates";
import type { Method } from "../../paper";
import type { CaptionRecord, RunRecord } from "../run/records";

/** A run of a grid of replicates with its captions. */
export interface GridRun {
  /** A corpus and a training of its own, counted from 1. */
  readonly replicate: number;
  readonly method: Method;
  /** What was changed to see whether the comparison can tell. */
  readonly control?: string | undefined;
  readonly dataSet: string;
  /** λ, where the method aligns. */
  readonly weight?: number | undefined;
  readonly record: RunRecord;
  readonly captions: readonly CaptionRecord[];
}

/** λ and data set of the registered comparison. */
export const registered = { weight: 0.02, dataSet: "songbook-positive" } as const;

/** Seed before the first replicate's: of its corpus by the grid's kind, of its training. */
export const replicateSeeds = { development: 6, confirmation: 100, training: 2019 } as const;

/** A run as a replicate of a grid. */
export function asReplicate(record: RunRecord, captions: readonly CaptionRecord[], replicate: number): GridRun {
  const { method, control, data, alignment } = record.recipe;
  return { replicate, method, control, dataSet: data.set, weight: alignment?.weight, record, captions };
}

/** Seed of the corpus that captions are of; NaN for other songs than Songbook's. */
export const corpusSeedOf = (captions: readonly Pick<CaptionRecord, "song">[]): number =>
  Number(/^songbook-(\d+)-/.exec(captions[0]?.song ?? "")?.[1]);

/** A run as one of a grid; undefined where its corpus is not that of its replicate. */
export function gridRun(
  record: RunRecord,
  captions: readonly CaptionRecord[],
  kind: "development" | "confirmation",
): GridRun | undefined {
  const replicate = record.recipe.seed - replicateSeeds.training;
  const own = replicate > 0 && corpusSeedOf(captions) === replicateSeeds[kind] + replicate;
  return own ? asReplicate(record, captions, replicate) : undefined;
}

/** A run as one of a confirmation grid; undefined where its corpus is no confirmation corpus of its replicate. */
export const confirmationRun = (record: RunRecord, captions: readonly CaptionRecord[]): GridRun | undefined =>
  gridRun(record, captions, "confirmation");

/** Which runs of a grid are meant: one a replicate. */
export interface Arm {
  readonly method: Method;
  readonly control?: string;
  readonly dataSet: string;
  /** λ; of aligning runs only. */
  readonly weight?: number;
}

/** The arm of a method in the registered comparison, on another data set, with a control or another λ where they are given. */
export const registeredArm = (
  method: Method,
  { dataSet = registered.dataSet, control, weight = registered.weight }: Partial<Omit<Arm, "method">> = {},
): Arm => ({ method, dataSet, ...(method === "alcap" && { weight }), ...(control !== undefined && { control }) });

/**
 * The runs of an arm by their replicates.
 *
 * @throws AlcapError `record` when a replicate has two, which only another recipe can have made
 */
export function runsOfArm(runs: readonly GridRun[], arm: Arm): ReadonlyMap<number, GridRun> {
  const found = new Map<number, GridRun>();
  for (const run of runs) {
    const { method, control, dataSet, weight } = run;
    if (method !== arm.method || control !== arm.control || dataSet !== arm.dataSet) continue;
    if (weight !== undefined && weight !== arm.weight) continue;
    const other = found.get(run.replicate);
    if (other)
      throw new AlcapError(
        "record",
        `${other.record.id} and ${run.record.id} are one replicate of two recipes.`,
        "Keep the records of one recipe in a folder.",
      );
    found.set(run.replicate, run);
  }
  return found;
}

/**
 * Paired differences `a − b` song by song in every replicate that both arms have, over the songs that have the score; `mood.unseen` is
 * the mood over the songs of that group.
 *
 * @throws AlcapError `record` when two runs of a replicate captioned different songs
 */
export function pairedDifferences(runs: readonly GridRun[], a: Arm, b: Arm, endpoint: string): ReadonlyMap<number, number[]> {
  const score = scoreOn(endpoint);
  const others = runsOfArm(runs, b);
  const out = new Map<number, number[]>();
  for (const [replicate, { captions }] of [...runsOfArm(runs, a)].sort(([x], [y]) => x - y)) {
    const other = others.get(replicate)?.captions;
    if (!other) continue;
    if (captions.length !== other.length || captions.some(({ song }, i) => song !== other[i]?.song))
      throw new AlcapError("record", `The runs of replicate ${replicate} captioned different songs.`, "Make one of them again.");
    const differences = captions.flatMap((caption, i) => {
      const [x, y] = [score(caption), score(other[i])];
      return x === undefined || y === undefined ? [] : [x - y];
    });
    if (differences.length > 1) out.set(replicate, differences);
  }
  return out;
}

/** A caption's score on an endpoint; undefined where it has none, or where its song is not of the endpoint's group. */
function scoreOn(endpoint: string): (caption: CaptionRecord | undefined) => number | undefined {
  const [name = endpoint, group] = endpoint.split(".");
  return (caption) => (group === undefined || caption?.groups?.includes(group) ? caption?.scores[name] : undefined);
}

/** The mean of an endpoint in each replicate of an arm, over the songs that have it, by replicate; `mood.unseen` is that group's. */
export function armMeans(runs: readonly GridRun[], arm: Arm, endpoint: string): ReadonlyMap<number, number> {
  const score = scoreOn(endpoint);
  const found = [...runsOfArm(runs, arm)].sort(([x], [y]) => x - y);
  return new Map(
    found.flatMap(([replicate, { captions }]) => {
      const values = captions.flatMap((caption) => score(caption) ?? []);
      return values.length === 0 ? [] : [[replicate, meanAndDeviation(values).mean] as const];
    }),
  );
}

/** Mean and 95 % t-interval over replicates: one alone has no interval (NaN), none gives null. */
export function intervalOver(means: ReadonlyMap<number, number>): Interval | null {
  const [first, second] = [...means.values()];
  if (first === undefined) return null;
  if (second === undefined) return { mean: first, low: Number.NaN, high: Number.NaN };
  const { mean, low, high } = overReplicates([...means.values()]);
  return { mean, low, high };
}
