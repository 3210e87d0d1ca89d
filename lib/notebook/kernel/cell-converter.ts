import { fork } from "node:child_process";
import path from "node:path";
import { AlcapError } from "../../errors";
import type { ConvertReply, ConvertRequest } from "./protocol";
import type { ConvertedCell } from "./tslab";

/** Checks cells and turns them into JavaScript, for any number of notebooks of one folder at once. */
export interface CellConverter {
  /**
   * @param declared what the notebook's earlier cells declare: the last one's `declOutput`
   * @throws AlcapError `internal` when the compiler fails, which is not a fault of the cell
   */
  convert(declared: string, source: string): Promise<ConvertedCell>;
  close(): void;
}

interface Waiting {
  resolve(cell: ConvertedCell): void;
  reject(error: AlcapError): void;
}

/** Starts the compiler as a process of its own in the notebooks' folder. */
export function startCellConverter(folder: string): CellConverter {
  const child = fork(path.join(__dirname, "converter.js"), {
    cwd: folder,
    env: { ...process.env, NODE_NO_WARNINGS: "1" },
    execArgv: [],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const waiting = new Map<number, Waiting>();
  let next = 0;
  let death: AlcapError | undefined;
  const died = (how: string) => {
    death ??= failed(`its process ${how}`);
    for (const { reject } of waiting.values()) reject(death);
    waiting.clear();
  };
  child.on("message", (reply: ConvertReply) => {
    const asked = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ("fault" in reply) asked?.reject(failed(reply.fault));
    else asked?.resolve(reply.converted);
  });
  child.on("error", ({ message }) => died(`could not be started: ${message}`));
  child.on("exit", (code, signal) => died(signal ? `was ended by ${signal}` : `exited with code ${code}`));
  return {
    convert: (declared, source) =>
      new Promise((resolve, reject) => {
        if (death) return reject(death);
        const request: ConvertRequest = { id: next++, declared, source };
        waiting.set(request.id, { resolve, reject });
        child.send(request, () => {}); // where it cannot be sent the process has ended, which is told above
      }),
    close: () => void child.kill(),
  };
}

const failed = (reason: string) =>
  new AlcapError("internal", `The notebooks' compiler failed: ${reason}.`, "Run the command again.");
