import { AlcapError } from "../../errors";
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

/** Replicate `r` is trained with this seed plus `r`. */
const TRAINING_SEED = 2019;
/** Corpora of this seed plus `r` confirm; others are for development. */
const CONFIRMATION_SEED = 100;

/** A run as one of a grid; undefined where its corpus is no confirmation corpus of its replicate. */
export function confirmationRun(record: RunRecord, captions: readonly CaptionRecord[]): GridRun | undefined {
  const { method, seed, data, alignment, ...rest } = record.recipe;
  const replicate = seed - TRAINING_SEED;
  const corpusSeed = /^songbook-(\d+)-/.exec(captions[0]?.song ?? "")?.[1];
  if (replicate < 1 || Number(corpusSeed) !== CONFIRMATION_SEED + replicate) return undefined;
  const control = "control" in rest && typeof rest.control === "string" ? rest.control : undefined;
  return { replicate, method, control, dataSet: data.set, weight: alignment?.weight, record, captions };
}

/** Which runs of a grid are meant: one a replicate. */
export interface Arm {
  readonly method: Method;
  readonly control?: string;
  readonly dataSet: string;
  /** λ; of aligning runs only. */
  readonly weight?: number;
}

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
  const [name = endpoint, group] = endpoint.split(".");
  const others = runsOfArm(runs, b);
  const out = new Map<number, number[]>();
  for (const [replicate, { captions }] of [...runsOfArm(runs, a)].sort(([x], [y]) => x - y)) {
    const other = others.get(replicate)?.captions;
    if (!other) continue;
    if (captions.length !== other.length || captions.some(({ song }, i) => song !== other[i]?.song))
      throw new AlcapError("record", `The runs of replicate ${replicate} captioned different songs.`, "Make one of them again.");
    const differences = captions.flatMap(({ scores, groups }, i) => {
      const [x, y] = [scores[name], other[i]?.scores[name]];
      return x === undefined || y === undefined || (group !== undefined && !groups?.includes(group)) ? [] : [x - y];
    });
    if (differences.length > 1) out.set(replicate, differences);
  }
  return out;
}
