import path from "node:path";
import type { Preset } from "../../experiment/preset/songbook";
import type { SweepRun } from "../../experiment/sweep/runs";
import { trialOf } from "../../experiment/sweep/trials";
import { chosen, trialTable } from "../../experiment/sweep/tuning";
import { writeWhole } from "../../files/whole-file";

/** Prints the trials of a grid and, once all are there, writes what they choose beside them. The exit code is 1 where one is missing. */
export function tuned(runs: readonly SweepRun[], file: string, { grid, preset }: { grid: string; preset: Preset }): number {
  const trials = runs.flatMap((run) => trialOf(file, run) ?? []);
  const missing = runs.length - trials.length;
  const table = `${trialTable(trials)}\n\nMean held-out caption loss over replicates, nats a token; * a method's least.`;
  if (trials.length > 0) console.log(table);
  console.log(
    `${trials.length} of ${runs.length} trials are there${missing > 0 ? `; ${missing} missing, so nothing is chosen` : ""}.`,
  );
  if (missing > 0) return 1;
  const folder = path.dirname(file);
  writeWhole(path.join(folder, "choice.json"), `${JSON.stringify({ grid, preset: preset.name, ...chosen(trials) }, null, 1)}\n`);
  writeWhole(path.join(folder, "table.txt"), `${table}\n`);
  console.log(`What they choose: ${path.join(folder, "choice.json")}`);
  return 0;
}
