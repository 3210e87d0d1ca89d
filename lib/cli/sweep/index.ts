import { type DrawSongs, songDrawer } from "../../experiment/dataset/corpus";
import { defaultJobs } from "../../experiment/run/obtain-runs";
import { runTable } from "../../experiment/study/table";
import { type Axes, axisNames, readAxis } from "../../experiment/sweep/axes";
import { cellsOf, kindOf } from "../../experiment/sweep/grid";
import { gridNames, grids } from "../../experiment/sweep/grids";
import { makeSweep } from "../../experiment/sweep/make";
import { demandProtocol } from "../../experiment/sweep/protocol";
import { recordOf, runsOfCells, type SweepRun } from "../../experiment/sweep/runs";
import { trialOf, trialsFile, tuneFolder } from "../../experiment/sweep/trials";
import { workspaceOf } from "../../files/project";
import { command } from "../command";
import { choice, flag, many, output, required, text, usage, type Values, whole } from "../options";
import { jobs, preset } from "../run-options";
import { terminalReporter } from "../terminal";
import { runList } from "./list";
import { toSlurm } from "./slurm";
import { tuned } from "./tuned";

const about = gridNames.map((name) => `${name} (${grids[name].about})`).join(", ");

const positional = {
  grid: required({ ...choice("grid", gridNames, "the runs"), about }),
  file: text("FILE", "with --slurm: write the jobs there as a script for the shell and submit nothing"),
};

const options = {
  preset,
  set: many(text("AXIS=VALUES", `values of an axis, as λ=0,0.02 or seed=2020..2024; axes: ${axisNames.join(", ")}`)),
  list: flag("print the runs, what differs, whether they are recorded and minutes that they may take, and make nothing"),
  table: flag("print the table of what is recorded and make nothing; exit code 1 when a run is missing"),
  jobs,
  task: whole("make run N of the list only: what a task of Slurm does"),
  slurm: flag("submit the open runs as a job array of Slurm, with a job after it that prints the table"),
  out: output("folder for records in the place of results/PRESET, or of results/tune"),
};

type Given = Values<typeof positional> & Values<typeof options>;

/** `alcap sweep`. */
export const { run, parse } = command({
  name: "sweep",
  about:
    "Makes the runs of a grid that are not recorded. Any number of such commands, on machines that share the project's folder, work " +
    "together: a run is claimed by one, and taken over at its checkpoint when that one is silent for half a minute.",
  arguments: positional,
  options,
  action: sweep,
});

async function sweep(given: Given): Promise<number> {
  if (given.file !== undefined && !given.slurm) throw usage("FILE means nothing without --slurm.", "Run `alcap sweep --help`.");
  if (!given.list && !given.table) demand(given); // before corpora are drawn
  const set: Axes = Object.assign({}, ...(given.set ?? []).map(readAxis));
  const cells = cellsOf(grids[given.grid], given.preset, set);
  const drawing = { draw: songDrawer(), report: terminalReporter() };
  if (given.task === undefined) return all(given, runsOfCells(cells, given.out, drawing), drawing.draw);
  const cell = cells[given.task];
  if (cell === undefined) throw usage(`The grid has no run ${given.task}.`, "Run the command with --list.");
  return make(given, runsOfCells([cell], given.out, { ...drawing, numbers: [given.task] }), drawing.draw);
}

async function all(given: Given, runs: readonly SweepRun[], draw: DrawSongs): Promise<number> {
  if (given.list) return list(given, runs);
  if (given.table) return table(given, runs);
  const open = runs.filter((run) => !isMade(given, run));
  if (!given.slurm || open.length === 0) return make(given, runs, draw);
  toSlurm(given, open);
  return 0;
}

/** Where a grid leaves trials in the place of records: their file. */
const trialsOf = ({ grid, out }: Given) => (grids[grid].leaves === "trials" ? trialsFile(tuneFolder(out)) : undefined);

function isMade(given: Given, run: SweepRun): boolean {
  const file = trialsOf(given);
  return (file === undefined ? recordOf(run) : trialOf(file, run)) !== undefined;
}

/** Runs on corpora that are kept for confirmation are made after what they are to show was stated. */
function demand({ grid, preset }: Given): void {
  if (kindOf(grids[grid], preset) === "confirmation") demandProtocol();
}

async function make(given: Given, runs: readonly SweepRun[], draw: DrawSongs): Promise<number> {
  const { jobs = defaultJobs(), out, preset } = given;
  const { cache } = workspaceOf(preset, out);
  const failures = await makeSweep(runs, { jobs, out, cache, trials: trialsOf(given), draw }, terminalReporter());
  for (const { run, error } of failures) console.error(`alcap: ${run.id}: ${error.message}`);
  return table(given, runs);
}

function list(given: Given, runs: readonly SweepRun[]): number {
  const file = trialsOf(given);
  const secondsOf = (run: SweepRun) =>
    file === undefined ? recordOf(run)?.circumstances : { trainSeconds: trialOf(file, run)?.seconds };
  console.log(
    runList(runs, (run) => isMade(given, run), { secondsOf, captions: file === undefined, jobs: given.jobs ?? defaultJobs() }),
  );
  return 0;
}

function table(given: Given, runs: readonly SweepRun[]): number {
  const file = trialsOf(given);
  if (file !== undefined) return tuned(runs, file, given);
  const records = runs.flatMap((run) => recordOf(run) ?? []);
  const missing = runs.length - records.length;
  if (records.length > 0) console.log(`${runTable(records)}\n`);
  console.log(`${records.length} of ${runs.length} runs are recorded${missing > 0 ? `; ${missing} missing` : ", in percent"}.`);
  return missing > 0 ? 1 : 0;
}
