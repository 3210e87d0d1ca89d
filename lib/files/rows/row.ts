import type { Progress } from "../../progress";
import type { Encoding } from "../read";
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
