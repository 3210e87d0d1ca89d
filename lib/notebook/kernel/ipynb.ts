import { readFileSync } from "node:fs";
import { AlcapError } from "../../errors";
import { writeWhole } from "../../files/whole-file";

/** Anything JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** One content in several formats, by MIME type; a front end shows the richest it knows. */
export type MimeBundle = JsonObject;

export interface StreamOutput {
  readonly output_type: "stream";
  readonly name: "stdout" | "stderr";
  readonly text: string;
}

export interface DisplayOutput {
  readonly output_type: "display_data" | "execute_result";
  readonly data: MimeBundle;
  readonly metadata: JsonObject;
  readonly execution_count?: number | null;
}

export interface ErrorOutput {
  readonly output_type: "error";
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}

export type Output = StreamOutput | DisplayOutput | ErrorOutput;

export interface Cell {
  readonly cell_type: "code" | "markdown" | "raw";
  readonly id: string;
  readonly metadata: JsonObject;
  readonly source: string;
  /** Code cells only. */
  readonly execution_count?: number | null;
  /** Code cells only. */
  readonly outputs?: readonly Output[];
  readonly attachments?: JsonObject;
}

/** A notebook of format 4.5, multi-line strings joined. */
export interface Notebook {
  readonly cells: readonly Cell[];
  readonly metadata: JsonObject;
  readonly nbformat: 4;
  readonly nbformat_minor: number;
}

/** What the kernel says of itself; the same words Jupyter writes, so that a file saved by either has no difference. */
const KERNEL_METADATA: JsonObject = {
  kernelspec: { display_name: "TypeScript", language: "typescript", name: "tslab" },
  language_info: {
    codemirror_mode: { mode: "typescript", name: "javascript", typescript: true },
    file_extension: ".ts",
    mimetype: "text/typescript",
    name: "typescript",
    version: "3.7.2",
  },
};

/**
 * Reads an .ipynb file (nbformat 4): joins multi-line strings, gives an id to every cell that lacks one.
 *
 * @throws AlcapError `input` when the file cannot be read or is not a notebook of format 4
 */
export function readNotebook(path: string): Notebook {
  const raw = parse(path);
  if (!isObject(raw) || raw.nbformat !== 4 || !Array.isArray(raw.cells)) {
    throw new AlcapError(
      "input",
      `${path} is not a notebook of format 4.`,
      "Save it from Jupyter, or convert it with `jupyter nbconvert --to notebook`.",
    );
  }
  const cells = raw.cells.map((cell, index) => readCell(cell, index, path));
  return { cells, metadata: objectOr(raw.metadata), nbformat: 4, nbformat_minor: 5 };
}

/** Writes a notebook as Jupyter does: sorted keys, indent of one space, split lines. */
export function writeNotebook(path: string, notebook: Notebook): void {
  writeWhole(path, notebookText(notebook));
}

/** The bytes of an .ipynb file: equal notebooks give equal text. Times and trust marks that front ends leave behind are removed. */
export function notebookText(notebook: Notebook): string {
  const { orig_nbformat, signature, ...kept } = notebook.metadata;
  const metadata = { ...kept, ...KERNEL_METADATA };
  const cells = notebook.cells.map(cellJson);
  return `${JSON.stringify(sortKeys({ cells, metadata, nbformat: 4, nbformat_minor: 5 }), null, 1)}\n`;
}

/** What a terminal would show of a text with carriage returns: each line's last writing. */
export function foldCarriageReturns(text: string): string {
  return text.replace(/\r+\n/g, "\n").replace(/^.*\r(?=[^\n])/gm, "");
}

function parse(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new AlcapError(
      "input",
      `The notebook ${path} cannot be read: ${String(cause)}.`,
      "Check the path, or restore the file from git.",
      { cause },
    );
  }
}

function readCell(raw: unknown, index: number, path: string): Cell {
  const kind = isObject(raw) ? raw.cell_type : undefined;
  if (!isObject(raw) || (kind !== "code" && kind !== "markdown" && kind !== "raw")) {
    throw new AlcapError(
      "input",
      `Cell ${index + 1} of ${path} is neither code nor text.`,
      "Open and save the notebook in Jupyter.",
    );
  }
  const { trusted, execution, ...metadata } = objectOr(raw.metadata);
  const base = { id: typeof raw.id === "string" ? raw.id : `cell-${index + 1}`, metadata, source: joined(raw.source ?? "") };
  const attachments = isObject(raw.attachments) ? { attachments: raw.attachments } : {};
  if (kind !== "code") return { cell_type: kind, ...base, ...attachments };
  const outputs = Array.isArray(raw.outputs) ? raw.outputs.map(readOutput) : [];
  return {
    cell_type: kind,
    ...base,
    outputs,
    execution_count: typeof raw.execution_count === "number" ? raw.execution_count : null,
  };
}

function readOutput(raw: Json): Output {
  const output = isObject(raw) ? raw : {};
  if (output.output_type === "stream") {
    return { output_type: "stream", name: output.name === "stderr" ? "stderr" : "stdout", text: joined(output.text ?? "") };
  }
  if (output.output_type === "error") {
    const traceback = Array.isArray(output.traceback) ? output.traceback.map(String) : [];
    return { output_type: "error", ename: String(output.ename), evalue: String(output.evalue), traceback };
  }
  const data = Object.entries(objectOr(output.data)).map(([mime, value]) => [mime, isJsonMime(mime) ? value : joined(value)]);
  const bundle = { data: Object.fromEntries(data), metadata: objectOr(output.metadata) };
  if (output.output_type !== "execute_result") return { output_type: "display_data", ...bundle };
  return { output_type: "execute_result", ...bundle, execution_count: Number(output.execution_count) };
}

function cellJson(cell: Cell): JsonObject {
  const { source, outputs, ...rest } = cell;
  const json = { ...rest, source: lines(source) };
  return cell.cell_type === "code"
    ? { ...json, execution_count: cell.execution_count ?? null, outputs: (outputs ?? []).map(outputJson) }
    : json;
}

function outputJson(output: Output): JsonObject {
  if (output.output_type === "stream") return { ...output, text: lines(foldCarriageReturns(output.text)) };
  if (output.output_type === "error") return { ...output };
  const data = Object.entries(output.data).map(([mime, value]) => [
    mime,
    isLineMime(mime) && typeof value === "string" ? lines(value) : value,
  ]);
  return { ...output, data: Object.fromEntries(data) };
}

function isJsonMime(mime: string): boolean {
  return mime === "application/json" || (mime.startsWith("application/") && mime.endsWith("+json"));
}

function isLineMime(mime: string): boolean {
  return mime.startsWith("text/") || mime === "image/svg+xml" || mime === "application/javascript";
}

function joined(text: Json): string {
  return Array.isArray(text) ? text.join("") : String(text);
}

function lines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function objectOr(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

function sortKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isObject(value)) return value;
  const entries = Object.keys(value)
    .sort()
    .map((key): [string, Json] => [key, sortKeys(value[key] ?? null)]);
  return Object.fromEntries(entries);
}
