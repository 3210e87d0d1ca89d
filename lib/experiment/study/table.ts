import { AlcapError } from "../../errors";
import type { Interval } from "../../metric/certainty";
import type { Method } from "../../paper";
import type { RunRecord } from "../run/records";

/** The measures of the first table, in order, with how a reader knows them. All are shares of 1. */
export const measures = [
  { key: "rouge1", label: "ROUGE-1" },
  { key: "rouge2", label: "ROUGE-2" },
  { key: "rougeL", label: "ROUGE-L" },
  { key: "meteor", label: "METEOR" },
  { key: "theme", label: "theme" },
  { key: "mood", label: "mood" },
] as const;

/** A column of a table of results: the score's name in records, and how a reader knows it. */
export interface Measure {
  readonly key: string;
  readonly label: string;
}

/** The paper's four measures, ROUGE as recall or as F1: what a corpus without known truth can be scored by. */
export const textMeasures = (rouge: "recall" | "f1"): readonly Measure[] => [
  ...["1", "2", "L"].map((n) => ({ key: rouge === "f1" ? `rouge${n}F1` : `rouge${n}`, label: `ROUGE-${n}` })),
  { key: "meteor", label: "METEOR" },
];

/** How the methods are named to a reader. */
export const methodNames: Readonly<Record<Method, string>> = { bart: "BART", "bart-fusion": "BART-fusion", alcap: "ALCAP" };

/** One row a run: its name and an interval a measure, in percent. */
export function resultRows(
  records: readonly RunRecord[],
  columns: readonly Measure[] = measures,
): { method: string; seed: number; cells: Interval[] }[] {
  return records.map(({ id, recipe, metrics }) => ({
    method: methodNames[recipe.method],
    seed: recipe.seed,
    cells: columns.map(({ key }) => percent(metrics[key], `${id}: ${key}`)),
  }));
}

function percent(interval: Interval | undefined, what: string): Interval {
  if (!interval) throw new AlcapError("record", `The record of ${what} is missing.`, "Delete the record; the run is made again.");
  return { mean: 100 * interval.mean, low: 100 * interval.low, high: 100 * interval.high };
}

/** The results as a plain-text table for the terminal: mean [low, high] in percent. */
export function resultTable(records: readonly RunRecord[], columns: readonly Measure[] = measures): string {
  const head = ["method", "seed", ...columns.map(({ label }) => label)];
  const body = resultRows(records, columns).map(({ method, seed, cells }) => [method, String(seed), ...cells.map(cell)]);
  return inColumns([head, ...body]);
}

/** `1 replicate`, `10 replicates`; for nouns whose plural is formed by an s. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** Rows of texts as plain text, each column as wide as its longest text. */
export function inColumns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  const line = (row: readonly string[]) => row.map((text, column) => text.padEnd(widths[column] ?? 0)).join("  ");
  return rows.map((row) => line(row).trimEnd()).join("\n");
}

/** The runs as a plain-text table: what each is, and the means of its measures in percent. */
export function runTable(records: readonly RunRecord[], columns: readonly Measure[] = measures): string {
  const head = ["run", "method", "λ", "seed", "data set", ...columns.map(({ label }) => label)];
  const body = records.map(({ id, recipe, metrics }) => [
    id,
    methodNames[recipe.method],
    String(recipe.alignment?.weight ?? "–"),
    String(recipe.seed),
    recipe.data.set,
    ...columns.map(({ key }) => (metrics[key] ? (100 * metrics[key].mean).toFixed(1) : "–")),
  ]);
  return inColumns([head, ...body]);
}

const cell = ({ mean, low, high }: Interval) => `${mean.toFixed(1)} [${low.toFixed(1)}, ${high.toFixed(1)}]`;
