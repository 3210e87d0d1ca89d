import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { AlcapError } from "../../../errors";
import { readJsonFile } from "../../../files/json";
import { clearedAtStop, clearLeftovers, isAlive, temporaryName } from "../../../files/temporary";
import { writeWhole } from "../../../files/whole-file";

/** A long job that goes on where it was stopped. */
export interface Resume {
  /** Names everything that decides the job's result: what another job left is not used. */
  readonly job: string;
  /** Folders whose files are whole whenever they are there; all else is made again. */
  readonly keep: readonly string[];
}

export interface FolderOptions {
  /** Put the new folder in the place of an older one. */
  readonly replace?: boolean;
  /** Why a folder must not be replaced, or undefined. */
  readonly notOurs: (folder: string) => string | undefined;
  /** Keep what was made when the job is stopped, in `<out>.partial`; without it everything is removed when anything fails. */
  readonly resume?: Resume;
}

/**
 * Makes a folder whole or not at all: `fill` works in a folder with a temporary name beside it, which is renamed at the end.
 *
 * @throws AlcapError `usage` when there is something at `out` that is not to be replaced, or another process is at work there
 */
export async function wholeFolder<T>(out: string, options: FolderOptions, fill: (folder: string) => Promise<T>): Promise<T> {
  const place = path.resolve(out);
  clearLeftovers(path.dirname(place), { of: path.basename(place) });
  checkPlace(place, out, options);
  const workshop = options.resume ? `${place}.partial` : temporaryName(place);
  const temporary = options.resume ? openPartial(workshop, options.resume) : openFresh(workshop);
  let done = false;
  const clear = options.resume ? () => rmSync(workshop, { recursive: true, force: true }) : clearedAtStop(workshop);
  try {
    const result = await fill(temporary);
    moveInto(temporary, place, out, options);
    done = true;
    return result;
  } finally {
    if (done || !options.resume) clear();
  }
}

function openFresh(workshop: string): string {
  mkdirSync(workshop, { recursive: true });
  return workshop;
}

/** What a partial folder holds, and nothing else. */
const OWNER = "job.json";
const CORPUS = "corpus";

/** Opens what a stopped job left: the folders that it keeps, when it was the same job. A folder that no job of ours made is not touched. */
function openPartial(workshop: string, { job, keep }: Resume): string {
  const [owner, corpus] = [path.join(workshop, OWNER), path.join(workshop, CORPUS)];
  const last = readOwner(owner);
  const found = existsSync(workshop) ? readdirSync(workshop) : [];
  const foreign = found.find((name) => name !== OWNER && name !== CORPUS) ?? (last ? undefined : found[0]);
  if (foreign !== undefined)
    throw new AlcapError(
      "usage",
      `${workshop} holds ${foreign}, which no preparation left there.`,
      "It is needed for unfinished work: move it away, or give another --out.",
    );
  if (last && last.pid !== process.pid && isAlive(last.pid))
    throw new AlcapError(
      "usage",
      `Process ${last.pid} is writing to ${workshop}.`,
      "Wait for it, or remove that folder if it is no `alcap prepare`.",
    );
  if (last?.job !== job) rmSync(workshop, { recursive: true, force: true });
  mkdirSync(workshop, { recursive: true });
  writeWhole(owner, JSON.stringify({ job, pid: process.pid })); // first, or a folder without an owner could be left
  mkdirSync(corpus, { recursive: true });
  for (const name of readdirSync(corpus)) {
    if (!keep.includes(name)) rmSync(path.join(corpus, name), { recursive: true });
  }
  return corpus;
}

function readOwner(file: string): { readonly job?: string; readonly pid: number } | undefined {
  try {
    const owner: unknown = readJsonFile(file);
    if (typeof owner === "object" && owner !== null && "pid" in owner && typeof owner.pid === "number")
      return { pid: owner.pid, ...("job" in owner && typeof owner.job === "string" && { job: owner.job }) };
  } catch {
    // none, or cut short: then nothing in the folder is used
  }
  return undefined;
}

function checkPlace(place: string, out: string, { replace = false, notOurs }: FolderOptions): void {
  if (!existsSync(place)) return;
  if (!replace)
    throw new AlcapError(
      "usage",
      `${out} is already there.`,
      "Give another --out, or --replace to put the new corpus in its place.",
    );
  if (statSync(place).isDirectory() && readdirSync(place).length === 0) return;
  const reason = statSync(place).isDirectory() ? notOurs(place) : "is a file";
  if (reason !== undefined)
    throw new AlcapError("usage", `${out} ${reason}.`, "Give another --out, or move away yourself what is there.");
}

/** The old folder is only removed once the new one stands in its place. Looked at again: others may have been here meanwhile. */
function moveInto(temporary: string, place: string, out: string, options: FolderOptions): void {
  checkPlace(place, out, options);
  const old = temporaryName(place, "old");
  const replaced = existsSync(place);
  if (replaced) renameSync(place, old);
  try {
    renameSync(temporary, place); // fails where a folder with something in it has come into the place
  } catch (cause) {
    if (replaced && !existsSync(place)) renameSync(old, place);
    throw new AlcapError("usage", `${out} was made by someone else in the meantime.`, "Give another --out, or run again.", {
      cause,
    });
  }
  if (replaced) rmSync(old, { recursive: true, force: true });
}
