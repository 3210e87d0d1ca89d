import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { AlcapError } from "../errors";
import { projectRoot } from "../files/project";

/** A Python process that answers every line with one line of JSON: the other side of an interleaved measurement. */
export interface PythonPeer {
  /** PyTorch's version there. */
  readonly torch: string;
  ask<T>(line: string): Promise<T>;
  close(): void;
}

/**
 * Starts a script of `scripts/bench` with a number of threads. Undefined where this Python has not what the script imports.
 * The script first prints `{"ready": true, "torch": version}`.
 */
export async function pythonPeer(
  python: string,
  script: string,
  args: readonly string[],
  threads: number,
): Promise<PythonPeer | undefined> {
  const file = path.join(projectRoot(), "scripts/bench", script);
  if (!existsSync(file)) throw new AlcapError("internal", `${file} is missing.`, "Run from a full clone.");
  const env = { ...process.env, OMP_NUM_THREADS: String(threads), OPENBLAS_NUM_THREADS: String(threads) };
  const child = spawn(python, [file, ...args], { env, stdio: "pipe" });
  child.on("error", () => child.stdout.destroy());
  child.stderr.resume();
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ready = await answers.next();
  if (ready.done) return undefined;
  return {
    torch: (JSON.parse(ready.value) as { torch: string }).torch,
    ask: async <T>(line: string) => {
      child.stdin.write(`${line}\n`);
      const answer = await answers.next();
      if (answer.done) throw new AlcapError("internal", "The Python process ended during the measurement.", "Run it again.");
      return JSON.parse(answer.value) as T;
    },
    close: () => child.stdin.end(),
  };
}
