import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { z } from "zod";
import { AlcapError } from "../errors";
import { projectRoot } from "../files/project";

/** A Python process that answers every line with one line of JSON: the other side of an interleaved measurement. */
export interface PythonPeer {
  /** PyTorch's version there. */
  readonly torch: string;
  /** Throws `AlcapError` "engine" where the answer is late or has not the form of `schema`. */
  ask<T>(line: string, schema: z.ZodType<T>): Promise<T>;
  close(): void;
}

/** Why there is nothing to compare with, in one sentence. */
export interface Missing {
  readonly reason: string;
}

/** Seconds that a peer may take to start and to answer. */
const WAITS = { start: 120, answer: 600 };

/**
 * Starts a Python script of `scripts/bench` with a number of threads; it first prints `{"ready": true, "torch": version}`.
 *
 * @returns `Missing` where there is no such Python or it has not what the script imports
 * @throws AlcapError `engine` where it says nothing in time, or something else
 */
export async function pythonPeer(
  python: string,
  script: string,
  args: readonly string[],
  threads: number,
  waits = WAITS,
): Promise<PythonPeer | Missing> {
  const file = path.join(projectRoot(), "scripts/bench", script);
  if (!existsSync(file)) throw new AlcapError("internal", `${file} is missing.`, "Run from a full clone.");
  // Waiting threads of OpenMP spin otherwise: with two it takes three times as long.
  const env = {
    ...process.env,
    OMP_NUM_THREADS: String(threads),
    OPENBLAS_NUM_THREADS: String(threads),
    OMP_WAIT_POLICY: "passive",
  };
  const child = spawn(python, [file, ...args], { env, stdio: "pipe" });
  const started = await new Promise((resolve) => child.once("spawn", () => resolve(true)).once("error", () => resolve(false)));
  if (!started) return { reason: `There is no Python at ${python}.` };
  const answers = lineProcess(child, python, waits.answer);
  try {
    const ready = await answers.first(waits.start);
    if ("error" in ready) return { reason: missingModule(ready.error, python) };
    const { torch } = parsed(ready.line, z.object({ ready: z.literal(true), torch: z.string() }), python);
    return { torch, ask: answers.ask, close: () => child.kill() };
  } catch (error) {
    child.kill();
    throw error;
  }
}

/** A process that answers lines with lines of JSON; `name` is what errors call it. */
export function lineProcess(child: ChildProcessWithoutNullStreams, name: string, patience = WAITS.answer) {
  const first = answersOf(child, name);
  const next = async <T>(seconds: number, schema: z.ZodType<T>): Promise<T> => {
    const answer = await first(seconds);
    if ("line" in answer) return parsed(answer.line, schema, name);
    throw new AlcapError("engine", `${name} ended during the measurement: ${answer.error}.`, "Run it again.");
  };
  const ask = <T>(line: string, schema: z.ZodType<T>): Promise<T> => {
    child.stdin.write(`${line}\n`);
    return next(patience, schema);
  };
  return { first, next, ask };
}

/** Which module or file Python says it lacks. Throws `AlcapError` "engine" where it says something else. */
export function missingModule(error: string, python: string): string {
  const module = /No (?:module named|such file or directory:) '([^']+)'/.exec(error)?.[1];
  if (module !== undefined) return `${python} has no ${module}.`;
  throw new AlcapError("engine", `${python} gave no answer: ${error || "it said nothing"}.`, "Try another --python.");
}

type Answer = { readonly line: string } | { readonly error: string };

/** Waits for a process's next line, or for the last line of its errors where it ends before. */
function answersOf(child: ChildProcessWithoutNullStreams, python: string): (seconds: number) => Promise<Answer> {
  let errors = "";
  child.stderr.on("data", (text: Buffer) => {
    errors = `${errors}${text}`.slice(-10_000);
  });
  child.stdin.on("error", () => {}); // a process that has ended is told by its answers
  const closed = new Promise((resolve) => child.once("close", resolve));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<Answer> => {
    const { done, value } = await lines.next();
    if (!done) return { line: value };
    await closed;
    return { error: errors.trim().split("\n").at(-1) ?? "" };
  };
  return async (seconds) => {
    const stop = new AbortController();
    const late = async (): Promise<never> => {
      await setTimeout(1000 * seconds, undefined, { signal: stop.signal });
      throw new AlcapError("engine", `${python} gave no answer in ${seconds} s.`, "Try another --python.");
    };
    try {
      return await Promise.race([answer(), late()]);
    } finally {
      stop.abort();
    }
  };
}

/** Reads an answer of the form that is expected. */
export function parsed<T>(text: string, schema: z.ZodType<T>, python: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text;
    throw new AlcapError("engine", `${python} answers "${shown}", which is no measurement.`, "Try another --python.", { cause });
  }
}
