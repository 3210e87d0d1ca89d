import { randomUUID } from "node:crypto";
import { renameSync, rmSync } from "node:fs";

/** Attempts, one for each process that may put a folder in the same place at the same moment. */
const ATTEMPTS = 100;

/** Puts a finished folder in a place, and removes what stood there. Of several processes that do so at once the last one's stays; all succeed. */
export function putFolder(temporary: string, place: string): void {
  for (let attempt = 1; ; attempt++) {
    const old = `${place}.${randomUUID()}.tmp`;
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
