import { type ChildProcess, fork } from "node:child_process";
import path from "node:path";
import { AlcapError, type ErrorCode } from "../../errors";
import type { Claim } from "../../files/claim";
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
  /** Whether it is trained alone, for its held-out loss: nothing is captioned, no test song is looked at and no record is written. */
  readonly trial?: boolean;
  /** Where several machines may make the run: it stops before it writes what is no longer its own. */
  readonly claim?: Claim;
}

/** What a trial found: the held-out caption loss in nats a token, the step that has it, and seconds of training. */
export interface Found {
  readonly loss: number;
  readonly step: number;
  readonly seconds: number;
}

/** What a run's process says: how far it is, what a trial found, that it has ended, that its claim is another's now, or why it cannot go on. */
export type RunMessage =
  | { readonly kind: "progress"; readonly training: boolean; readonly done: number; readonly total: number }
  | { readonly kind: "found"; readonly found: Found }
  | { readonly kind: "done" }
  | { readonly kind: "lost" }
  | { readonly kind: "failed"; readonly code: ErrorCode; readonly problem: string; readonly advice: string };

/** How far a run is: steps of its training, and what it does now. */
export interface RunState {
  done: number;
  total: number;
  note: string;
  found?: Found;
}

/**
 * Makes runs as processes of their own, at most `jobs` at once. Caches that they share must be there. When one fails, or this
 * process is told to stop, all are ended; what they wrote is whole, and the next start goes on from it.
 *
 * @throws AlcapError the first run's that failed
 */
export async function sideBySide(tasks: readonly RunTask[], jobs: number, progress: Progress): Promise<void> {
  const states = tasks.map(freshState);
  const open = [...tasks.keys()];
  await endingChildren(async (children) => {
    const work = async () => {
      for (let at = open.shift(); at !== undefined; at = open.shift()) {
        const task = tasks[at] as RunTask;
        const outcome = await inProcess(task, children, states[at] as RunState, () => reportAll(states, progress));
        if (outcome !== "done") throw ended(nameOf(task));
      }
    };
    try {
      await Promise.all(Array.from({ length: Math.min(jobs, tasks.length) }, work));
    } finally {
      open.length = 0;
    }
  });
}

/** Does work that starts processes: they are ended when it ends or fails, or when this process is told to stop, after `stopping`. */
export async function endingChildren<T>(work: (children: Set<ChildProcess>) => Promise<T>, stopping = () => {}): Promise<T> {
  const children = new Set<ChildProcess>();
  const endAll = () => {
    for (const child of children) child.kill();
  };
  const stopped = (signal: NodeJS.Signals) => {
    endAll();
    stopping();
    process.removeListener("SIGINT", stopped).removeListener("SIGTERM", stopped);
    process.kill(process.pid, signal);
  };
  process.on("SIGINT", stopped).on("SIGTERM", stopped);
  try {
    return await work(children);
  } finally {
    endAll();
    process.removeListener("SIGINT", stopped).removeListener("SIGTERM", stopped);
  }
}

export const freshState = (): RunState => ({ done: 0, total: 0, note: "" });

/** All runs as one bar: their steps, and what each one that is under way does. They are alike, so each counts as the longest. */
export function reportAll(states: readonly RunState[], progress: Progress): void {
  const each = Math.max(1, ...states.map(({ total }) => total));
  const done = states.reduce((sum, state) => sum + (state.total > 0 ? (each * state.done) / state.total : 0), 0);
  const notes = states.flatMap(({ note }) => (note === "" ? [] : [note]));
  progress(Math.round(done), each * states.length, notes.join(", "));
}

/** How a run's process ended, where no error of its own stopped it. */
export type Outcome = "done" | "lost" | "died";

const nameOf = ({ name }: RunTask) => `${name.method} ${name.seed}`;

export const ended = (what: string) =>
  new AlcapError(
    "internal",
    `The process that trained ${what} ended before it was done.`,
    "Run the command again; it goes on where it was.",
  );

/**
 * Makes a run in a process of its own.
 *
 * @throws AlcapError the run's own
 */
export function inProcess(
  task: RunTask,
  children: Set<ChildProcess>,
  state: RunState,
  changed: () => void,
  started: (child: ChildProcess) => void = () => {},
): Promise<Outcome> {
  const child = fork(path.join(__dirname, "run-process.js"), { execArgv: [], stdio: ["ignore", "ignore", "inherit", "ipc"] });
  children.add(child);
  started(child);
  return new Promise((resolve, reject) => {
    let outcome: Outcome = "died";
    let failure: AlcapError | undefined;
    child.on("message", (message: RunMessage) => {
      if (message.kind === "failed") failure = new AlcapError(message.code, message.problem, message.advice);
      else if (message.kind === "progress") follow(state, nameOf(task), message);
      else if (message.kind === "found") state.found = message.found;
      else {
        outcome = message.kind;
        if (outcome === "done")
          Object.assign(state, { total: Math.max(1, state.total), done: Math.max(1, state.total), note: "" });
      }
      changed();
    });
    child.on("error", reject);
    child.on("exit", () => {
      children.delete(child);
      if (failure && outcome === "died") reject(failure);
      else resolve(outcome);
    });
    child.send(task, () => {}); // one that is killed before it listens ends, which is told above
  });
}

function follow(state: RunState, what: string, { training, done, total }: Extract<RunMessage, { kind: "progress" }>): void {
  state.note = `${what} ${training ? "" : "captions "}${Math.floor((100 * done) / Math.max(1, total))} %`;
  if (training) Object.assign(state, { done: Math.min(done, total - 1), total }); // the last step is told when the record is there
}
