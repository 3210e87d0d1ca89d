import { existsSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { settings } from "../../engine";
import { workspaceOf } from "../../files/project";
import { type Progress, quiet, type Reporter } from "../../progress";
import type { RunMaterial } from "./material";
import { preparedMaterial } from "./prepared-material";
import { type RunName, recipeOf, runId, runsOf } from "./recipe";
import type { RunRecord } from "./records";
import { findRun, findWeights, obtainRun, runFolder, trainRun } from "./run";
import { type RunSource, sideBySide } from "./side-by-side";
import { materialOfFacts, prepareMaterial, recordedRuns, type SongbookFacts } from "./songbook-material";

export interface RunOptions {
  /** Default: all of the preset's. */
  readonly runs?: readonly RunName[];
  /** Runs at once, each a process of its own. Default 1: one after another in this process. */
  readonly jobs?: number;
  /** Whether weights that are missing are trained again where a record is there. */
  readonly weights?: boolean;
}

/** As many runs at once as there are cores for their threads; one on a device that all would share. */
export function defaultJobs(): number {
  const { device, threads } = settings();
  return device === "cpu" ? Math.max(1, Math.floor(availableParallelism() / threads)) : 1;
}

/** The material of either kind of preset. */
export const materialOf = ({ preset, out }: RunSource, report: Reporter): Promise<RunMaterial> =>
  "folder" in preset ? preparedMaterial(preset, report, out) : prepareMaterial(preset, report, out);

/**
 * The records of a Songbook preset's runs. What is recorded for exactly these recipes is read, without weights or material; for the
 * others the material is prepared once and the runs are made.
 */
export async function obtainRuns(facts: SongbookFacts, report: Reporter = quiet, options: RunOptions = {}): Promise<RunRecord[]> {
  const { runs = runsOf(facts.preset), weights = false } = options;
  const known = recordedRuns(facts, runs);
  const trained = !weights || runs.every((name) => findWeights(facts, name) !== undefined);
  if (known.length === runs.length && trained) return known;
  const source = { preset: facts.preset, out: facts.workspace.results };
  return makeRuns(await materialOfFacts(facts, report), source, report, options);
}

/** The records of runs whose material is there: read, or trained and written, several at once where `jobs` says so. */
export async function makeRuns(
  material: RunMaterial,
  source: RunSource,
  report: Reporter = quiet,
  { runs = runsOf(material.preset), jobs = 1, weights = false }: RunOptions = {},
): Promise<RunRecord[]> {
  const different = new Map(runs.map((name) => [runId(material, name), name])); // ALCAP with λ = 0 is BART-fusion
  const missing = (name: RunName) => !findRun(material, name) || (weights && findWeights(material, name) === undefined);
  const open = [...different.values()].filter(missing);
  if (jobs > 1 && open.length > 1) {
    const tasks = open.map((name) => ({ source, name, weights }));
    await sideBySide(tasks, jobs, report(`training ${open.length} runs, ${Math.min(jobs, open.length)} at once`));
  } else {
    for (const name of open) {
      const named = `${name.method}, seed ${name.seed}`;
      await makeRun(material, name, weights, report(`training ${named}`), () => report(`captioning with ${named}`));
    }
  }
  const records: RunRecord[] = [];
  for (const name of runs) records.push(await obtainRun(material, name));
  return records;
}

/** One run; its weights are trained again where they are asked for and missing. */
export async function makeRun(
  material: RunMaterial,
  name: RunName,
  weights: boolean,
  training: Progress,
  captioning: () => Progress,
): Promise<void> {
  await obtainRun(material, name, training, captioning);
  if (weights && findWeights(material, name) === undefined) await trainRun(material, name, training);
}

/**
 * Makes a preset's runs anew although they are recorded. The new records stand in a folder of their own, so that the earlier ones stay as they
 * are; what a stopped making has left there is kept.
 *
 * @returns the new records; the folder is then gone, the new weights stay
 */
export async function remakeRuns(facts: SongbookFacts, jobs: number, report: Reporter): Promise<RunRecord[]> {
  const { preset, workspace } = facts;
  const out = path.join(workspace.results, "anew");
  const begun = existsSync(out);
  const material = await materialOfFacts({ ...facts, workspace: workspaceOf(preset, out) }, report);
  for (const name of begun ? [] : runsOf(preset))
    rmSync(runFolder(workspace.cache, recipeOf(facts, name)), { recursive: true, force: true });
  const records = await makeRuns(material, { preset, out }, report, { jobs });
  rmSync(out, { recursive: true, force: true });
  return records;
}
