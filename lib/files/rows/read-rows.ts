import { readCsv } from "./csv";
import { readJson } from "./json";
import type { ReadOptions, ReadRecord } from "./row";

/**
 * Records of a `.csv` table, or of a file with one JSON object a line or one JSON array of objects, as a stream: memory does not grow with
 * the file. Broken rows come in their place.
 *
 * @throws AlcapError `input` when the file cannot be read, or its structure is broken so that rows cannot be told apart
 */
export function readRows(file: string, options: ReadOptions = {}): AsyncGenerator<ReadRecord> {
  return /\.csv$/i.test(file) ? readCsv(file, options) : readJson(file, options);
}
