import { quoted } from "../../../files/quoted";
import { LONGEST_CELL } from "../../../files/rows/csv";
import type { Problem, ProblemKind } from "../../../files/rows/problems";
import { plainText } from "../../text/plain";

/** Why a cell cannot be used. */
export interface CellProblem {
  readonly kind: ProblemKind;
  readonly column: string;
  readonly problem: string;
}

/** A cell's value, or why there is none. */
export type Cell<T> = { readonly value: T } | CellProblem;

/** Ids become file names: letters, digits, `_`, `-`, and single dots inside. */
const SAFE_ID = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/;
const LONGEST_ID = 128;

export function isSafeId(id: string): boolean {
  return id.length <= LONGEST_ID && SAFE_ID.test(id);
}

/** A song's id: a safe name, or a whole number as services give. */
export function idCell(cells: ReadonlyMap<string, unknown>, column: string): Cell<string> {
  const found = cells.get(column);
  const id = typeof found === "number" && Number.isSafeInteger(found) && found >= 0 ? String(found) : found;
  if (id === undefined || id === null || id === "") return { kind: "id", column, problem: "no id" };
  if (typeof id !== "string") return { kind: "id", column, problem: "an id that is neither text nor a whole number" };
  const trimmed = id.trim();
  if (isSafeId(trimmed)) return { value: trimmed };
  return {
    kind: "id",
    column,
    problem: `${quote(id)} cannot be a file name (letters, digits, "_", "-" and dots inside are allowed)`,
  };
}

/** Text with something in it; line breaks become LF and the white space around it goes. */
export function textCell(cells: ReadonlyMap<string, unknown>, column: string, kind: ProblemKind): Cell<string> {
  const found = cells.get(column);
  if (found === undefined || found === null) return { kind, column, problem: "nothing there" };
  if (typeof found !== "string") return { kind, column, problem: "not text" };
  if (/\0|\p{Surrogate}/u.test(found)) return { kind: "encoding", column, problem: "characters that cannot be written as text" };
  const text = plainText(found);
  if (Buffer.byteLength(text) > LONGEST_CELL) return { kind, column, problem: `longer than ${LONGEST_CELL >> 10} KiB` };
  return text === "" ? { kind, column, problem: "empty" } : { value: text };
}

/** The song and the text of a record, or the first of the two that cannot be used. */
export function songAndText(
  cells: ReadonlyMap<string, unknown>,
  columns: { readonly song: string; readonly text: string },
): { readonly song: string; readonly text: string } | CellProblem {
  const song = idCell(cells, columns.song);
  if ("kind" in song) return song;
  const text = textCell(cells, columns.text, "text");
  return "kind" in text ? text : { song: song.value, text: text.value };
}

/** A whole number, also as text (`3`, `-2`, `+1`, and `3.0` as pandas writes columns with gaps). */
export function votesCell(cells: ReadonlyMap<string, unknown>, column: string): Cell<number> {
  const found = cells.get(column);
  const written = typeof found === "string" ? found.trim() : found;
  const votes = typeof written === "string" && /^[+-]?\d{1,15}(\.0*)?$/.test(written) ? Number(written) : written;
  if (typeof votes === "number" && Number.isSafeInteger(votes)) return { value: votes === 0 ? 0 : votes };
  if (votes === undefined || votes === null || votes === "") return { kind: "votes", column, problem: "no votes" };
  const shown = typeof found === "string" || typeof found === "number" ? quote(`${found}`) : `a ${typeof found}`;
  return { kind: "votes", column, problem: `${shown} is no whole number` };
}

const quote = (text: string) => `"${quoted(text)}"`;

/** The problem of a cell at its place. */
export function problemAt(
  file: string,
  { row, line }: { readonly row: number; readonly line?: number },
  { kind, column, problem }: Omit<CellProblem, "column"> & { readonly column?: string },
  effect: Problem["effect"] = "dropped",
): Problem {
  return { file, row, ...(line !== undefined && { line }), ...(column !== undefined && { column }), kind, problem, effect };
}
