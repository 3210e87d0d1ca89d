import { AlcapError } from "../errors";

export interface WorkerOptions<Task, Answer> {
  /** How many threads work side by side. What comes out does not depend on it. */
  readonly threads: number;
  /** What is being done, for messages: "Rendering songs". */
  readonly what: string;
  /** Called with each answer as it comes, and with the place of its task in the list. */
  readonly finished: (answer: Answer, place: number) => void;
  /** A task may take this long, ms; then its thread is ended. */
  readonly patience?: number;
  /** The answer for a task that throws, kills its thread or outlasts the patience. Without it the first such task ends the work. */
  readonly lost?: (task: Task) => Answer;
}

/**
 * Hands tasks, in order, to worker threads as they become free.
 *
 * @param file the compiled module of the worker; its default export turns a task into an answer
 * @throws AlcapError `usage` when there is no thread to work on, `internal` when a task fails
 */
export async function inWorkers<Task, Answer>(
  file: string,
  tasks: readonly Task[],
  { threads, what, finished, patience, lost }: WorkerOptions<Task, Answer>,
): Promise<void> {
  checkThreads(threads);
  if (tasks.length === 0) return;
  const { Piscina } = await import("piscina"); // loaded only where threads start
  const pool = new Piscina<Task, Answer>({ filename: file, minThreads: 0, maxThreads: threads, idleTimeout: Infinity });
  const queue = tasks.entries();
  const failed = (cause: unknown): never => {
    const reason = (cause instanceof Error ? cause.message : String(cause)).replace(/\.$/, "");
    throw new AlcapError("internal", `${what} failed: ${reason}.`, "Run the command again to go on.", { cause });
  };
  const work = async () => {
    for (const [place, task] of queue) {
      const signal = patience === undefined ? null : AbortSignal.timeout(Math.ceil(patience));
      const answer = await pool.run(task, { signal }).catch((cause) => (lost ? lost(task) : failed(cause)));
      finished(answer, place);
    }
  };
  const stop = (error: unknown) => {
    Array.from(queue); // the others find nothing left to take
    throw error;
  };
  // The others' tasks of the moment come to their ends: a pool that is destroyed with a task at work fails on its late answer.
  const ends = await Promise.allSettled(Array.from({ length: Math.min(threads, tasks.length) }, () => work().catch(stop)));
  await pool.destroy();
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}

/** Throws `AlcapError` "usage" where nobody could work. */
export function checkThreads(threads: number): void {
  if (!(Number.isInteger(threads) && threads > 0))
    throw new AlcapError("usage", `${threads} threads cannot work.`, "Give a whole number from 1.");
}
