import { readdirSync } from "node:fs";
import path from "node:path";
import { settings } from "../engine";
import type { Preset } from "../experiment/preset/songbook";
import { counted } from "../experiment/study/table";
import { sha256Of } from "../files/fingerprint";
import { projectRoot, type Workspace } from "../files/project";
import { contentOf, executedNotebooks, type NotebookRun, type NotebookTask, notebookInputs, runNotebooks } from "../notebook";
import type { Reporter } from "../progress";
import { usage } from "./options";

/** The preset on which the notebooks of the repository are executed. */
const COMMITTED = "standard";

/**
 * The notebooks of a folder, in order.
 *
 * @param only beginnings of their names, several in one text between commas
 * @throws AlcapError `usage` when nothing begins like one of them
 */
export function notebooksAt(folder: string, only?: readonly string[]): string[] {
  const names = readdirSync(folder)
    .filter((file) => file.endsWith(".ipynb"))
    .sort();
  const asked = only?.flatMap((list) => list.split(",")).map((one) => one.trim());
  const none = asked?.find((one) => one === "" || !names.some((name) => name.startsWith(one)));
  if (none !== undefined)
    throw usage(`No notebook's name begins with "${none}".`, `There are ${names.map((name) => name.split("-")[0]).join(", ")}.`);
  return names.filter((name) => asked?.some((one) => name.startsWith(one)) ?? true).map((name) => path.join(folder, name));
}

interface Execution {
  readonly files: readonly string[];
  readonly preset: Preset;
  readonly workspace: Workspace;
  readonly jobs: number;
  /** Also those whose inputs are as they were when they were executed last. */
  readonly force: boolean;
  readonly report: Reporter;
}

/**
 * Executes notebooks on a preset, several at once, into its results. One that fails is shown with its cell, the others go on.
 *
 * @returns how many failed
 */
export async function executeNotebooks({ files, preset, workspace, jobs, force, report }: Execution): Promise<number> {
  const known = executedNotebooks(path.join(workspace.cache, `notebooks-${preset.name}.json`));
  const tasks = files.map((file) => ({ file, out: path.join(workspace.results, "notebooks", path.basename(file)) }));
  const before = inputsOf(preset, workspace);
  const open = tasks.filter(({ file, out }) => force || !known.isCurrent(out, notebookInputs(file, before)));
  const current = tasks.length - open.length;
  if (current > 0)
    console.log(`${current} of ${tasks.length} notebooks are as they were executed before (--force executes them again).`);
  const ended = (run: NotebookRun) => console.log(run.ok ? `Notebook: ${relative(run.out)}` : failureText(run));
  const progress = report(`executing ${counted(open.length, "notebook")}, ${Math.min(jobs, open.length)} at once`);
  const runs = await runNotebooks(open, { jobs, env: { ALCAP_PRESET: preset.name }, progress, ended });
  const after = inputsOf(preset, workspace); // with what a notebook has looked up in a model and kept
  if (after.records === before.records)
    for (const { notebook, out } of runs.filter(({ ok }) => ok)) known.remember(out, notebookInputs(notebook, after));
  const failed = runs.filter(({ ok }) => !ok).length;
  if (failed > 0) console.log(`${failed} of ${tasks.length} notebooks failed.`);
  console.log(preset.name === COMMITTED ? equalText(tasks) : ELSEWHERE);
  return failed;
}

/** All that a notebook is made from beside its cells. */
const inputsOf = ({ name }: Preset, { results, runs }: Workspace) => ({
  preset: name,
  settings: settings(),
  library: contentOf([path.join(projectRoot(), "lib", "dist")], ".js"),
  records: contentOf([runs, path.join(results, "checkpoints")]),
  kept: contentOf([path.join(results, "attention"), path.join(results, "alignment.json")]),
});

function equalText(tasks: readonly NotebookTask[]): string {
  const equal = tasks.filter(({ file, out }) => sha256Of(file) === sha256Of(out)).length;
  return `Notebooks: ${equal} of ${tasks.length} are byte-identical to those of the repository.`;
}

const ELSEWHERE =
  `The repository's notebooks show the preset ${COMMITTED}: \`npm run reproduce -- --preset ${COMMITTED}\` executes them ` +
  "from the committed records and compares.";

const failureText = ({ out, failure }: NotebookRun) =>
  `FAILED: ${relative(out)}, cell ${failure?.cell}: ${failure?.name}: ${failure?.message}\n  The notebook holds the whole error.`;

/** A path as the terminal shows it. */
export const relative = (file: string) => path.relative(process.cwd(), file) || ".";
