// A worker of a small grid as a process of its own: argv[2] is the number of runs at once; says which run each process begins.
import { presetNamed } from "alcap/dist/experiment/preset/songbook";
import { cellsOf } from "alcap/dist/experiment/sweep/grid";
import { makeSweep } from "alcap/dist/experiment/sweep/make";
import { runsOfCells } from "alcap/dist/experiment/sweep/runs";
import { workspaceOf } from "alcap/dist/files/project";

const preset = presetNamed("smoke");
const axes = { lambda: [0.02, 1], seed: [2022], method: ["bart-fusion", "alcap"] } as const;
const runs = runsOfCells(cellsOf({ name: "trial", kind: "development", parts: [axes] }, preset));
const options = {
  jobs: Number(process.argv[2]),
  cache: workspaceOf(preset).cache,
  times: { beat: 0.1, stale: 3 },
  started: ({ id }: { id: string }, { pid }: { pid?: number }) => process.stdout.write(`${id} ${pid}\n`),
};
makeSweep(runs, options).then((failures) => {
  for (const { run, error } of failures) console.error(run.id, error.message);
  process.exitCode = failures.length > 0 ? 1 : 0;
});
