import { randomUUID } from "node:crypto";
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { AlcapError } from "../errors";

/**
 * Writes a file so that a reader sees the old one or the new one, never half of it. Missing folders are made. The temporary name
 * beside the file is drawn at random: processes of several machines on a shared disk may have one number.
 *
 * @throws AlcapError `record` when it cannot be written; the temporary file is then gone
 */
export function writeWhole(file: string, content: Uint8Array | string): void {
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    const handle = openSync(temporary, "wx");
    try {
      writeFileSync(handle, content);
      fsyncSync(handle); // or the new name may outlive its content when the machine stops
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, file);
  } catch (cause) {
    rmSync(temporary, { force: true });
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AlcapError("record", `${file} could not be written: ${reason}.`, "Check the folder's rights and the free space.", {
      cause,
    });
  }
}
