import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { AlcapError } from "../../errors";

export interface FolderOptions {
  /** Put the new folder in the place of one that is there. */
  readonly replace?: boolean;
}

/**
 * Makes a folder whole or not at all: `fill` works in a folder with a temporary name beside it, which is renamed at the end and removed
 * when anything fails.
 *
 * @throws AlcapError `usage` when there is something at `out` and it is not to be replaced
 */
export async function wholeFolder<T>(
  out: string,
  { replace = false }: FolderOptions,
  fill: (folder: string) => Promise<T>,
): Promise<T> {
  const place = path.resolve(out);
  if (existsSync(place) && !replace)
    throw new AlcapError(
      "usage",
      `${out} is already there.`,
      "Give another --out, or --replace to put the new corpus in its place.",
    );
  const temporary = `${place}.${process.pid}.tmp`;
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true });
  try {
    const result = await fill(temporary);
    moveInto(temporary, place);
    return result;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** The old folder is only removed once the new one stands in its place. */
function moveInto(temporary: string, place: string): void {
  const old = `${temporary}.old`;
  const replaced = existsSync(place);
  if (replaced) renameSync(place, old);
  renameSync(temporary, place);
  if (replaced) rmSync(old, { recursive: true, force: true });
}
