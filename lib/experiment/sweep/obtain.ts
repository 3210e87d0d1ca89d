import path from "node:path";
import { workspaceOf } from "../../files/project";
import { quiet, type Reporter, reportFound, silent } from "../../progress";
import { type DrawSongs, songDrawer } from "../dataset/corpus";
import type { Preset } from "../preset/songbook";
import { defaultJobs, obtainRuns } from "../run/obtain-runs";
import type { RunRecord } from "../run/records";
import { type SongbookFacts, songbookFacts } from "../run/songbook-material";
import { cellsOf } from "./grid";
import { grids } from "./grids";
import { makeSweep } from "./make";
import { recordOf, type SweepRun } from "./runs";

/** A run of a grid with its record. */
export interface RecordedRun extends SweepRun {
  readonly record: RunRecord;
}

/** Those runs of a grid that are recorded. */
export const recordedSweep = (runs: readonly SweepRun[]): RecordedRun[] =>
  runs.flatMap((run) => {
    const record = recordOf(run);
    return record ? [{ ...run, record }] : [];
  });

/** How a sweep labels its own progress, beside that of what its runs share. */
const OF_RUNS = /^training (\d+ runs|songbook)/;

/**
 * The records of a grid's runs: read where they are there, else made, several at once in processes of their own, or with `jobs` 1 one after
 * another in this one, which spares small runs the start of a process. Progress reads the same whether they were made or found.
 *
 * @throws AlcapError the first run's that could not be made
 */
export async function obtainSweep(
  runs: readonly SweepRun[],
  report: Reporter = quiet,
  { jobs = defaultJobs(), draw = songDrawer() }: { readonly jobs?: number; readonly draw?: DrawSongs } = {},
): Promise<RecordedRun[]> {
  const [first] = runs;
  if (first === undefined) return [];
  const progress = report(`training ${runs.length} runs`);
  const open = runs.filter((run) => recordOf(run) === undefined);
  const { cache } = workspaceOf(first.preset);
  const out = path.dirname(first.folder);
  const shown: Reporter = (label) =>
    OF_RUNS.test(label) ? (done, total, note) => progress(Math.min(done, total - 1), total, note) : silent;
  const total = runs.reduce((sum, { steps }) => sum + steps, 0);
  if (jobs > 1) {
    const [failed] = open.length > 0 ? await makeSweep(open, { jobs, cache, out, draw }, shown) : [];
    if (failed) throw failed.error;
  } else {
    let done = 0;
    for (const { preset, name, steps } of open) {
      await obtainRuns(songbookFacts(preset, out, draw), quiet, { runs: [name] });
      done += steps;
      progress(Math.min(done, total - 1), total);
    }
  }
  reportFound(progress, total);
  return recordedSweep(runs);
}

/** The runs whose models are looked into, by their corpus and seed: at `standard` the first replicate of the confirmation, else the preset's own. */
export function shownRuns(preset: Preset): { readonly facts: SongbookFacts; readonly seed: number } {
  const first = preset.name === "standard" ? cellsOf({ ...grids.table1, parts: [{}] }, preset, { replicate: [1] })[0] : undefined;
  return { facts: songbookFacts(first?.preset ?? preset), seed: first?.name.seed ?? (preset.seeds.at(-1) as number) };
}
