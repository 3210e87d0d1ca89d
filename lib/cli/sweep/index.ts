import { defaultJobs } from "../../experiment/run/obtain-runs";
import { inColumns, runTable } from "../../experiment/study/table";
import { type Axes, axisNames, readAxis } from "../../experiment/sweep/axes";
import { cellsOf, gridNames, grids } from "../../experiment/sweep/grid";
import { makeSweep } from "../../experiment/sweep/make";
import { recordOf, runsOfCells, type SweepRun } from "../../experiment/sweep/runs";
import { workspaceOf } from "../../files/project";
import { command } from "../command";
import { choice, flag, many, output, required, text, usage, type Values, whole } from "../options";
import { jobs, preset } from "../run-options";
import { terminalReporter } from "../terminal";
import { toSlurm } from "./slurm";

const about = gridNames.map((name) => `${name} (${grids[name].about})`).join(", ");

const positional = {
  grid: required({ ...choice("grid", gridNames, "the runs"), about }),
  file: text("FILE", "with --slurm: write the jobs there as a script for the shell and submit nothing"),
};

const options = {
  preset,
  set: many(text("AXIS=VALUES", `values of an axis, as λ=0,0.02 or seed=2020..2024; axes: ${axisNames.join(", ")}`)),
  list: flag("print the runs and make nothing"),
  table: flag("print the table of what is recorded and make nothing; exit code 1 when a run is missing"),
  jobs,
  task: whole("make run N of the list only: what a task of Slurm does"),
  slurm: flag("submit the open runs as a job array of Slurm, with a job after it that prints the table"),
  out: output("folder for records in the place of results/PRESET"),
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
  const set = (given.set ?? []).map(readAxis);
  const axes: Axes = Object.assign({}, grids[given.grid].axes, ...set);
  const cells = cellsOf({ ...grids[given.grid], axes }, given.preset);
  if (given.task === undefined) return all(given, runsOfCells(cells, given.out));
  const cell = cells[given.task];
  if (cell === undefined) throw usage(`The grid has no run ${given.task}.`, "Run the command with --list.");
  return make(given, runsOfCells([cell], given.out, [given.task]));
}

async function all(given: Given, runs: readonly SweepRun[]): Promise<number> {
  if (given.list) return list(runs);
  if (given.table) return table(runs);
  const open = runs.filter((run) => !recordOf(run));
  if (!given.slurm || open.length === 0) return make(given, runs);
  toSlurm(given, open);
  return 0;
}

async function make({ jobs = defaultJobs(), out, preset }: Given, runs: readonly SweepRun[]): Promise<number> {
  const { cache } = workspaceOf(preset, out);
  const failures = await makeSweep(runs, { jobs, out, cache }, terminalReporter());
  for (const { run, error } of failures) console.error(`alcap: ${run.id}: ${error.message}`);
  return table(runs);
}

function list(runs: readonly SweepRun[]): number {
  const rows = runs.map((run) => [String(run.cell), run.id, recordOf(run) ? "recorded" : "open", String(run.steps)]);
  console.log(inColumns([["N", "run", "state", "steps"], ...rows]));
  const open = runs.filter((run) => !recordOf(run));
  const steps = open.reduce((sum, run) => sum + run.steps, 0);
  console.log(`\n${runs.length} runs, ${open.length} open with ${steps} training steps.`);
  return 0;
}

function table(runs: readonly SweepRun[]): number {
  const records = runs.flatMap((run) => recordOf(run) ?? []);
  const missing = runs.length - records.length;
  if (records.length > 0) console.log(`${runTable(records)}\n`);
  console.log(`${records.length} of ${runs.length} runs are recorded${missing > 0 ? `; ${missing} missing` : ", in percent"}.`);
  return missing > 0 ? 1 : 0;
}
