import path from "node:path";
import { type Progress, silent } from "../../progress";
import type { Drawing, FigureToDraw } from "../figure/svg/drawing";
import { type CellConverter, startCellConverter } from "./cell-converter";
import { startHelper } from "./helper";
import { type NotebookRun, type RunOptions, runNotebook } from "./run";

/** A notebook, and where it is written with its outputs. */
export interface NotebookTask {
  readonly file: string;
  readonly out: string;
}

export interface RunAllOptions extends Pick<RunOptions, "env"> {
  /** Notebooks at once, each a process of its own. */
  readonly jobs: number;
  /** Counts notebooks; the note says which are under way, and at which of their cells. */
  readonly progress?: Progress;
  /** Called with each run as soon as it and all before it in the list have ended. */
  readonly ended?: (run: NotebookRun, place: number) => void;
}

/**
 * Runs notebooks side by side. One that fails stops there and the others go on.
 *
 * @returns their runs in the order of the list
 * @throws AlcapError `input` or `record` when a file cannot be read or written
 */
export async function runNotebooks(tasks: readonly NotebookTask[], options: RunAllOptions): Promise<NotebookRun[]> {
  const { jobs, env = {}, progress = silent, ended = () => {} } = options;
  const runs: (NotebookRun | undefined)[] = tasks.map(() => undefined);
  const under = new Map<number, string>();
  const tell = () => progress(runs.filter(Boolean).length, tasks.length, [...under.values()].join(", "));
  const converters = new Map<string, CellConverter>();
  const converterOf = (folder: string) => {
    const found = converters.get(folder) ?? startCellConverter(folder);
    converters.set(folder, found);
    return found;
  };
  const drawer = startHelper<FigureToDraw, Drawing>(
    path.join(__dirname, "..", "figure", "svg", "drawer.js"),
    process.cwd(),
    "Drawing",
  );
  let told = 0;
  const queue = tasks.entries();
  const work = async () => {
    for (const [place, { file, out }] of queue) {
      const name = path.basename(file, ".ipynb").split("-")[0] ?? file;
      const cells: Progress = (done, total) => {
        under.set(place, `${name} ${done}/${total}`);
        tell();
      };
      const converter = converterOf(path.dirname(path.resolve(file)));
      runs[place] = await runNotebook(file, { out, env, progress: cells, converter, draw: drawer.ask });
      under.delete(place);
      for (let run = runs[told]; run !== undefined; run = runs[told]) ended(run, told++);
      tell();
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(jobs, tasks.length) }, work));
  } finally {
    for (const helper of [drawer, ...converters.values()]) helper.close();
  }
  return runs.filter((run) => run !== undefined);
}
