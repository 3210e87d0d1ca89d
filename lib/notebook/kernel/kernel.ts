// The process that runs a notebook's cells: tslab's executor without Jupyter. Started by run.ts, which has the cells converted and speaks protocol.ts to it.
import { StringDecoder } from "node:string_decoder";
import { format, inspect } from "node:util";
import { projectRoot } from "../../files/project";
import type { ErrorOutput, JsonObject } from "./ipynb";
import type { DrawReply, Reply, Request } from "./protocol";
import { type ConvertedCell, loadTslab, type TslabExecutor } from "./tslab";

/** The pattern with which tslab reports a compile error: file, line, column, message. */
const DIAGNOSTIC_FORMAT = "%s%d:%d - %s";

function reply(message: Reply, then?: () => void): void {
  process.send?.(message, undefined, undefined, () => then?.());
}

function forwardStream(name: "stdout" | "stderr"): void {
  const decoder = new StringDecoder("utf8");
  const write = (chunk: string | Uint8Array, encoding?: unknown, callback?: unknown): boolean => {
    const text = typeof chunk === "string" ? chunk : decoder.write(Buffer.from(chunk));
    if (text) reply({ type: "stream", name, text });
    const done = typeof encoding === "function" ? encoding : callback;
    if (typeof done === "function") process.nextTick(() => done());
    return true;
  };
  process[name].write = write;
}

/** The executor, which is given each cell as `converted` has it then. */
function startExecutor(converted: () => ConvertedCell, onProblem: (words: unknown[]) => void): TslabExecutor {
  const tslab = loadTslab();
  const node = { convert: converted, close: () => {} };
  const converters = {
    node,
    get browser(): never {
      throw new Error("Cells for the browser are not supported: remove the cell's browser mark.");
    },
    close: () => {},
  };
  tslab.jupyter.lastWriteDisplayData = ({ data, metadata, transient }, update) => {
    const bundle = { data: data as JsonObject, metadata: metadata as JsonObject };
    reply({
      type: "display",
      ...bundle,
      update: update === true,
      ...(transient?.display_id && { displayId: transient.display_id }),
    });
  };
  return tslab.createExecutor(process.cwd(), converters, { log: console.log, error: (...words) => onProblem(words) });
}

/** What went wrong in a cell, as nbformat wants it; paths inside the project are shown relative to its root. */
function errorOutput(problems: readonly (readonly unknown[])[]): ErrorOutput {
  const [first] = problems[0] ?? [];
  const text = problems.map((words) => (words.length === 1 ? describe(words[0]) : format(...words))).join("\n");
  const relative = text.replaceAll(`${projectRoot()}/`, "");
  const head = { output_type: "error" as const, traceback: relative.split("\n") };
  if (first === DIAGNOSTIC_FORMAT) return { ...head, ename: "TypeScriptError", evalue: relative.split("\n")[0] ?? "" };
  if (first instanceof Error) return { ...head, ename: first.name, evalue: first.message };
  return { ...head, ename: "Error", evalue: relative };
}

/** An error with its stack, without the frames of Node and tslab that tell a reader nothing. */
function describe(thrown: unknown): string {
  return inspect(thrown)
    .split("\n")
    .filter((line) => !/^\s+at .*(node:|node_modules\/tslab\/|dist\/notebook\/kernel\.js)/.test(line))
    .join("\n");
}

/** Leaves out the compiled files that the executor has already: a module given again would be loaded again. */
function remembering(): (cell: ConvertedCell) => ConvertedCell {
  const known = new Map<string, string>();
  return (cell) => {
    const fresh = (cell.sideOutputs ?? []).filter(({ path, data }) => known.get(path) !== data);
    for (const { path, data } of fresh) known.set(path, data);
    const { sideOutputs: _, ...rest } = cell;
    return fresh.length > 0 ? { ...rest, sideOutputs: fresh } : rest;
  };
}

/** One turn of the event loop, after which Node has reported rejections nobody handled. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function main(): Promise<void> {
  let problems: unknown[][] = [];
  const onProblem = (words: unknown[]): void => {
    problems.push(words);
  };
  const takeProblems = (): unknown[][] => {
    const taken = problems;
    problems = [];
    return taken;
  };
  forwardStream("stdout");
  forwardStream("stderr");
  process.on("unhandledRejection", (reason) => onProblem([reason]));
  process.on("uncaughtException", (error) => onProblem([error]));
  process.on("disconnect", () => process.exit(1));
  let converted: ConvertedCell = { diagnostics: [] };
  const executor = startExecutor(() => converted, onProblem);
  const execute = (source: string) =>
    executor.execute(source).catch((error: unknown) => {
      onProblem([error]);
      return false;
    });
  const newSideOutputs = remembering();

  process.on("message", async (request: Request | DrawReply) => {
    if (request.type === "drawn") return; // a figure that a cell waits for
    let ran = false;
    if (request.type === "execute") {
      converted = newSideOutputs(request.converted);
      ran = await execute(request.source);
    }
    await turn();
    const found = takeProblems();
    const error = found.length > 0 ? { error: errorOutput(found) } : {};
    if (request.type === "execute") reply({ type: "done", cell: request.cell, ran, ...error });
    else reply({ type: "closed", ...error }, () => process.exit(0));
  });
  reply({ type: "ready" });
}

void main();
