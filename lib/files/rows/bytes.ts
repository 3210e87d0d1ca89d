import { createReadStream, statSync } from "node:fs";
import { AlcapError } from "../../errors";
import { type Progress, silent } from "../../progress";

/** How text was written. `latin1` is read as Windows-1252, of which it is a part. */
export const encodings = ["utf-8", "latin1"] as const;
export type Encoding = (typeof encodings)[number];

const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

const kibi = (bytes: number) => Math.ceil(bytes / 1024);

/** Bytes of a file, 0 when it is not there, which reading it will say. */
function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/**
 * A file's bytes, chunk by chunk, without a UTF-8 byte order mark. Progress is told in KiB.
 *
 * @throws AlcapError `input` when the file cannot be read or is UTF-16
 */
export async function* readChunks(file: string, progress: Progress = silent): AsyncGenerator<Buffer> {
  let read = 0;
  const size = sizeOf(file);
  let start: Buffer | undefined = Buffer.alloc(0);
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>) {
      read += chunk.length;
      progress(kibi(read), kibi(Math.max(read, size)));
      if (start === undefined) {
        yield chunk;
        continue;
      }
      start = Buffer.concat([start, chunk]);
      if (start.length < UTF8_MARK.length) continue;
      yield withoutMark(start, file);
      start = undefined;
    }
  } catch (cause) {
    if (cause instanceof AlcapError) throw cause;
    const code = cause instanceof Error && "code" in cause ? cause.code : String(cause);
    const problem = code === "ENOENT" ? `There is no file ${file}.` : `${file} cannot be read (${code}).`;
    throw new AlcapError("input", problem, "Check the path and its rights.", { cause });
  }
  if (start !== undefined) yield withoutMark(start, file);
}

function withoutMark(bytes: Buffer, file: string): Buffer {
  const [a, b] = bytes;
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff))
    throw new AlcapError("input", `${file} is UTF-16 text.`, "Save it as UTF-8.");
  return bytes.subarray(0, 3).equals(UTF8_MARK) ? bytes.subarray(3) : bytes;
}

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
