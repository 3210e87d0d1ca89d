import { randomUUID } from "node:crypto";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { AlcapError } from "../errors";

/**
 * Writes a file through a temporary name beside it: a reader sees the old file or the new one, never half of it. Missing folders are made.
 *
 * @throws AlcapError `record` when it cannot be written
 */
export function writeWholeFile(file: string, text: string): void {
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(temporary, text);
    renameSync(temporary, file);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw new AlcapError(
      "record",
      `${file} could not be written: ${String(cause)}.`,
      "Check the folder's rights and the free space.",
      { cause },
    );
  }
}
