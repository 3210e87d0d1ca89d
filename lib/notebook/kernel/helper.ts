import { fork } from "node:child_process";
import { AlcapError } from "../../errors";

/** A process that works for all notebooks of a run, so that what it loads is loaded once. */
export interface Helper<Task, Result> {
  /** @throws AlcapError `internal` when the work fails, or the process ends */
  ask(task: Task): Promise<Result>;
  close(): void;
}

interface Given<Task> {
  readonly id: number;
  readonly task: Task;
}

type Returned<Result> = { readonly id: number; readonly result: Result } | { readonly id: number; readonly fault: string };

interface Waiting<Result> {
  resolve(result: Result): void;
  reject(error: AlcapError): void;
}

/**
 * Starts a script that calls `serve`.
 *
 * @param folder its working directory
 * @param what it is, in an error: "The notebooks' compiler"
 */
export function startHelper<Task, Result>(script: string, folder: string, what: string): Helper<Task, Result> {
  const child = fork(script, {
    cwd: folder,
    env: { ...process.env, NODE_NO_WARNINGS: "1" },
    execArgv: [],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const waiting = new Map<number, Waiting<Result>>();
  const failed = (reason: string) => new AlcapError("internal", `${what} failed: ${reason}.`, "Run the command again.");
  let next = 0;
  let death: AlcapError | undefined;
  const died = (how: string) => {
    death ??= failed(`its process ${how}`);
    for (const { reject } of waiting.values()) reject(death);
    waiting.clear();
  };
  child.on("message", (reply: Returned<Result>) => {
    const asked = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ("fault" in reply) asked?.reject(failed(reply.fault));
    else asked?.resolve(reply.result);
  });
  child.on("error", ({ message }) => died(`could not be started: ${message}`));
  child.on("exit", (code, signal) => died(signal ? `was ended by ${signal}` : `exited with code ${code}`));
  return {
    ask: (task) =>
      new Promise((resolve, reject) => {
        if (death) return reject(death);
        const given: Given<Task> = { id: next++, task };
        waiting.set(given.id, { resolve, reject });
        child.send(given, () => {}); // where it cannot be sent the process has ended, which is told above
      }),
    close: () => void child.kill(),
  };
}

/** In the process itself: does the work it is given, one task after another. */
export function serve<Task, Result>(work: (task: Task) => Result | Promise<Result>): void {
  let before = Promise.resolve();
  const reply = async ({ id, task }: Given<Task>): Promise<void> => {
    const returned = await Promise.resolve(task)
      .then(work)
      .then((result): Returned<Result> => ({ id, result }))
      .catch((error: unknown): Returned<Result> => ({ id, fault: error instanceof Error ? error.message : String(error) }));
    process.send?.(returned);
  };
  process.on("disconnect", () => process.exit(0));
  process.on("message", (given: Given<Task>) => {
    before = before.then(() => reply(given));
  });
}
