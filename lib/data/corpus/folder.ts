import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { AlcapError } from "../../errors";

export interface FolderOptions {
  /** Put the new folder in the place of an older one. */
  readonly replace?: boolean;
  /** A file by which an older one is known: no other folder is ever replaced. */
  readonly mark: string;
}

/**
 * Makes a folder whole or not at all: `fill` works in a folder with a temporary name beside it, which is renamed at the end and removed
 * when anything fails.
 *
 * @throws AlcapError `usage` when there is something at `out` that is not to be replaced
 */
export async function wholeFolder<T>(out: string, options: FolderOptions, fill: (folder: string) => Promise<T>): Promise<T> {
  const place = path.resolve(out);
  checkPlace(place, out, options);
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

function checkPlace(place: string, out: string, { replace = false, mark }: FolderOptions): void {
  if (!existsSync(place)) return;
  if (!replace)
    throw new AlcapError(
      "usage",
      `${out} is already there.`,
      "Give another --out, or --replace to put the new corpus in its place.",
    );
  const replaceable = statSync(place).isDirectory() && (readdirSync(place).length === 0 || existsSync(path.join(place, mark)));
  if (!replaceable)
    throw new AlcapError(
      "usage",
      `${out} holds something else than a prepared corpus.`,
      "Give another --out, or remove it yourself.",
    );
}

/** The old folder is only removed once the new one stands in its place. */
function moveInto(temporary: string, place: string): void {
  const old = `${temporary}.old`;
  const replaced = existsSync(place);
  if (replaced) renameSync(place, old);
  renameSync(temporary, place);
  if (replaced) rmSync(old, { recursive: true, force: true });
}
