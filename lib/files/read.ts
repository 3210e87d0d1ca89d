import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from "node:fs";
import { AlcapError, type ErrorCode } from "../errors";

/** The largest file that is read as one, bytes; what is read as text ends where V8's strings do. */
const LARGEST = 2 ** 31 - 1;
const LONGEST_TEXT = 2 ** 29 - 25;

/** Where a file cannot be used: which kind of failure that is, and where to end. */
export interface ReadRules {
  readonly code?: ErrorCode;
  /** Bytes. */
  readonly most?: number;
}

/** What stands at a path; undefined where there is nothing that can be reached. */
function lookAt(file: string): Stats | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false });
  } catch {
    return undefined; // a loop of links, a name too long, a folder without rights
  }
}

/** Whether a path leads to a file: no folder, and no pipe, socket or device, which may give bytes without end or none for ever. */
export const isFile = (file: string): boolean => lookAt(file)?.isFile() ?? false;

/** Whether a path leads to a folder. */
export const isFolder = (file: string): boolean => lookAt(file)?.isDirectory() ?? false;

/**
 * Opens a file for reading. Everything that reads what a user names begins here: opening never waits, and what is no regular file is refused.
 *
 * @returns its descriptor and its size, bytes
 * @throws AlcapError `code`, by default `input`
 */
export function openFile(file: string, { code = "input", most = LARGEST }: ReadRules = {}): { handle: number; size: number } {
  let handle: number;
  try {
    handle = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)); // a pipe without a writer opens at once
  } catch (cause) {
    throw unreadable(file, cause, code);
  }
  const about = fstatSync(handle);
  const problem = about.isDirectory()
    ? "is a folder"
    : !about.isFile()
      ? "is no regular file"
      : about.size > most
        ? `has ${about.size} bytes, and at most ${most} are read`
        : undefined;
  if (problem === undefined) return { handle, size: about.size };
  closeSync(handle);
  throw new AlcapError(code, `${file} ${problem}.`, "Give a file of the kind that is asked for.");
}

/** A file that cannot be opened or read, in words. */
export function unreadable(file: string, cause: unknown, code: ErrorCode = "input"): AlcapError {
  if (cause instanceof AlcapError) return cause;
  const reason = cause instanceof Error && "code" in cause ? cause.code : String(cause);
  const problem = reason === "ENOENT" ? `There is no file ${file}.` : `${file} cannot be read (${reason}).`;
  return new AlcapError(code, problem, "Check the path and its rights.", { cause });
}

/** Reads a whole file, into memory of its own. Throws `AlcapError` as `openFile`. */
export function readBytes(file: string, rules: ReadRules = {}): Buffer<ArrayBuffer> {
  const { handle, size } = openFile(file, rules);
  try {
    const bytes = Buffer.from(new ArrayBuffer(size));
    let at = 0;
    for (let got = 1; got > 0 && at < size; at += got) got = readSync(handle, bytes, at, Math.min(size - at, 1 << 30), at);
    return bytes.subarray(0, at);
  } catch (cause) {
    throw unreadable(file, cause, rules.code);
  } finally {
    closeSync(handle);
  }
}

/** How text was written. `latin1` is read as Windows-1252, of which it is a part. */
export const encodings = ["utf-8", "latin1"] as const;
export type Encoding = (typeof encodings)[number];

const decoders = {
  "utf-8": new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }),
  latin1: new TextDecoder("windows-1252"),
} as const;

/** Text, or undefined when the bytes are not text in this encoding. */
export function decode(bytes: Uint8Array, encoding: Encoding): string | undefined {
  try {
    return decoders[encoding].decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * Reads a text file, without a byte order mark.
 *
 * @param encoding bytes that are not text in it are named by line and byte
 * @throws AlcapError as `openFile`
 */
export function readText(file: string, rules: ReadRules = {}, encoding: Encoding = "utf-8"): string {
  const bytes = readBytes(file, { ...rules, most: Math.min(rules.most ?? LONGEST_TEXT, LONGEST_TEXT) });
  const text = decode(bytes, encoding);
  if (text !== undefined) return text.replace(/^\ufeff/, "");
  const at = firstBroken(bytes);
  const line = 1 + bytes.subarray(0, at).filter((byte) => byte === 0x0a).length;
  throw new AlcapError(
    rules.code ?? "input",
    `${file}, line ${line}: byte ${at + 1} of the file is not UTF-8.`,
    "Save it as UTF-8, or read older files with --encoding latin1 where a command has it.",
  );
}

/** Where the longest beginning that is UTF-8 ends. */
function firstBroken(bytes: Uint8Array): number {
  const isGood = (length: number, stream: boolean) => {
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, length), { stream });
      return true;
    } catch {
      return false;
    }
  };
  let [good, bad] = [0, bytes.length];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (isGood(middle, true)) good = middle;
    else bad = middle;
  }
  while (!isGood(good, false)) good--; // it ends within the character that is broken
  return good;
}

/** Bytes that are read where they are wanted. */
export interface ByteSource {
  readonly length: number;
  /** Bytes from `start` up to `end`, or to the last. */
  part(start: number, end: number): Uint8Array;
}

export const sourceOf = (bytes: Uint8Array): ByteSource => ({
  length: bytes.length,
  part: (start, end) => bytes.subarray(start, end),
});

/** Bytes that a source reads at once at least: small parts beside each other cost one call. */
const WINDOW = 1 << 16;

/** Hands the bytes of a file, of any size, to `use`. Throws `AlcapError` as `openFile`. */
export async function withSource<T>(file: string, use: (source: ByteSource) => Promise<T> | T): Promise<T> {
  const { handle, size } = openFile(file, { most: Number.MAX_SAFE_INTEGER });
  let window = { start: 0, bytes: new Uint8Array(0) };
  const read = (start: number, length: number) => {
    const bytes = new Uint8Array(length);
    try {
      return bytes.subarray(0, readSync(handle, bytes, 0, length, start));
    } catch (cause) {
      throw unreadable(file, cause);
    }
  };
  const part = (start: number, end: number) => {
    const length = Math.max(0, Math.min(end, size) - start);
    if (length > WINDOW) return read(start, length);
    if (start < window.start || start + length > window.start + window.bytes.length)
      window = { start, bytes: read(start, Math.min(WINDOW, size - start)) };
    return window.bytes.subarray(start - window.start, start - window.start + length);
  };
  try {
    return await use({ length: size, part });
  } finally {
    closeSync(handle);
  }
}
