import path from "node:path";
import type { Preset } from "../../experiment/preset/songbook";
import type { SweepRun } from "../../experiment/sweep/runs";
import { slurmScript, submit } from "../../experiment/sweep/slurm";
import { projectRoot, workspaceOf } from "../../files/project";
import { writeWhole } from "../../files/whole-file";

/** The options that name a grid. */
interface GridWords {
  readonly grid: string;
  readonly preset: Preset;
  readonly set?: readonly string[];
  readonly out?: string;
}

/** Submits open runs as a job array, or writes it to a file. */
export function toSlurm({ file, ...words }: GridWords & { readonly file?: string }, open: readonly SweepRun[]): void {
  const { cache } = workspaceOf(words.preset, words.out);
  const script = slurmScript({
    words: wordsOf(words),
    cells: open.map(({ cell }) => cell),
    root: projectRoot(),
    logs: path.resolve(cache, "slurm"),
    environment: environment(),
  });
  if (file === undefined) console.log(submit(script));
  else writeWhole(file, script);
}

/** The words that name this grid in another process. */
const wordsOf = ({ grid, preset, set, out }: GridWords) => [
  "sweep",
  grid,
  "--preset",
  preset.name,
  ...(set ?? []).flatMap((axis) => ["--set", axis]),
  ...(out === undefined ? [] : ["--out", path.resolve(out)]),
];

/** This library's variables, folders in full: a job starts in another one. */
const environment = () =>
  Object.fromEntries(
    Object.entries(process.env)
      .filter(([name, value]) => name.startsWith("ALCAP_") && value !== undefined)
      .map(([name, value = ""]) => [name, name === "ALCAP_HOME" ? path.resolve(value) : value]),
  );
