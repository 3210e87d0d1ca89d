import type { DataFrame } from "danfojs-node";
import { leaves } from "../run/recipe";
import type { RunRecord } from "../run/records";

/** A frame's columns and rows, as `displayTable` takes them; what is not there is null. */
export interface FrameTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/** Recipe fields and metrics of a run, one flat row. */
export function runRow({ id, preset, recipe, metrics }: RunRecord): Record<string, string | number | boolean | null> {
  const fields = [...leaves(recipe)].map(([name, value]) => [name, plain(value)] as const);
  return {
    id,
    preset,
    ...Object.fromEntries(fields),
    ...Object.fromEntries(Object.entries(metrics).map(([name, { mean }]) => [name, mean])),
  };
}

const plain = (value: unknown) =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean" || value === null
    ? value
    : JSON.stringify(value);

/**
 * Records as a Danfo.js data frame: a row a run, a column each field of the recipe (by its path, `alignment.weight`) and each
 * metric's mean, null where a run does not have it. Danfo.js is loaded when this is first called, in about a second.
 */
export async function runFrame(records: readonly RunRecord[]): Promise<DataFrame> {
  const { DataFrame: Frame } = await import("danfojs-node");
  const rows = records.map(runRow);
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return new Frame(
    rows.map((row) => columns.map((name) => row[name] ?? null)),
    { columns },
  );
}

/** A frame's columns and rows for `displayTable`; what Danfo.js marks as missing is null. */
export function frameTable(frame: DataFrame): FrameTable {
  const rows = frame.values as readonly (readonly unknown[])[];
  return { columns: frame.columns, rows: rows.map((row) => row.map(cell)) };
}

function cell(value: unknown): string | number | null {
  if (value === null || value === undefined || Number.isNaN(value)) return null;
  return typeof value === "number" ? value : String(value);
}
