// Workers of the small grid of worker.ts as processes of their own.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { after } from "node:test";
import { smokeHome } from "./smoke-home";

/** Runs of the grid. */
export const RUNS = 3;

const homes: string[] = [];
/** A home with the smoke preset's material, removed after the tests. */
export const freshHome = async () => {
  const home = await smokeHome();
  homes.push(home);
  return home;
};
after(() => {
  for (const home of homes) rmSync(home, { recursive: true, force: true });
});

/** A worker under way, the runs that it has begun with their processes, and its end. */
export interface Worker {
  readonly process: ChildProcess;
  readonly begun: { readonly id: string; readonly pid: number }[];
  /** What it has written to stderr. */
  readonly said: () => string;
  readonly end: Promise<number | null>;
}

/** Starts a worker that makes one run at a time, `within` a command that runs another. */
export function startWorker(home: string, within: readonly string[] = []): Worker {
  const [command = "", ...words] = [...within, process.execPath, path.join(__dirname, "worker.js"), "1"];
  const child = spawn(command, words, {
    env: { ...process.env, ALCAP_HOME: home },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said: string[] = [];
  child.stderr.on("data", (words: Buffer) => said.push(words.toString()));
  const begun: { id: string; pid: number }[] = [];
  child.stdout.on("data", (words: Buffer) => {
    for (const line of words.toString().trim().split("\n")) {
      const [id = "", pid] = line.split(" ");
      begun.push({ id, pid: Number(pid) });
    }
  });
  return { process: child, begun, said: () => said.join(""), end: new Promise((resolve) => child.on("exit", resolve)) };
}

export const runsFolder = (home: string) => path.join(home, "results", "smoke", "runs");

/** Every file of the records, records without their circumstances; not the temporary files of those that were killed. */
export function recordsOf(home: string): Record<string, string> {
  const folder = runsFolder(home);
  const names = existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => !name.endsWith(".tmp"))
        .sort()
    : [];
  return Object.fromEntries(
    names.map((name) => {
      const bytes = readFileSync(path.join(folder, name));
      return [name, name.endsWith(".json") ? bytes.toString().replace(/ "circumstances": \{[^}]*\}/, "") : bytes.toString("hex")];
    }),
  );
}

/** What an uninterrupted worker makes. */
export async function wholeGrid(): Promise<Record<string, string>> {
  const home = await freshHome();
  assert.equal(await startWorker(home).end, 0);
  const records = recordsOf(home);
  assert.equal(Object.keys(records).length, 2 * RUNS);
  return records;
}
