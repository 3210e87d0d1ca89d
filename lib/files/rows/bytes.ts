import { createReadStream } from "node:fs";
import { AlcapError } from "../../errors";
import { type Progress, silent } from "../../progress";
import { openFile, unreadable } from "../read";

const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

const kibi = (bytes: number) => Math.ceil(bytes / 1024);

/**
 * A file's bytes, chunk by chunk, without a UTF-8 byte order mark. Progress is told in KiB.
 *
 * @throws AlcapError `input` when the file cannot be read or is UTF-16
 */
export async function* readChunks(file: string, progress: Progress = silent): AsyncGenerator<Buffer> {
  let read = 0;
  const { handle, size } = openFile(file, { most: Number.MAX_SAFE_INTEGER });
  let start: Buffer | undefined = Buffer.alloc(0);
  try {
    for await (const chunk of createReadStream(file, { fd: handle, highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>) {
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
    throw unreadable(file, cause);
  }
  if (start !== undefined) yield withoutMark(start, file);
}

function withoutMark(bytes: Buffer, file: string): Buffer {
  const [a, b] = bytes;
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff))
    throw new AlcapError("input", `${file} is UTF-16 text.`, "Save it as UTF-8.");
  return bytes.subarray(0, 3).equals(UTF8_MARK) ? bytes.subarray(3) : bytes;
}
