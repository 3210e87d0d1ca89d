import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { AlcapError } from "../errors";
import { temporaryName } from "./temporary";

/**
 * Writes a file so that a reader sees the old one or the new one, never half of it. Missing folders are made. The temporary name
 * beside the file is this process's own.
 *
 * @throws AlcapError as `unwritten` when it cannot be written; the temporary file is then gone
 */
export function writeWhole(file: string, content: Uint8Array | string): void {
  const temporary = temporaryName(file);
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
    throw unwritten(file, cause);
  }
}

/** What is told of a file that could not be written: `disk` where there is no room, which the next file will meet too, else `record`. */
export function unwritten(file: string, cause: unknown): AlcapError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const problem = `${file} could not be written: ${reason}.`;
  if (cause instanceof Error && "code" in cause && (cause.code === "ENOSPC" || cause.code === "EDQUOT"))
    return new AlcapError("disk", problem, "Make room and run the command again; it goes on where it was.", { cause });
  return new AlcapError("record", problem, "Check the folder's rights and the free space.", { cause });
}

/** Attempts, one for each process that may put a folder in the same place at the same moment. */
const ATTEMPTS = 100;

/** Puts a finished folder in a place, and removes what stood there. Of several processes that do so at once the last one's stays; all succeed. */
export function putFolder(temporary: string, place: string): void {
  for (let attempt = 1; ; attempt++) {
    const old = temporaryName(place, "old");
    try {
      renameSync(place, old);
    } catch {
      // nothing there, or somebody has just moved it away
    }
    rmSync(old, { recursive: true, force: true });
    try {
      renameSync(temporary, place);
      return;
    } catch (error) {
      if (attempt === ATTEMPTS) throw error; // else another process was quicker in between
    }
  }
}
