import { randomUUID } from "node:crypto";
import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive, machine } from "./temporary";
import { unwritten } from "./whole-file";

/** Seconds between two signs of life of a claim's owner, and seconds without one after which the claim may be taken over. */
export interface ClaimTimes {
  readonly beat: number;
  readonly stale: number;
}

export const claimTimes: ClaimTimes = { beat: 5, stale: 30 };

/** A piece of work that nobody else does while its owner lives: plain data, so that a process of its own can look at it. */
export interface Claim {
  readonly file: string;
  /** Drawn at random: two machines may have one process number. */
  readonly owner: string;
}

/** A process's claims in a folder that machines share. */
export interface Claims {
  /** Claims a piece of work; undefined while another owner lives, or has not yet been seen to be silent for long enough. */
  take(name: string): Claim | undefined;
  /** Gives a claim back, done or not. */
  release(claim: Claim): void;
  /** Gives all back and stops the signs of life. */
  end(): void;
}

const RELEASED = "released";

/** The newest of a work's claims by number; 0 where there is none. */
const newest = (home: string) => Math.max(0, ...readdirSync(home).map(Number).filter(Number.isInteger));

/** Whether a claim still is its owner's. To be asked before anything is written. */
export function holds({ file, owner }: Claim): boolean {
  try {
    const next = path.join(path.dirname(file), String(Number(path.basename(file)) + 1));
    return readFileSync(file, "utf8").includes(owner) && !existsSync(next);
  } catch {
    return false; // taken over: the new owner removes it
  }
}

/**
 * Opens a folder of claims. The claims on one piece of work are files with rising numbers, and the highest one counts. To claim is to
 * create the next number exclusively, which NFS too grants to one process only; a released claim stays, emptied, so that no
 * number comes back. A sign of life is a new time of the file. Others compare it with the one they saw before, by their own
 * steady clock, so clocks of machines need not agree. Process numbers mean nothing on another machine; of an owner on this one
 * they say at once that it is gone.
 */
export function openClaims(folder: string, { beat, stale }: ClaimTimes = claimTimes): Claims {
  const held = new Set<Claim>();
  const watched = new Map<string, { readonly mark: string; readonly since: number }>();
  const beats = setInterval(() => {
    for (const claim of held) if (holds(claim)) touch(claim);
  }, 1000 * beat).unref();
  const isFree = (home: string, number: number) => {
    const now = performance.now(); // before the look at the file: a process may be stopped between the two
    const state = stateOf(path.join(home, String(number)));
    if (state === RELEASED || isOrphan(path.join(home, String(number)))) return true;
    const before = watched.get(home);
    if (before?.mark === `${number} ${state}`) return now - before.since > 1000 * stale;
    watched.set(home, { mark: `${number} ${state}`, since: now });
    return false;
  };
  const take = (name: string) => {
    const home = path.join(folder, name);
    mkdirSync(home, { recursive: true });
    const last = newest(home);
    if (last > 0 && !isFree(home, last)) return undefined;
    const claim = { file: path.join(home, String(last + 1)), owner: randomUUID() };
    if (!create(claim)) return undefined;
    if (newest(home) !== last + 1) {
      rmSync(claim.file, { force: true }); // others were quicker by more than one claim
      return undefined;
    }
    for (const older of readdirSync(home)) if (Number(older) <= last) rmSync(path.join(home, older), { force: true });
    held.add(claim);
    return claim;
  };
  const release = (claim: Claim) => {
    held.delete(claim);
    if (holds(claim)) empty(claim);
  };
  const end = () => {
    clearInterval(beats);
    for (const claim of held) release(claim);
  };
  return { take, release, end };
}

/** What is to be seen of a claim: that it is released, or its owner's last sign of life. */
function stateOf(file: string): string {
  try {
    return readFileSync(file, "utf8") === RELEASED ? RELEASED : String(statSync(file).mtimeMs); // opening renews what NFS remembers
  } catch {
    return "gone"; // somebody has just taken it over
  }
}

/** Whether the process that made a claim ran on this machine and has ended. */
function isOrphan(file: string): boolean {
  try {
    const made = JSON.parse(readFileSync(file, "utf8")) as { readonly machine?: unknown; readonly process?: unknown };
    return made.machine === machine && typeof made.process === "number" && !isAlive(made.process);
  } catch {
    return false; // gone, or not yet written whole
  }
}

function create({ file, owner }: Claim): boolean {
  let handle: number | undefined;
  try {
    handle = openSync(file, "wx");
    writeSync(handle, `${JSON.stringify({ owner, host: hostname(), machine, process: process.pid })}\n`);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    if (handle !== undefined) rmSync(file, { force: true });
    throw unwritten(file, error);
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

function touch({ file }: Claim): void {
  try {
    const now = new Date();
    utimesSync(file, now, now);
  } catch {
    // A disk that fails for a moment: the next beat tells, and whoever writes asks `holds` before.
  }
}

function empty({ file }: Claim): void {
  try {
    const handle = openSync(file, "r+"); // never makes a file that another owner has removed
    writeSync(handle, RELEASED, 0);
    ftruncateSync(handle, RELEASED.length); // after it, so that a full disk has room for it
    closeSync(handle);
  } catch {
    // Left as it is it grows stale, which is the same, later.
  }
}

/** Makes something once among all that share the claims: others wait until it is there, or until its maker falls silent. */
export async function madeOnce(claims: Claims, name: string, isHere: () => boolean, make: () => Promise<unknown>): Promise<void> {
  while (!isHere()) {
    const claim = claims.take(name);
    if (claim === undefined) await sleep(500);
    else
      try {
        if (!isHere()) await make();
        return;
      } finally {
        claims.release(claim);
      }
  }
}
