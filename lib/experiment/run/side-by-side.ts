import { type ChildProcess, fork } from "node:child_process";
import path from "node:path";
import { AlcapError, type ErrorCode } from "../../errors";
import type { Progress } from "../../progress";
import type { Preset } from "../preset/songbook";
import type { PreparedPreset } from "./prepared-material";
import type { RunName } from "./recipe";

/** Data from which a process of its own makes what runs share. */
export interface RunSource {
  readonly preset: Preset | PreparedPreset;
  /** Folder for the results in the place of the preset's own. */
  readonly out?: string;
}

/** A run for a process of its own: all of it is data. */
export interface RunTask {
  readonly source: RunSource;
  readonly name: RunName;
  readonly weights: boolean;
}

/** What a run's process says: how far it is, that it has ended, or why it cannot go on. */
export type RunMessage =
  | { readonly kind: "progress"; readonly training: boolean; readonly done: number; readonly total: number }
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly code: ErrorCode; readonly problem: string; readonly advice: string };

/** How far a run is: steps of its training, and what it does now. */
interface RunState {
  done: number;
  total: number;
  note: string;
}

/**
 * Makes runs as processes of their own, at most `jobs` at once. Caches that they share must be there. When one fails, or this
 * process is told to stop, all are ended; what they wrote is whole, and the next start goes on from it.
 *
 * @throws AlcapError the first run's that failed
 */
export async function sideBySide(tasks: readonly RunTask[], jobs: number, progress: Progress): Promise<void> {
  const children = new Set<ChildProcess>();
  const endAll = () => {
    for (const child of children) child.kill();
  };
  const stopped = (signal: NodeJS.Signals) => {
    endAll();
    process.removeListener("SIGINT", stopped).removeListener("SIGTERM", stopped);
    process.kill(process.pid, signal);
  };
  process.on("SIGINT", stopped).on("SIGTERM", stopped);
  const states = tasks.map((): RunState => ({ done: 0, total: 0, note: "" }));
  const open = [...tasks.keys()];
  const work = async () => {
    for (let at = open.shift(); at !== undefined; at = open.shift()) {
      const state = states[at] as RunState;
      await inProcess(tasks[at] as RunTask, children, state, () => reportAll(states, progress));
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(jobs, tasks.length) }, work));
  } finally {
    open.length = 0;
    endAll();
    process.removeListener("SIGINT", stopped).removeListener("SIGTERM", stopped);
  }
}

/** All runs as one bar: their steps, and what each one that is under way does. They are alike, so each counts as the longest. */
function reportAll(states: readonly RunState[], progress: Progress): void {
  const each = Math.max(1, ...states.map(({ total }) => total));
  const done = states.reduce((sum, state) => sum + (state.total > 0 ? (each * state.done) / state.total : 0), 0);
  const notes = states.flatMap(({ note }) => (note === "" ? [] : [note]));
  progress(Math.round(done), each * states.length, notes.join(", "));
}

function inProcess({ name, ...task }: RunTask, children: Set<ChildProcess>, state: RunState, changed: () => void): Promise<void> {
  const what = `${name.method} ${name.seed}`;
  const child = fork(path.join(__dirname, "run-process.js"), { execArgv: [], stdio: ["ignore", "ignore", "inherit", "ipc"] });
  children.add(child);
  return new Promise((resolve, reject) => {
    let failure = new AlcapError(
      "internal",
      `The process that trained ${what} ended before it was done.`,
      "Run the command again; it goes on where it was.",
    );
    let finished = false;
    child.on("message", (message: RunMessage) => {
      if (message.kind === "failed") failure = new AlcapError(message.code, message.problem, message.advice);
      else if (message.kind === "progress") follow(state, what, message);
      else {
        finished = true;
        Object.assign(state, { total: Math.max(1, state.total), done: Math.max(1, state.total), note: "" });
      }
      changed();
    });
    child.on("error", reject);
    child.on("exit", () => {
      children.delete(child);
      if (finished) resolve();
      else reject(failure);
    });
    child.send({ name, ...task });
  });
}

function follow(state: RunState, what: string, { training, done, total }: Extract<RunMessage, { kind: "progress" }>): void {
  state.note = `${what} ${training ? "" : "captions "}${Math.floor((100 * done) / Math.max(1, total))} %`;
  if (training) Object.assign(state, { done: Math.min(done, total - 1), total }); // the last step is told when the record is there
}
