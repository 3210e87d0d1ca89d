import type { Progress } from "../../progress";
import type { Encoding } from "./bytes";
import { readCsv } from "./csv";
import { readJson } from "./json";
import type { ProblemKind } from "./problems";

/** Where a record stands: see `Problem`. */
export interface Place {
  readonly row: number;
  readonly line?: number;
}

/** One record as it was found, its cells by column; a Map, so that no column's name can reach a prototype. */
export interface FoundRecord extends Place {
  readonly cells: ReadonlyMap<string, unknown>;
}

/** A row that is no record. */
export interface BrokenRecord extends Place {
  readonly column?: string;
  readonly kind: ProblemKind;
  readonly problem: string;
}

export type ReadRecord = FoundRecord | BrokenRecord;

export interface ReadOptions {
  readonly encoding?: Encoding;
  /** Columns that a table must have. JSON records are checked one by one where they are used. */
  readonly required?: readonly string[];
  /** Told in KiB read. */
  readonly progress?: Progress;
}

/**
 * Records of a `.csv` table, or of a file with one JSON object a line or one JSON array of objects, as a stream: memory does not grow with
 * the file. Broken rows come in their place.
 *
 * @throws AlcapError `input` when the file cannot be read, or its structure is broken so that rows cannot be told apart
 */
export function readRecords(file: string, options: ReadOptions = {}): AsyncGenerator<ReadRecord> {
  return /\.csv$/i.test(file) ? readCsv(file, options) : readJson(file, options);
}
