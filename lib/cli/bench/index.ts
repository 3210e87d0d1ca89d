import { parseArgs } from "node:util";
import { benchAudio } from "../../bench/audio";
import { benchStep } from "../../bench/step";
import { AlcapError } from "../../errors";
import { presetNamed } from "../../experiment/preset/songbook";
import { machineInWords } from "../../files/machine";
import { terminalReporter } from "../terminal";
import { run as benchMetrics } from "./metrics";

const help = `Usage: alcap bench step [--preset quick] [--rounds 15] [--python /usr/bin/python3] [--json]
       alcap bench audio FOLDER [--python /usr/bin/python3] [--json]
       alcap bench metrics

step: one training step here and in PyTorch eager, one thread each, in turn; medians and ratios. Without PyTorch only ours.
audio: decode, resample and mel of every clip in FOLDER here and with ffmpeg and PyTorch, one thread each, in turn.`;

async function audio(folder: string | undefined, python: string): Promise<number> {
  if (!folder) throw new AlcapError("usage", "Give a folder of clips.", "Example: alcap bench audio clips");
  const result = await benchAudio(folder, python, terminalReporter()("measuring"));
  console.log(JSON.stringify({ machine: machineInWords(), ...result }, null, 1));
  return 0;
}

/** `alcap bench`: how fast this library is on this machine. */
export async function run(args: readonly string[]): Promise<number> {
  if (args[0] === "metrics") return benchMetrics(args.slice(1));
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      preset: { type: "string", default: "quick" },
      rounds: { type: "string", default: "15" },
      python: { type: "string", default: "/usr/bin/python3" },
      json: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  if (positionals[0] === "audio") return audio(positionals[1], values.python);
  if (positionals[0] !== "step") throw new AlcapError("usage", "Give what to measure.", "Choose step, audio or metrics.");
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new AlcapError("usage", `--rounds ${values.rounds} is no whole number above 0.`, "Example: --rounds 15");
  const result = await benchStep(presetNamed(values.preset), rounds, values.python);
  if (values.json) {
    console.log(JSON.stringify({ machine: machineInWords(), ...result }));
    return 0;
  }
  const line = (name: string, { wallMs, cpuMs }: { wallMs: number; cpuMs: number }) =>
    `${name.padEnd(16)} ${wallMs.toFixed(0)} ms wall, ${cpuMs.toFixed(0)} ms processor`;
  console.log(`${machineInWords()}\npreset ${result.preset}, ${result.rounds} interleaved rounds, 1 thread each, medians`);
  console.log(line("this library", result.ours));
  if (result.torch) {
    console.log(line(`PyTorch ${result.torchVersion}`, result.torch));
    console.log(`PyTorch / ours: ${result.ratioWall?.toFixed(2)} wall, ${result.ratioCpu?.toFixed(2)} processor`);
    console.log(`largest relative difference of the two loss curves: ${result.lossDifference?.toExponential(1)}`);
  } else console.log(`${values.python} has no PyTorch: only this library was measured.`);
  return 0;
}
