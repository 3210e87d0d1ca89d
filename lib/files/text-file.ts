import { createHash } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";

/** What is known of a written file. */
export interface FileSum {
  readonly bytes: number;
  readonly sha256: string;
}

/** A text file that is written line by line. */
export interface TextFile {
  write(text: string): void;
  /** Writes what is held back and says what the file holds; can be called again. */
  close(): FileSum;
}

/** Characters that are held back. */
const HELD = 1 << 16;

/** Writes a new file in order, a few kilobytes at a time. */
export function textFile(file: string): TextFile {
  const handle = openSync(file, "wx");
  const hash = createHash("sha256");
  let buffer = Buffer.allocUnsafe(HELD); // used again and again: thousands of small ones would wait to be collected
  let held = "";
  let bytes = 0;
  let sum: FileSum | undefined;
  const flush = () => {
    const size = Buffer.byteLength(held, "utf8");
    if (size > buffer.length) buffer = Buffer.allocUnsafe(2 * size);
    buffer.write(held, "utf8");
    const chunk = buffer.subarray(0, size);
    held = "";
    hash.update(chunk);
    bytes += chunk.length;
    for (let at = 0; at < chunk.length; ) at += writeSync(handle, chunk, at);
  };
  return {
    write: (text) => {
      held += text;
      if (held.length >= HELD) flush();
    },
    close: () => {
      if (sum) return sum;
      flush();
      closeSync(handle);
      sum = { bytes, sha256: hash.digest("hex") };
      return sum;
    },
  };
}
