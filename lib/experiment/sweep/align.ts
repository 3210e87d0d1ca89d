import { workspaceOf } from "../../files/project";
import type { Progress } from "../../progress";
import type { Preset } from "../preset/songbook";
import { runId } from "../run/recipe";
import { readWeights, weightsOf } from "../run/run";
import { heldOutAlignment } from "../run/scoring/alignment";
import { prepareMaterial, songbookFacts } from "../run/songbook-material";
import { type Alignments, readAlignments, writeAlignments } from "../study/alignments";
import { type KnownRun, knownRuns } from "./recorded";

/** What became of the aligning runs that are recorded. */
export interface AlignedRuns {
  /** Held-out InfoNCE by run id, of this time and of earlier ones. */
  readonly known: Alignments;
  /** Ids of runs whose weights are not on this machine. */
  readonly without: readonly string[];
  /** Ids of runs of which this code, engine and thread count make another recipe. */
  readonly other: readonly string[];
}

/**
 * Computes held-out InfoNCE of a preset's recorded ALCAP runs whose weights are here and writes it to its results. BART-fusion has none: no map
 * brings its words and music to one width. Runs of which it is known are left as they are.
 */
export async function alignRuns(preset: Preset, progress: Progress): Promise<AlignedRuns> {
  const { results, cache } = workspaceOf(preset);
  const known = readAlignments(results);
  const open = knownRuns(preset).filter(({ record }) => record.recipe.method === "alcap" && known[record.id] === undefined);
  const [ready, without] = [true, false].map((here) =>
    open.filter(({ record }) => (weightsOf({ results, cache }, record.recipe) !== undefined) === here),
  ) as [KnownRun[], KnownRun[]];
  const found: Record<string, Alignments[string]> = {};
  const other: string[] = [];
  for (const [at, { record, preset: own, name }] of ready.sort(byCorpus).entries()) {
    progress(at, ready.length);
    if (runId(songbookFacts(own), name) !== record.id) other.push(record.id);
    else {
      const material = await prepareMaterial(own);
      const one = await heldOutAlignment(material, name.method, readWeights(material, name));
      if (one) writeAlignments(results, { [record.id]: one });
      if (one) found[record.id] = one;
    }
  }
  progress(ready.length, ready.length);
  return { known: { ...known, ...found }, without: without.map(({ record }) => record.id), other };
}

/** Runs of one corpus one after the other: drawing it takes seconds. */
const byCorpus = (a: KnownRun, b: KnownRun) => (a.record.recipe.data.hash < b.record.recipe.data.hash ? -1 : 1);
