import { Readable } from "node:stream";
import { CsvError, type Info, parse } from "csv-parse";
import { AlcapError } from "../../errors";
import type { Progress } from "../../progress";
import { quoted } from "../quoted";
import { decode, type Encoding } from "../read";
import { readChunks } from "./bytes";
import type { ReadOptions, ReadRecord } from "./row";

/** A row longer than this is a quote that was never closed, bytes. */
const LONGEST_ROW = 1 << 22;
/** Bytes of a cell that may be written: three of them, every quote doubled, stay within a row. */
export const LONGEST_CELL = LONGEST_ROW >> 3;

/**
 * Rows of a CSV table with a header (RFC 4180; LF, CRLF or both; a byte order mark; quoted line breaks). Further columns are passed on.
 * A row with another number of cells than the header, or with bytes that are not text, is given as broken.
 *
 * @throws AlcapError `input` when there is no header, a required column is missing, or a quote is broken (rows cannot be told apart after it)
 */
export async function* readCsv(
  file: string,
  { encoding = "utf-8", required = [], progress }: ReadOptions = {},
): AsyncGenerator<ReadRecord> {
  let columns: readonly string[] | undefined;
  for await (const { cells, row, line } of readRows(file, progress)) {
    if (columns === undefined) columns = header(cells, { encoding, required, file });
    else yield record(cells, columns, { encoding, row, line });
  }
  if (columns === undefined) throw new AlcapError("input", `${file} is empty.`, "Give a table with a header.");
}

interface Row {
  /** Bytes as characters, one each. */
  readonly cells: readonly string[];
  readonly row: number;
  readonly line: number;
}

async function* readRows(file: string, progress: Progress | undefined): AsyncGenerator<Row> {
  const parser = parse({
    encoding: "latin1", // one character a byte: each cell is decoded on its own, so that a bad one can be named
    record_delimiter: ["\r\n", "\n", "\r"],
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: LONGEST_ROW,
    info: true,
  });
  const source = Readable.from(readChunks(file, progress), { objectMode: true });
  source.on("error", (error) => parser.destroy(error));
  source.pipe(parser);
  const read = { row: 0, lines: 0 };
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>) {
      read.row = info.records;
      read.lines += 1 + linesWithin(record);
      yield { cells: record, row: read.row, line: read.lines + info.empty_lines };
    }
  } catch (cause) {
    if (cause instanceof CsvError) throw brokenTable(file, read.row + 1, cause);
    throw cause;
  } finally {
    source.destroy();
    parser.destroy();
  }
}

/** Line breaks inside quoted cells; the parser's own count takes CRLF there for two. */
function linesWithin(cells: readonly string[]): number {
  return cells.reduce((sum, cell) => sum + (cell.match(/\r\n|\r|\n/g)?.length ?? 0), 0);
}

function brokenTable(file: string, row: number, cause: CsvError): AlcapError {
  const unclosed = cause.code === "CSV_QUOTE_NOT_CLOSED" || cause.code === "CSV_MAX_RECORD_SIZE";
  return new AlcapError(
    "input",
    `${file}, row ${row} ${unclosed ? "opens a quote that is not closed" : "has a quote in the wrong place"}.`,
    'Quote cells as "…" with "" for a quote inside; rows cannot be told apart otherwise.',
    { cause },
  );
}

interface HeaderRules {
  readonly encoding: Encoding;
  readonly required: readonly string[];
  readonly file: string;
}

function header(cells: readonly string[], { encoding, required, file }: HeaderRules): readonly string[] {
  const names = cells.map((cell) => text(cell, encoding)?.trim() ?? "");
  for (const name of required) {
    const times = names.filter((other) => other === name).length;
    if (times === 1) continue;
    const problem = times === 0 ? `${file} has no column "${name}"` : `${file} has ${times} columns "${name}"`;
    throw new AlcapError(
      "input",
      `${problem} (it has ${quoted(names.join(", "))}).`,
      "Name the columns with --field, or rename them.",
    );
  }
  return names;
}

function record(
  cells: readonly string[],
  columns: readonly string[],
  { encoding, row, line }: { readonly encoding: Encoding; readonly row: number; readonly line: number },
): ReadRecord {
  if (cells.length !== columns.length)
    return { row, line, kind: "fields", problem: `${cells.length} cells under ${columns.length} columns` };
  const found = new Map<string, string>();
  for (const [i, column] of columns.entries()) {
    const value = text(cells[i]!, encoding);
    if (value === undefined)
      return { row, line, column, kind: "encoding", problem: "bytes that are not UTF-8 (--encoding latin1 reads older files)" };
    found.set(column, value);
  }
  return { row, line, cells: found };
}

function text(bytes: string, encoding: Encoding): string | undefined {
  return /[\x80-\xff]/.test(bytes) ? decode(Buffer.from(bytes, "latin1"), encoding) : bytes;
}

/** One line of CSV; cells are quoted where they must be, as pandas does. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(",")}\n`;
}
