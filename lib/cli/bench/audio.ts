import { benchAudio } from "../../bench/audio";
import { machineInWords } from "../../files/machine";
import { command } from "../command";
import { folder, required } from "../options";
import { terminalReporter } from "../terminal";
import { json, python } from "./bench-options";

/** `alcap bench audio`. */
export const { run, parse } = command({
  name: "bench audio",
  about:
    "Decodes, resamples and computes the mel spectrogram of every clip here and, where Python has PyTorch, there with ffmpeg.",
  arguments: { clips: required(folder("FOLDER", "mp3, wav, flac and ogg files")) },
  options: { python, json },
  action: async ({ clips, python, json }) => {
    const result = await benchAudio(clips, python, terminalReporter()("measuring"));
    if (json) {
      console.log(JSON.stringify({ machine: machineInWords(), ...result }));
      return 0;
    }
    const { ours, peer, memoryMiB } = result;
    const line = (name: string, { wall, cpu }: { wall: number; cpu: number }) =>
      `${name.padEnd(16)} ${wall.toFixed(1)} s wall, ${cpu.toFixed(1)} s processor`;
    console.log(`${machineInWords()}\n${result.clips} clips, 1 thread each`);
    console.log(`${line("this library", ours)}; ${memoryMiB[0]} MiB after the first block, ${memoryMiB[1]} after the last`);
    if (peer) {
      console.log(line(`PyTorch ${peer.torch}`, peer));
      console.log(`PyTorch / ours: ${peer.ratioWall.toFixed(2)} wall, ${peer.ratioCpu.toFixed(2)} processor`);
      console.log(`median difference of mel values: ${peer.medianDifferenceDb.toExponential(1)} dB`);
    } else console.log(`no peer: ${result.reason}`);
    return 0;
  },
});
