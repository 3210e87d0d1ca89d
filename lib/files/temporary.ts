import { randomUUID } from "node:crypto";
import {
  type Dirent,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import path from "node:path";
import { fingerprint } from "./fingerprint";

/**
 * Among machines that share a disk, the room in which a process number means one process: a container has its own. Machines may have one name,
 * and their first rooms always do, so the start of the machine is part of it.
 */
export const machine = fingerprint([
  hostname(),
  told(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8")),
  told(() => readlinkSync("/proc/self/ns/pid")),
]);

/** What the system says, or nothing where it is another system. */
function told(ask: () => string): string {
  try {
    return ask();
  } catch {
    return "";
  }
}

/** Whether a process of this machine lives. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** `tmp` for what is not finished, `old` for what is moved away until the new stands in its place. */
type Ending = "tmp" | "old";

/** A name beside a place that says whose it is, so that what a killed process left can be told from what another one is writing. */
export const temporaryName = (place: string, ending: Ending = "tmp"): string =>
  `${place}.${machine}-${process.pid}-${randomUUID().slice(0, 8)}.${ending}`;

const NAME = /^(.+)\.([0-9a-f]{12})-(\d+)-[0-9a-f]{8}\.(tmp|old)$/s;
/** A process of another machine that wrote nothing for so long is taken for dead, ms. */
const LONG = 86_400_000;

/**
 * Clears a folder of what killed processes left in it under temporary names; what they had moved away and not replaced goes back
 * to its place.
 *
 * @param which `deep` looks into its folders too; `of` is the place whose leftovers alone are meant
 */
export function clearLeftovers(folder: string, which: { readonly deep?: boolean; readonly of?: string } = {}): void {
  for (const entry of entriesOf(folder)) {
    const file = path.join(folder, entry.name);
    const [, place = "", owner, pid, ending] = NAME.exec(entry.name) ?? [];
    if (owner === undefined) {
      if (which.deep && entry.isDirectory()) clearLeftovers(file, which);
      continue;
    }
    if (which.of !== undefined && place !== which.of) continue;
    if (owner === machine ? isAlive(Number(pid)) : isFresh(file)) continue;
    if (ending === "old" && !existsSync(path.join(folder, place))) renameSync(file, path.join(folder, place));
    else rmSync(file, { recursive: true, force: true });
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return []; // not there
  }
}

function isFresh(file: string): boolean {
  const about = statSync(file, { throwIfNoEntry: false });
  return about !== undefined && Date.now() - about.mtimeMs < LONG;
}

/** Signals that end a command. */
const STOPS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Has what is unfinished removed when the process is told to stop; gives what removes it at the work's own end. */
export function clearedAtStop(file: string): () => void {
  const clear = () => rmSync(file, { recursive: true, force: true });
  const stopped = (signal: NodeJS.Signals) => {
    clear();
    process.kill(process.pid, signal); // as if nobody had listened
  };
  for (const signal of STOPS) process.once(signal, stopped);
  return () => {
    for (const signal of STOPS) process.off(signal, stopped);
    clear();
  };
}

/** A new folder among the machine's temporary ones. What processes that were killed left there for the same purpose goes. */
export function scratchFolder(purpose: string): { readonly folder: string; readonly clear: () => void } {
  const place = path.join(tmpdir(), `alcap-${purpose}`);
  clearLeftovers(tmpdir(), { of: path.basename(place) });
  const folder = temporaryName(place);
  mkdirSync(folder);
  return { folder, clear: clearedAtStop(folder) };
}
