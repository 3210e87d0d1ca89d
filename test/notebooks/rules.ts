import type { Cell, Notebook, Output } from "alcap/dist/notebook/kernel/ipynb";

const LONGEST_CODE_CELL = 20;
/** Pixels. Jupyter folds higher outputs of a cell into a box with a scroll bar, which shows the first figure alone. */
const HIGHEST_UNFOLDED = 1600;
const SHOWS_SOMETHING = /\b(display[A-Z]\w*|display|paperSays|weFind|console\.(log|table))\s*\(/;
/** Places that exist on one machine only. */
const ABSOLUTE_PATH = /(?<![\w./:])\/(home|root|Users|tmp|work|var|opt|mnt|usr)\/\w|\b[A-Z]:\\\w/;

/** What an executed, committed notebook breaks of the house's rules; each finding names its cell. */
export function brokenRules(notebook: Notebook): string[] {
  const prose = notebook.cells.filter((cell) => cell.cell_type === "markdown").length;
  const code = notebook.cells.filter((cell) => cell.cell_type === "code").length;
  const balance = prose < code ? [`${code} code cells, but only ${prose} with prose`] : [];
  const findings = notebook.cells.flatMap((cell, index) =>
    cell.cell_type === "code" ? brokenByCell(cell).map((rule) => `cell ${index + 1}: ${rule}`) : [],
  );
  const counts = notebook.cells.flatMap((cell) => (cell.cell_type === "code" ? [cell.execution_count] : []));
  const inOrder = counts.every((count, index) => count === index + 1);
  return [...balance, ...findings, ...(inOrder ? [] : [`execution counts are ${counts.join(", ")}, not 1 to ${code}`])];
}

function brokenByCell(cell: Cell): string[] {
  const lines = cell.source.split("\n").length;
  const outputs = cell.outputs ?? [];
  const texts = outputs.flatMap(outputTexts);
  return [
    ...(lines > LONGEST_CODE_CELL ? [`${lines} lines of code, more than ${LONGEST_CODE_CELL}`] : []),
    ...(outputs.some((output) => output.output_type === "error") ? ["ends in an error"] : []),
    ...(SHOWS_SOMETHING.test(cell.source) && outputs.length === 0
      ? ["shows something, but has no output: execute the notebook"]
      : []),
    ...(sumOf(outputs.map(pictureHeight)) > HIGHEST_UNFOLDED && cell.metadata.scrolled !== false
      ? ["figures so high that Jupyter folds them: set scrolled to false in the cell's metadata"]
      : []),
    ...texts
      .filter((text) => ABSOLUTE_PATH.test(text))
      .map((text) => `an output holds an absolute path: ${ABSOLUTE_PATH.exec(text)?.[0]}…`),
  ];
}

/** The outputs' texts; base64 data, which may look like anything, is left out. */
function outputTexts(output: Output): string[] {
  if (output.output_type === "stream") return [output.text];
  if (output.output_type === "error") return [...output.traceback];
  return Object.values(output.data).map((value) => JSON.stringify(value).replace(/[A-Za-z0-9+/=]{200,}/g, ""));
}

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

/** Pixels that a figure takes up; 0 for what is none. */
function pictureHeight(output: Output): number {
  const shown = output.output_type === "display_data" ? output.metadata["image/png"] : undefined;
  return typeof shown === "object" && shown !== null && "height" in shown ? Number(shown.height) : 0;
}
