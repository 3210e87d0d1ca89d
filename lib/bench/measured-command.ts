import { spawn } from "node:child_process";
import path from "node:path";
import { z } from "zod";
import { AlcapError } from "../errors";
import { projectRoot } from "../files/project";
import { parsed } from "./python-peer";

/** What a process took, from its start to its end. */
export interface CommandCost {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakMiB: number;
  readonly stdout: string;
}

/** Runs `alcap` with some words as a process of its own. Throws `AlcapError` "engine" where it fails. */
export async function measuredCommand(...words: readonly string[]): Promise<CommandCost> {
  const started = performance.now();
  const file = path.join(projectRoot(), "lib/bin/alcap.js");
  const child = spawn(process.execPath, ["-r", path.join(__dirname, "exit-report.js"), file, ...words]);
  const [out, err]: [string[], string[]] = [[], []];
  child.stdout.on("data", (text: Buffer) => out.push(text.toString()));
  child.stderr.on("data", (text: Buffer) => err.push(text.toString()));
  const code = await new Promise((resolve) => child.once("close", resolve));
  const wallMs = performance.now() - started;
  const lines = err.join("").trim().split("\n");
  const said = `alcap ${words.join(" ")}`;
  if (code !== 0)
    throw new AlcapError("engine", `${said} failed: ${lines.find((line) => line.startsWith("alcap:")) ?? code}`, "Run it alone.");
  return {
    wallMs,
    ...parsed(lines.at(-1) ?? "", z.object({ cpuMs: z.number(), peakMiB: z.number() }), said),
    stdout: out.join(""),
  };
}
