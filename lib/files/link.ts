import { constants, copyFileSync, linkSync } from "node:fs";

/** Gives a file a second name where the file system can, else copies it. */
export function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  }
}
