import { workspaceOf } from "../../files/project";
import { type Progress, quiet, type Reporter, silent } from "../../progress";
import { songDrawer } from "../dataset/corpus";
import type { Preset } from "../preset/songbook";
import { runId } from "../run/recipe";
import type { RunRecord } from "../run/records";
import { readWeights, weightsOf } from "../run/run";
import { heldOutAlignment } from "../run/scoring/alignment";
import { obtainFocus, recordedFocus } from "../run/scoring/focus";
import { materialOfFacts, type SongbookFacts, songbookFacts } from "../run/songbook-material";
import { type Alignments, readAlignments, writeAlignments } from "../study/alignments";
import { registered } from "../study/grid-runs";
import { type KnownRun, knownRuns } from "./recorded";

/** What became of recorded runs from whose weights something is computed, by their ids. */
export interface LookedInto {
  /** Of which it is known now. */
  readonly there: readonly string[];
  /** Whose weights are not on this machine. */
  readonly without: readonly string[];
  /** Of which this code, engine and thread count make another recipe. */
  readonly other: readonly string[];
}

/** What is to be computed, of which runs, and where it is known. */
interface Look {
  readonly of: (record: RunRecord) => boolean;
  readonly isKnown: (record: RunRecord) => boolean;
  /** Computes and writes it. */
  readonly compute: (facts: SongbookFacts, run: KnownRun) => Promise<unknown>;
}

/** Goes through a preset's recorded runs, those of one corpus one after the other: drawing it takes seconds. What is known stays as it is. */
async function lookInto(preset: Preset, { of, isKnown, compute }: Look, progress: Progress): Promise<LookedInto> {
  const { results, cache } = workspaceOf(preset);
  const wanted = knownRuns(preset).filter(({ record }) => of(record));
  const open = wanted.filter(({ record }) => !isKnown(record));
  const ready = open.filter(({ record }) => weightsOf({ results, cache }, record.recipe) !== undefined).sort(byCorpus);
  const draw = songDrawer();
  const other = new Set<KnownRun>();
  for (const [at, run] of ready.entries()) {
    progress(at, ready.length);
    const facts = songbookFacts(run.preset, undefined, draw);
    if (runId(facts, run.name) === run.record.id) await compute(facts, run);
    else other.add(run);
  }
  progress(ready.length, ready.length);
  const without = open.filter((run) => !ready.includes(run));
  const there = wanted.filter((run) => !without.includes(run) && !other.has(run));
  return { there: idsOf(there), without: idsOf(without), other: idsOf([...other]) };
}

const byCorpus = (a: KnownRun, b: KnownRun) => (a.record.recipe.data.hash < b.record.recipe.data.hash ? -1 : 1);

const idsOf = (runs: readonly KnownRun[]) => runs.map(({ record }) => record.id);

/**
 * Computes held-out InfoNCE of a preset's recorded ALCAP runs whose weights are here and writes it to its results. BART-fusion has none: no map
 * brings its words and music to one width.
 *
 * @returns also what is known now, of this time and of earlier ones
 */
export async function alignRuns(preset: Preset, progress: Progress): Promise<LookedInto & { readonly known: Alignments }> {
  const { results } = workspaceOf(preset);
  const known = readAlignments(results);
  const compute = async (facts: SongbookFacts, { record, name }: KnownRun) => {
    const material = await materialOfFacts(facts);
    const found = await heldOutAlignment(material, name.method, readWeights(material, name));
    if (found) writeAlignments(results, { [record.id]: found });
  };
  const of = ({ recipe }: RunRecord) => recipe.method === "alcap";
  const looked = await lookInto(preset, { of, isKnown: ({ id }) => known[id] !== undefined, compute }, progress);
  return { ...looked, known: readAlignments(results) };
}

/** Looks up the attention of every recorded BART-fusion and ALCAP of the registered comparison on all test songs, into `results/<preset>/attention`. */
export function lookAtRuns(preset: Preset, report: Reporter = quiet): Promise<LookedInto> {
  const { results } = workspaceOf(preset);
  const compute = (facts: SongbookFacts, { name }: KnownRun) => obtainFocus(facts, name, report);
  const isKnown = (record: RunRecord) => recordedFocus(results, record) !== undefined;
  return lookInto(preset, { of: isRegistered, isKnown, compute }, silent);
}

const isRegistered = ({ recipe: { method, control, data, alignment } }: RunRecord) =>
  method !== "bart" &&
  control === undefined &&
  data.set === registered.dataSet &&
  (alignment?.weight ?? registered.weight) === registered.weight;
