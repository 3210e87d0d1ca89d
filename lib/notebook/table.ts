import type { Interval } from "../metric/certainty";
import { display } from "./display";
import { escapeHtml, escapeMarkdown, showable } from "./escape";
import { PAPER_GREY, type Source } from "./figure/style";
import type { MimeBundle } from "./kernel/ipynb";

/** Nothing (null) is shown as a dash. */
export type TableCell = string | number | Interval | null;

export interface TableColumn {
  readonly header: string;
  /** Digits after the point (default: none for whole numbers, else 2). */
  readonly decimals?: number;
  /** Columns of the paper's numbers are grey and italic, and say so in their header. */
  readonly source?: Source;
}

export interface TableOptions {
  /** Stands above the table. */
  readonly caption?: string;
}

interface LaidOut {
  readonly headers: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly numeric: readonly boolean[];
  readonly paper: readonly boolean[];
  readonly caption?: string;
}

/**
 * Shows a table: numbers to the right with fixed decimals, intervals as `12.3 [11.9, 12.8]`, the paper's columns in grey italics.
 *
 * @param columns a header or a column's description, from left to right
 * @param rows one cell for each column
 * @returns the bundle (HTML, Markdown, plain text) in plain Node; nothing in a kernel
 */
export function displayTable(
  columns: readonly (string | TableColumn)[],
  rows: readonly (readonly TableCell[])[],
  options: TableOptions = {},
): MimeBundle | undefined {
  const table = layOut(columns, rows, options);
  return display({ "text/html": htmlTable(table), "text/markdown": markdownTable(table), "text/plain": plainTable(table) });
}

/** A number with its interval, `12.3 [11.9, 12.8]`; alone where its spread is unknown. */
export function formatInterval({ mean, low, high }: Interval, decimals = 2): string {
  const known = Number.isFinite(low) && Number.isFinite(high);
  return known ? `${fixed(mean, decimals)} [${fixed(low, decimals)}, ${fixed(high, decimals)}]` : fixed(mean, decimals);
}

function layOut(
  columns: readonly (string | TableColumn)[],
  rows: readonly (readonly TableCell[])[],
  { caption }: TableOptions,
): LaidOut {
  const described = columns.map((column): TableColumn => (typeof column === "string" ? { header: column } : column));
  const cellsOf = (index: number): TableCell[] => rows.map((row) => row[index] ?? null);
  const decimals = described.map((column, index) => column.decimals ?? defaultDecimals(cellsOf(index)));
  return {
    headers: described.map(({ header, source }) => (source === "paper" ? `${header} (paper)` : header)),
    rows: rows.map((row) => described.map((_, index) => formatCell(row[index] ?? null, decimals[index]!))),
    numeric: described.map((_, index) => {
      const cells = cellsOf(index).filter((cell) => cell !== null);
      return cells.length > 0 && cells.every((cell) => typeof cell !== "string");
    }),
    paper: described.map(({ source }) => source === "paper"),
    ...(caption !== undefined && { caption }),
  };
}

function defaultDecimals(cells: readonly TableCell[]): number {
  return cells.every((cell) => cell === null || (typeof cell !== "object" && Number.isInteger(cell))) ? 0 : 2;
}

function formatCell(cell: TableCell, decimals: number): string {
  if (cell === null) return "–";
  if (typeof cell === "string") return cell;
  return typeof cell === "number" ? fixed(cell, decimals) : formatInterval(cell, decimals);
}

function fixed(value: number, decimals: number): string {
  return Number.isFinite(value) ? value.toFixed(decimals).replace(/^-(0(?:\.0+)?)$/, "$1") : "–";
}

function htmlTable({ headers, rows, numeric, paper, caption }: LaidOut): string {
  // Untrusted notebooks lose styles, and Jupyter's own push all cells to the right: alignment and grey are also said by old HTML.
  const cell = (tag: "td" | "th", text: string, index: number): string => {
    const side = numeric[index] ? "right" : "left";
    const style = `text-align:${side}${paper[index] ? `;color:${PAPER_GREY}` : ""}`;
    const content = paper[index] ? `<font color="${PAPER_GREY}"><em>${escapeHtml(text)}</em></font>` : escapeHtml(text);
    return `<${tag} align="${side}" style="${style}"><div align="${side}">${content}</div></${tag}>`;
  };
  const row = (tag: "td" | "th", texts: readonly string[]): string =>
    `<tr>${texts.map((text, index) => cell(tag, text, index)).join("")}</tr>`;
  const lines = ["<table>", ...(caption === undefined ? [] : [`<caption>${escapeHtml(caption)}</caption>`])];
  return [
    ...lines,
    `<thead>${row("th", headers)}</thead>`,
    "<tbody>",
    ...rows.map((texts) => row("td", texts)),
    "</tbody>",
    "</table>",
  ].join("\n");
}

function markdownTable({ headers, rows, numeric, paper, caption }: LaidOut): string {
  const cell = (text: string, index: number): string => (paper[index] ? `*${escapeMarkdown(text)}*` : escapeMarkdown(text));
  const row = (texts: readonly string[]): string => `| ${texts.map(cell).join(" | ")} |`;
  const rule = `| ${numeric.map((right) => (right ? "---:" : ":---")).join(" | ")} |`;
  const lead = caption === undefined ? [] : [escapeMarkdown(caption), ""];
  return [...lead, row(headers), rule, ...rows.map(row)].join("\n");
}

function plainTable({ headers, rows, numeric, caption }: LaidOut): string {
  const oneLine = rows.map((row) => row.map((text) => showable(text).replace(/\s*\n\s*/g, " ")));
  const widths = headers.map((header, index) => Math.max(header.length, ...oneLine.map((row) => row[index]?.length ?? 0)));
  const pad = (text: string, index: number): string =>
    numeric[index] ? text.padStart(widths[index] ?? 0) : text.padEnd(widths[index] ?? 0);
  const line = (texts: readonly string[]): string => texts.map(pad).join("  ").trimEnd();
  const lead = caption === undefined ? [] : [caption];
  return [...lead, line(headers), widths.map((width) => "-".repeat(width)).join("  "), ...oneLine.map(line)].join("\n");
}
