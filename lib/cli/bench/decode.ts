import { benchDecode, type DecodeCase } from "../../bench/decode";
import { machineInWords } from "../../files/machine";
import { command } from "../command";
import { flag, or, whole } from "../options";
import { python } from "./bench-options";

/** `alcap bench decode`. */
export const { run, parse } = command({
  name: "bench decode",
  about:
    "Captions real songs' lyrics greedily and with four beams, here and, where Python has PyTorch, there with a key-value cache: medians " +
    "in milliseconds, ratios with their spread, and a token's time as the batch grows.",
  options: {
    rounds: or(whole("batches of each", { from: 1, to: 10_000 }), 9),
    python,
    json: flag("one JSON object instead of text"),
  },
  action: async ({ rounds, python, json }) => {
    const result = await benchDecode(rounds, python);
    if (json) {
      console.log(JSON.stringify({ machine: machineInWords(), ...result }));
      return 0;
    }
    console.log(`${machineInWords()}\npreset ${result.preset}, ${rounds} interleaved rounds, 1 thread each, medians`);
    console.log(result.torch ? `PyTorch ${result.torch}` : `no peer: ${result.reason}`);
    for (const one of result.cases) console.log(inWords(one));
    return 0;
  },
});

function inWords({ beams, songs, steps, ours, peer }: DecodeCase): string {
  const kind = beams === 1 ? "greedy" : `${beams} beams`;
  const each = `${(ours.cpuMs / steps).toFixed(2)} ms a step`;
  const own = `${kind.padEnd(8)} ${String(songs).padStart(3)} songs  ${ours.wallMs.toFixed(0)} ms wall, ${ours.cpuMs.toFixed(0)} processor, ${each}`;
  if (!peer) return own;
  const { ratioCpu, ratioWall, leastCpu, mostCpu, sameIds } = peer;
  const spread = `${ratioCpu.toFixed(2)} (${leastCpu.toFixed(2)}–${mostCpu.toFixed(2)}) processor, ${ratioWall.toFixed(2)} wall`;
  return `${own}; PyTorch ${peer.wallMs.toFixed(0)}, ${peer.cpuMs.toFixed(0)}: ${spread}; same ids in ${sameIds} of ${songs}`;
}
