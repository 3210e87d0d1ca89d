import path from "node:path";
import { type Progress, silent } from "../../progress";
import { type CellConverter, startCellConverter } from "./cell-converter";
import { type Cell, type ErrorOutput, type Notebook, readNotebook, writeNotebook } from "./ipynb";
import { type Draw, type KernelProcess, startKernelProcess } from "./kernel-process";
import { createOutputLog, type OutputLog } from "./outputs";
import type { Reply } from "./protocol";

export interface RunOptions {
  /** Where the executed notebook is written; by default over the notebook itself. */
  readonly out?: string;
  /** Added to the environment of the notebook's process, e.g. `{ ALCAP_PRESET: "smoke" }`. */
  readonly env?: NodeJS.ProcessEnv;
  /** Counts cells; the note is the latest line of progress a cell shows. */
  readonly progress?: Progress;
  /** Seconds for the whole notebook; without it a cell may take for ever. */
  readonly timeout?: number;
  /** Of the notebook's folder, where several notebooks share one. */
  readonly converter?: CellConverter;
  /** Draws the figures, where several notebooks share a process for that. */
  readonly draw?: Draw;
}

export interface NotebookFailure {
  /** Position among all cells, from 1. */
  readonly cell: number;
  readonly id: string;
  readonly name: string;
  readonly message: string;
  /** The whole text as it stands in the notebook. */
  readonly text: string;
}

export interface NotebookRun {
  readonly notebook: string;
  /** The file that holds the outputs. */
  readonly out: string;
  readonly ok: boolean;
  /** Code cells that ran, the failed one included. */
  readonly executed: number;
  readonly failure?: NotebookFailure;
  readonly seconds: number;
  /** The end of what the process printed past the cells: messages of native libraries. */
  readonly log: string;
}

/**
 * Runs a notebook's code cells in order, in a process of its own, without Jupyter, and writes the outputs into the file, also when a cell fails.
 * Working directory: the notebook's folder. The first error stops the run (unless the cell is tagged `raises-exception`); its text stands in the
 * notebook and in the result. Two runs that show the same give the same bytes.
 *
 * @throws AlcapError `input` when the file is not a notebook, `record` when the result cannot be written
 */
export async function runNotebook(file: string, options: RunOptions = {}): Promise<NotebookRun> {
  const notebookPath = path.resolve(file);
  const out = path.resolve(options.out ?? file);
  const { progress = silent, timeout } = options;
  const started = performance.now();
  const notebook = readNotebook(notebookPath);
  const converter = options.converter ?? startCellConverter(path.dirname(notebookPath));
  const log = createOutputLog();
  const session: Session = { notebook, log, cell: -1, done: 0, progress, converter };
  const kernel = startKernelProcess(
    path.dirname(notebookPath),
    options.env ?? {},
    (reply) => record(session, reply),
    options.draw,
  );
  const timer =
    timeout === undefined
      ? undefined
      : setTimeout(() => kernel.kill(`took longer than ${timeout} s and was ended`), timeout * 1000);
  const { counts, failure } = await runCells(session, kernel)
    .catch((error: unknown) => {
      kernel.kill("was ended");
      throw error;
    })
    .finally(() => {
      clearTimeout(timer);
      if (options.converter === undefined) converter.close();
    });

  writeNotebook(out, withOutputs(notebook, log, counts));
  const seconds = (performance.now() - started) / 1000;
  const run = { notebook: notebookPath, out, ok: failure === undefined, executed: counts.size, seconds, log: kernel.log() };
  return failure ? { ...run, failure } : run;
}

/** A run under way: the cell whose outputs arrive now, and how many code cells are done. */
interface Session {
  readonly notebook: Notebook;
  readonly log: OutputLog;
  readonly progress: Progress;
  readonly converter: CellConverter;
  cell: number;
  done: number;
}

interface CellsRun {
  /** Execution count of every cell that ran, by its index. */
  readonly counts: ReadonlyMap<number, number>;
  readonly failure?: NotebookFailure;
}

async function runCells(session: Session, kernel: KernelProcess): Promise<CellsRun> {
  const { notebook, log, progress, converter } = session;
  const counts = new Map<number, number>();
  const code = [...notebook.cells.entries()].filter(([, cell]) => cell.cell_type === "code" && cell.source.trim() !== "");
  const fail = (index: number, error: ErrorOutput): CellsRun => {
    log.error(index, error);
    return { counts, failure: describeFailure(index, notebook.cells[index]!, error) };
  };
  let declared = "";
  for (const [index, cell] of code) {
    session.cell = index;
    progress(session.done, code.length);
    counts.set(index, counts.size + 1);
    const converted = await converter.convert(declared, cell.source);
    const { error, fatal, ran } = await kernel.ask({ type: "execute", cell: index, source: cell.source, converted });
    if (ran) declared = converted.declOutput ?? "";
    if (error && (fatal || !mayFail(cell))) {
      if (!fatal) await kernel.ask({ type: "shutdown" });
      return fail(index, error);
    }
    if (error) log.error(index, error);
    session.done++;
  }
  const { error } = await kernel.ask({ type: "shutdown" });
  progress(session.done, code.length);
  return error && session.cell >= 0 ? fail(session.cell, error) : { counts };
}

function record(session: Session, reply: Reply): void {
  const { log, cell, progress } = session;
  if (reply.type === "stream") log.stream(cell, reply.name, reply.text);
  if (reply.type !== "display") return;
  const { data, metadata, displayId, update } = reply;
  if (update && displayId !== undefined) log.update(displayId, { data, metadata });
  else log.display(cell, { data, metadata }, displayId);
  const line = data["text/plain"];
  if (displayId !== undefined && typeof line === "string")
    progress(session.done, codeCells(session.notebook), line.split("\n")[0]);
}

function codeCells(notebook: Notebook): number {
  return notebook.cells.filter((cell) => cell.cell_type === "code" && cell.source.trim() !== "").length;
}

function mayFail(cell: Cell): boolean {
  const { tags } = cell.metadata;
  return Array.isArray(tags) && tags.includes("raises-exception");
}

function describeFailure(index: number, cell: Cell, error: ErrorOutput): NotebookFailure {
  return { cell: index + 1, id: cell.id, name: error.ename, message: error.evalue, text: error.traceback.join("\n") };
}

function withOutputs(notebook: Notebook, log: OutputLog, counts: ReadonlyMap<number, number>): Notebook {
  const cells = notebook.cells.map((cell, index) =>
    cell.cell_type === "code" ? { ...cell, execution_count: counts.get(index) ?? null, outputs: log.of(index) } : cell,
  );
  return { ...notebook, cells };
}
