import type { Interval } from "../metric/certainty";
import { escapeHtml, escapeXml } from "../notebook/escape";
import { formatInterval, type TableCell } from "../notebook/table";

/** HTML that is whole: text from data has become part of it by `text` and `attribute` alone. */
export type Html = string;

/** Text inside an element. */
export const text = (one: string): Html => escapeHtml(one);
/** A value between an attribute's quotes. */
export const attribute = (one: string): Html => escapeXml(one);

/** A section with its heading, which names it to screen readers and to the list of contents. */
export const section = (id: string, heading: string, ...parts: readonly Html[]): Html =>
  `<section id="${id}" aria-labelledby="${id}-heading">\n<h2 id="${id}-heading">${text(heading)}</h2>\n${parts.join("\n")}\n</section>`;

/** Prose of ours: what stands between backticks is code. */
export const prose = (words: string): Html => text(words).replace(/`([^`]+)`/g, "<code>$1</code>");
export const paragraph = (words: string): Html => `<p>${prose(words)}</p>`;

/** A link to a file; its address is relative, so it works from disk and from a server. */
export const link = (to: string, words: string): Html =>
  `<a href="${attribute(to.split("/").map(encodeURIComponent).join("/"))}">${text(words)}</a>`;

/** A cell of a table: as a notebook's, or HTML of ours. */
export type Cell = TableCell | { readonly html: Html };

export interface Column {
  readonly header: string;
  /** Digits after the point (default 1). */
  readonly decimals?: number;
  /** The paper's numbers are grey and italic, and their header says so. */
  readonly paper?: boolean;
}

/** A table with its caption; the first cell of a row is its header. It scrolls by itself where it is too wide, by keyboard too. */
export function table(caption: string, columns: readonly (string | Column)[], rows: readonly (readonly Cell[])[]): Html {
  const described = columns.map((column): Column => (typeof column === "string" ? { header: column } : column));
  const head = described.map(({ header, paper }) =>
    paper ? `<th scope="col" class="paper">${text(header)} (paper)</th>` : `<th scope="col">${text(header)}</th>`,
  );
  const line = (row: readonly Cell[]) =>
    described.map((column, at) => {
      const cell = row[at] ?? null;
      const kind = [column.paper && "paper", isNumber(cell) && "number"].filter(Boolean).join(" ");
      const marks = kind ? ` class="${kind}"` : "";
      return at === 0 ? `<th scope="row"${marks}>${content(cell, column)}</th>` : `<td${marks}>${content(cell, column)}</td>`;
    });
  return [
    `<div class="scroll" role="region" tabindex="0" aria-label="${attribute(caption)}"><table>`,
    `<caption>${text(caption)}</caption>`,
    `<thead><tr>${head.join("")}</tr></thead>`,
    `<tbody>${rows.map((row) => `<tr>${line(row).join("")}</tr>`).join("\n")}</tbody>`,
    "</table></div>",
  ].join("\n");
}

const isNumber = (cell: Cell) => cell === null || typeof cell === "number" || (typeof cell === "object" && "mean" in cell);

function content(cell: Cell, { decimals = 1 }: Column): Html {
  if (cell === null) return "–";
  if (typeof cell === "string") return text(cell);
  if (typeof cell === "number")
    return Number.isInteger(cell) && decimals === 0 ? cell.toLocaleString("en-GB") : cell.toFixed(decimals).replace("-", "−");
  return "html" in cell ? cell.html : interval(cell, decimals);
}

const interval = (cell: Interval, decimals: number) =>
  formatInterval(cell, decimals).replaceAll("-", "−").replace(" [", " <small>[").replace("]", "]</small>");

/** Data that the page's script takes: no text in it can end the element. */
export const embedded = (id: string, data: unknown): Html =>
  `<script type="application/json" id="${id}">${JSON.stringify(data).replace(/[<>&\u2028\u2029]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`)}</script>`;
