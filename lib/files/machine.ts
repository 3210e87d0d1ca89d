import { spawnSync } from "node:child_process";
import os from "node:os";
import { projectRoot } from "./project";

/** The machine in words: what matters for a timing, nothing that names anybody. */
export function machineInWords(): string {
  const cpus = os.cpus();
  const gib = Math.round(os.totalmem() / 2 ** 30);
  return `${os.availableParallelism()} cores (${cpus[0]?.model.trim() ?? "unknown processor"}), ${gib} GiB, ${os.type()} ${os.arch()}, Node ${process.versions.node}`;
}

/** Largest memory this process has held so far, in MiB. */
export const peakMemoryMiB = () => Math.round(process.resourceUsage().maxRSS / 1024);

/** Version of this code: its commit where it runs from a clone, else "unknown". */
export function codeVersion(root = projectRoot()): string {
  const { status, stdout } = spawnSync("git", ["-C", root, "describe", "--always", "--dirty"], { encoding: "utf8" });
  return status === 0 ? stdout.trim() : "unknown";
}
