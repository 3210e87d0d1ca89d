import { fork } from "node:child_process";
import path from "node:path";
import type { Drawing, FigureToDraw } from "../figure/svg/drawing";
import { DRAWS } from "./drawn";
import type { ErrorOutput } from "./ipynb";
import type { DrawReply, DrawRequest, Reply, Request } from "./protocol";

export type Draw = (figure: FigureToDraw) => Promise<Drawing>;

/** Characters kept of what the process printed past the cells (native libraries, crashes). */
const LOG_TAIL = 4000;

/** How one request ended; `fatal` says that the process is gone. */
export interface Outcome {
  readonly error?: ErrorOutput;
  readonly fatal: boolean;
  /** Whether a cell ran to its end. */
  readonly ran?: boolean;
}

export interface KernelProcess {
  /** Sends one request and waits for its answer, or for the death of the process. Call again only after it has resolved. */
  ask(request: Request): Promise<Outcome>;
  /** Ends the process at once; a pending request resolves with this reason. */
  kill(reason: string): void;
  /** The end of what the process printed past its cells. */
  log(): string;
}

/**
 * Starts a process that runs cells. A crash, an exit or a hang in a cell stays there.
 *
 * @param folder working directory, as Jupyter has it: the notebook's own
 * @param env added to this process's environment
 * @param onReply called with everything the cells show, in order
 * @param draw draws the cells' figures; without it, and where it fails, they are drawn in the process itself
 */
export function startKernelProcess(
  folder: string,
  env: NodeJS.ProcessEnv,
  onReply: (reply: Reply) => void,
  draw?: Draw,
): KernelProcess {
  const child = fork(path.join(__dirname, "kernel.js"), draw ? [DRAWS] : [], {
    cwd: folder,
    // Node's own warnings carry process ids: they would make a second run's bytes differ.
    env: { ...process.env, NODE_NO_WARNINGS: "1", ...env },
    execArgv: [],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let log = "";
  const keepTail = (chunk: Buffer): void => {
    log = (log + chunk.toString("utf8")).slice(-LOG_TAIL);
  };
  child.stdout?.on("data", keepTail);
  child.stderr?.on("data", keepTail);

  let killReason = "";
  let death: Outcome | undefined;
  let settle: (outcome: Outcome) => void = () => {};
  const died = (how: string): void => {
    death = { error: kernelDied(killReason || how, log), fatal: true };
    settle(death);
  };
  child.on("message", (reply: Reply | DrawRequest) => {
    if (reply.type === "draw") void drawn(reply, draw).then((back) => void child.send(back, () => {}));
    else if (reply.type === "done" || reply.type === "closed")
      settle({ ...(reply.error && { error: reply.error }), fatal: false, ran: reply.type === "done" && reply.ran });
    else onReply(reply);
  });
  child.on("error", (error) => died(`could not be started: ${error.message}`));
  // The channel closes after its last message, the exit may come before it: both must have happened.
  const exit = new Promise<string>((resolve) =>
    child.on("exit", (code, signal) => resolve(signal ? `was ended by ${signal}` : `exited with code ${code}`)),
  );
  const disconnect = new Promise<void>((resolve) => child.on("disconnect", resolve));
  void Promise.all([exit, disconnect]).then(([how]) => died(how));

  return {
    ask: (request) =>
      new Promise((resolve) => {
        settle = resolve;
        if (death) resolve(death);
        else child.send(request, () => {});
      }),
    kill(reason) {
      killReason = reason;
      child.kill("SIGKILL");
    },
    log: () => log,
  };
}

const drawn = async ({ id, figure }: DrawRequest, draw?: Draw): Promise<DrawReply> => ({
  type: "drawn",
  id,
  ...(await draw?.(figure).then(
    (drawing) => ({ drawing }),
    () => ({}),
  )),
});

function kernelDied(how: string, log: string): ErrorOutput {
  const evalue = `The notebook's process ${how} while this cell ran.`;
  return {
    output_type: "error",
    ename: "KernelDied",
    evalue,
    traceback: [evalue, ...log.split("\n").filter((line) => line !== "")],
  };
}
