import { benchStep, type StepBench } from "../../bench/step/step";
import { AlcapError } from "../../errors";
import { machineInWords } from "../../files/machine";
import { command } from "../command";
import { choice, flag, or, whole } from "../options";
import { terminalReporter } from "../terminal";
import { json, peers, python, threads } from "./bench-options";

const ROUNDS = { quick: 16, base: 4 } as const;

/** `alcap bench step`. */
export const { run, parse } = command({
  name: "bench step",
  about:
    "Times one ALCAP training step here and, where Python has PyTorch, there, a process each: medians in milliseconds, ratios with " +
    "quartiles. quick takes real training rows; base has BART-base's sizes, random weights and drawn lengths, and needs 20 GiB of memory.",
  options: {
    size: or(choice("size", ["quick", "base"], "of the model and its rows"), "quick"),
    threads,
    rounds: whole("steps of each after one a batch (default 16, at base 4)", { from: 1, to: 10_000 }),
    profile: flag("also where our time goes, by layer and operator; measuring that makes the step slower"),
    peers,
    python,
    json,
  },
  action: async ({ size, threads, rounds = ROUNDS[size], profile, peers, python, json }) => {
    const results: StepBench[] = [];
    for (const count of threads) {
      const progress = terminalReporter()(`${count} thread${count > 1 ? "s" : ""}`);
      results.push(await benchStep({ size, threads: count, rounds, python, profile }, progress));
    }
    console.log(
      json ? JSON.stringify({ machine: machineInWords(), results }) : [machineInWords(), ...results.map(inWords)].join("\n"),
    );
    const missing = results.find(({ peer }) => peer === null);
    if (peers && missing) throw new AlcapError("engine", missing.reason ?? "No peer.", "Install it, or leave --peers out.");
    return 0;
  },
});

const NAMES = { longest: "padded to the longest row", full: "padded to the full length" } as const;
/** Lines of the profile that are shown; JSON has all. */
const SHOWN = 30;

function inWords({ size, rows, threads, rounds, ours, firstMs, peer, reason, profile }: StepBench): string {
  const line = (name: string, { wallMs, cpuMs, peakMiB }: StepBench["ours"]) =>
    `${name.padEnd(42)} ${wallMs.toFixed(0)} ms wall, ${cpuMs.toFixed(0)} ms processor, ${peakMiB.toFixed(0)} MiB at most`;
  const shown = [
    `${size}: ${rows}; ${rounds} interleaved rounds, threads ${threads} each, medians`,
    `${line("this library", ours)}; first step ${(firstMs / 1000).toFixed(1)} s`,
  ];
  if (!peer) shown.push(`no peer: ${reason}`);
  for (const side of peer?.sides ?? []) {
    const [wall, cpu] = [side.ratioWall, side.ratioCpu].map(
      (r) => `${r.median.toFixed(2)} (${r.lower.toFixed(2)}–${r.upper.toFixed(2)})`,
    );
    shown.push(line(`PyTorch ${peer?.torch}, ${NAMES[side.padding]}`, side));
    shown.push(`  PyTorch / ours: ${wall} wall, ${cpu} processor, ${side.ratioMemory.toFixed(2)} memory`);
  }
  if (peer) shown.push(`largest relative difference of the losses: ${peer.lossDifference.toExponential(1)}`);
  for (const { layer, op, nodes, ms } of profile?.slice(0, SHOWN) ?? [])
    shown.push(`${ms.toFixed(2).padStart(9)} ms ${String(Math.round(nodes)).padStart(6)} × ${op.padEnd(24)} ${layer}`);
  return shown.join("\n");
}
