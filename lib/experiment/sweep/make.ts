import type { ChildProcess } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AlcapError } from "../../errors";
import { type Claim, type Claims, type ClaimTimes, madeOnce, openClaims } from "../../files/claim";
import { clearLeftovers } from "../../files/temporary";
import { quiet, type Reporter } from "../../progress";
import { type DrawSongs, songbookCorpus, songDrawer } from "../dataset/corpus";
import { findBaseModel, obtainBaseModel } from "../pretrain/base-model";
import { recipeHash } from "../run/recipe";
import { runFolder } from "../run/run";
import { ended, endingChildren, freshState, inProcess, reportAll } from "../run/side-by-side";
import { obtainMusicEncoder } from "../tagger/songbook-encoder";
import { recordOf, type SweepRun } from "./runs";
import { addTrial, trialOf } from "./trials";

export interface SweepOptions {
  /** Runs at once, each a process of its own. */
  readonly jobs: number;
  /** Checkpoints, encoders and base models, and the claims on them: who takes a run over goes on from there. */
  readonly cache: string;
  /** Folder for the results in the place of the preset's own. */
  readonly out?: string;
  /** File of trials that runs leave a line in, in the place of records. */
  readonly trials?: string;
  /** Where songs come from, when they have to be represented. */
  readonly draw?: DrawSongs;
  readonly times?: ClaimTimes;
  /** Told of each process that begins a run or goes on with one. */
  readonly started?: (run: SweepRun, child: ChildProcess) => void;
}

/** A run that could not be made. */
export interface SweepFailure {
  readonly run: SweepRun;
  readonly error: AlcapError;
}

/** A run counts as one that cannot be made when so many of its processes have died. */
const DEATHS = 5;
/** Time between two looks at runs that others make, ms. */
const LOOK_EVERY = 1000;

/**
 * Makes the runs that are not recorded, together with whoever does so on this folder: other processes, other machines, tasks of
 * Slurm. Each run is claimed, so that none is made twice; one whose worker is silent is taken over at its checkpoint. Comes back
 * when every run is recorded, here or elsewhere, or could not be made: one that fails does not stop the others, but for want of room on the disk.
 */
export async function makeSweep(
  runs: readonly SweepRun[],
  options: SweepOptions,
  report: Reporter = quiet,
): Promise<readonly SweepFailure[]> {
  clearLeftovers(options.cache, { deep: true });
  const claims = openClaims(path.join(options.cache, "claims"), options.times);
  const open = new Set(runs.filter((run) => !isMade(run, options)));
  const jobs = Math.min(options.jobs, open.size);
  try {
    return await endingChildren(async (children) => {
      const worker = workerOf(open, children, claims, { ...options, jobs }, report);
      const lists = await Promise.all(Array.from({ length: jobs }, worker)).finally(() => open.clear());
      return lists.flat();
    }, claims.end);
  } finally {
    claims.end();
  }
}

/** Whether what is asked of a run is there: its record, or its line among the trials. */
const isMade = (run: SweepRun, { trials }: Pick<SweepOptions, "trials">) =>
  (trials === undefined ? recordOf(run) : trialOf(trials, run)) !== undefined;

/** A worker takes one run after another. All of a process share the list of open runs. */
function workerOf(
  open: Set<SweepRun>,
  children: Set<ChildProcess>,
  claims: Claims,
  { jobs, cache, out, trials, draw, started }: SweepOptions,
  report: Reporter,
): () => Promise<readonly SweepFailure[]> {
  const busy = new Set<SweepRun>();
  let full = false;
  const deaths = new Map<SweepRun, number>();
  const prepare = preparing(claims, { cache, draw }, report);
  const [first] = open;
  const progress = report(open.size === 1 ? `training ${first?.id}` : `training ${open.size} runs, ${jobs} at once`);
  const states = new Map([...open].map((run) => [run, freshState()]));
  const changed = () => reportAll([...states.values()], progress);
  const settle = (run: SweepRun) => {
    open.delete(run);
    Object.assign(states.get(run) ?? {}, { done: run.steps, total: run.steps, note: "" });
    changed();
  };
  /** Whether a run is open that no worker of this process makes. */
  const remain = () => [...open].some((run) => !busy.has(run));
  /** The next run that is neither recorded nor anybody's. */
  const take = () => {
    for (const run of open) {
      if (busy.has(run)) continue;
      const claim = isMade(run, { trials }) ? undefined : claims.take(`run-${recipeHash(run.recipe)}`);
      const recorded = isMade(run, { trials }); // looked for again: it may have been made before the claim
      if (claim && !recorded) return { run, claim };
      if (claim) claims.release(claim);
      if (recorded) settle(run);
    }
    return undefined;
  };
  /** Makes a claimed run; it stays open where its process died or lost the claim. */
  const make = async (run: SweepRun, claim: Claim) => {
    const state = states.get(run) ?? freshState();
    await prepare(run);
    const source = { preset: run.preset, out };
    const task = { source, name: run.name, weights: false, trial: trials !== undefined, claim };
    const outcome = await inProcess(task, children, state, changed, (child) => started?.(run, child));
    if (outcome === "done" && trials !== undefined && state.found) {
      await addTrial(trials, run, state.found, claims);
      rmSync(runFolder(cache, run.recipe), { recursive: true, force: true }); // nobody needs a trial's weights
    }
    if (outcome === "done") return settle(run);
    if (outcome === "died") deaths.set(run, (deaths.get(run) ?? 0) + 1);
    if ((deaths.get(run) ?? 0) >= DEATHS) throw ended(run.id);
  };
  return async () => {
    const failures: SweepFailure[] = [];
    while (remain()) {
      const mine = take();
      if (mine === undefined) {
        if (remain()) await sleep(LOOK_EVERY);
        continue;
      }
      const { run, claim } = mine;
      busy.add(run);
      try {
        await make(run, claim);
      } catch (error) {
        if (!(error instanceof AlcapError)) throw error;
        if (!full) failures.push({ run, error }); // of a full disk it is said once
        settle(run);
        full ||= error.code === "disk";
        if (full) open.clear();
      } finally {
        busy.delete(run);
        claims.release(claim);
      }
    }
    return failures;
  };
}

/** Makes the base model and the music encoder of a run where they are missing, once among all workers, and tells how far it is. */
function preparing(claims: Claims, { cache, draw = songDrawer() }: Pick<SweepOptions, "cache" | "draw">, report: Reporter) {
  const begun = new Map<string, Promise<void>>();
  const prepare = async ({ preset, material: { music, baseModel } }: SweepRun) => {
    const base = () => findBaseModel(preset, cache) !== undefined;
    await madeOnce(claims, `base-model-${baseModel}`, base, () => obtainBaseModel(preset, cache, report));
    const make = () => obtainMusicEncoder(preset, songbookCorpus(preset, draw), cache, report);
    await madeOnce(claims, path.basename(path.dirname(music)), () => existsSync(music), make); // by all cores, once a corpus
  };
  return (run: SweepRun): Promise<void> => {
    const key = JSON.stringify(run.material);
    const known = begun.get(key) ?? prepare(run);
    begun.set(key, known);
    return known;
  };
}
