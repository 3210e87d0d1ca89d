import { constants, copyFileSync, linkSync } from "node:fs";

/**
 * Copies a file to a place where there is none; where the file system can, both share their blocks until one is changed. A second name
 * for the same file would let a change of one damage the other.
 */
export const copyInto = (from: string, to: string): void =>
  copyFileSync(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);

/** Gives a file a second name where the file system can, else copies it. */
export function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyInto(from, to);
  }
}
