import { benchStep } from "../../bench/step";
import { machineInWords } from "../../files/machine";
import { command } from "../command";
import { flag, or, whole } from "../options";
import { preset } from "../run-options";
import { python } from "./python-option";

/** `alcap bench step`. */
export const { run, parse } = command({
  name: "bench step",
  about: "Times one ALCAP training step here and, where Python has PyTorch, there: medians in milliseconds, and ratios.",
  options: {
    preset,
    rounds: or(whole("steps of each", { from: 1, to: 10_000 }), 15),
    python,
    json: flag("one JSON object instead of text"),
  },
  action: async ({ preset, rounds, python, json }) => {
    const result = await benchStep(preset, rounds, python);
    if (json) {
      console.log(JSON.stringify({ machine: machineInWords(), ...result }));
      return 0;
    }
    const line = (name: string, { wallMs, cpuMs }: { wallMs: number; cpuMs: number }) =>
      `${name.padEnd(16)} ${wallMs.toFixed(0)} ms wall, ${cpuMs.toFixed(0)} ms processor`;
    const { ours, peer } = result;
    console.log(`${machineInWords()}\npreset ${result.preset}, ${result.rounds} interleaved rounds, 1 thread each, medians`);
    console.log(line("this library", ours));
    if (peer) {
      console.log(line(`PyTorch ${peer.torch}`, peer));
      console.log(`PyTorch / ours: ${peer.ratioWall.toFixed(2)} wall, ${peer.ratioCpu.toFixed(2)} processor`);
      console.log(`largest relative difference of the two loss curves: ${peer.lossDifference.toExponential(1)}`);
    } else console.log(`no peer: ${result.reason}`);
    return 0;
  },
});
