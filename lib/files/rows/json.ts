import { AlcapError } from "../../errors";
import type { Progress } from "../../progress";
import { decode, type Encoding } from "../read";
import { readChunks } from "./bytes";
import type { ReadOptions, ReadRecord } from "./row";

/** An item longer than this is damage, bytes; a playlist with 10,000 songs and their lyrics takes a quarter of it. */
const LONGEST_ITEM = 1 << 26;

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const ARRAY = 0x5b;
const isSpace = (byte: number) => byte === SPACE || byte === LF || byte === CR || byte === TAB;
const opens = (byte: number) => byte === ARRAY || byte === 0x7b; // [ {
const closes = (byte: number) => byte === 0x5d || byte === 0x7d; // ] }

/**
 * Records of JSON lines (one object a line) or of one JSON array, told apart by the first character.
 *
 * @throws AlcapError `input` when an array does not end, or something follows it
 */
export async function* readJson(file: string, { encoding = "utf-8", progress }: ReadOptions = {}): AsyncGenerator<ReadRecord> {
  for await (const item of splitItems(file, progress)) {
    if (item.bytes.some((byte) => !isSpace(byte)) || item.inArray) yield record(item, encoding);
  }
}

interface Item {
  readonly row: number;
  readonly bytes: Buffer;
  readonly inArray: boolean;
}

function record({ row, bytes }: Item, encoding: Encoding): ReadRecord {
  const text = decode(bytes, encoding);
  if (text === undefined)
    return { row, kind: "encoding", problem: "bytes that are not UTF-8 (--encoding latin1 reads older files)" };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { row, kind: "syntax", problem: "not JSON" };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return { row, kind: "fields", problem: "not a JSON object" };
  return { row, cells: new Map<string, unknown>(Object.entries(value)) };
}

/** The lines of a text file, UTF-8; `text` is undefined where the bytes are not. */
export async function* textLines(file: string): AsyncGenerator<{ readonly row: number; readonly text: string | undefined }> {
  const scan = lineScanner(file);
  const lines = function* (items: Iterable<Item>) {
    for (const { row, bytes } of items) yield { row, text: decode(bytes, "utf-8") };
  };
  for await (const chunk of readChunks(file)) yield* lines(scan.take(chunk));
  yield* lines(scan.end());
}

/** Cuts a stream of bytes into the bytes of its items, looking only at brackets, quotes and commas. */
async function* splitItems(file: string, progress: Progress | undefined): AsyncGenerator<Item> {
  let scan: Scanner | undefined;
  for await (const chunk of readChunks(file, progress)) {
    if (scan === undefined) {
      const first = chunk.find((byte) => !isSpace(byte));
      if (first === undefined) continue;
      scan = first === ARRAY ? arrayScanner(file) : lineScanner(file);
    }
    yield* scan.take(chunk);
  }
  if (scan) yield* scan.end();
}

interface Scanner {
  take(chunk: Buffer): Iterable<Item>;
  end(): Iterable<Item>;
}

/** Bytes of an item that runs over several chunks. */
function pieces(file: string): { add(bytes: Buffer): void; take(): Buffer; length(): number } {
  let parts: Buffer[] = [];
  let length = 0;
  return {
    add: (bytes) => {
      length += bytes.length;
      if (length > LONGEST_ITEM)
        throw new AlcapError(
          "input",
          `${file} holds an item of more than ${LONGEST_ITEM >> 20} MiB.`,
          "Give one record an item.",
        );
      parts.push(bytes);
    },
    take: () => {
      const whole = Buffer.concat(parts);
      parts = [];
      length = 0;
      return whole;
    },
    length: () => length,
  };
}

function lineScanner(file: string): Scanner {
  const held = pieces(file);
  let row = 0;
  return {
    *take(chunk) {
      let start = 0;
      for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, start)) {
        held.add(chunk.subarray(start, end));
        yield { row: ++row, bytes: held.take(), inArray: false };
        start = end + 1;
      }
      held.add(chunk.subarray(start));
    },
    *end() {
      if (held.length() > 0) yield { row: ++row, bytes: held.take(), inArray: false };
    },
  };
}

function arrayScanner(file: string): Scanner {
  const held = pieces(file);
  let row = 0;
  let depth = 0;
  let quoted = false;
  let escaped = false;
  let ended = false;
  return {
    *take(chunk) {
      let start = 0;
      for (let at = 0; at < chunk.length; at++) {
        const byte = chunk[at]!;
        if (ended) {
          if (!isSpace(byte))
            throw new AlcapError("input", `${file} goes on after its JSON array.`, "Give one array, or JSON lines.");
        } else if (escaped) escaped = false;
        else if (quoted) {
          if (byte === BACKSLASH) escaped = true;
          else if (byte === QUOTE) quoted = false;
        } else if (byte === QUOTE) quoted = true;
        else if (opens(byte)) {
          if (depth++ === 0) start = at + 1;
        } else if (closes(byte) || byte === COMMA) {
          if (closes(byte)) depth--;
          ended = depth === 0;
          if (!ended && !(byte === COMMA && depth === 1)) continue;
          held.add(chunk.subarray(start, at));
          const bytes = held.take();
          if (!ended || row > 0 || bytes.some((other) => !isSpace(other))) yield { row: ++row, bytes, inArray: true };
          start = at + 1;
        }
      }
      if (!ended) held.add(chunk.subarray(start));
    },
    end: () => {
      if (ended) return [];
      throw new AlcapError("input", `${file} holds a JSON array that does not end.`, "The file is cut short; get it again.");
    },
  };
}
