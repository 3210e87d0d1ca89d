import { benchStartup } from "../../bench/startup";
import { machineInWords } from "../../files/machine";
import { command } from "../command";
import { beside, file, or, usage, whole } from "../options";
import { json } from "./bench-options";

/** `alcap bench startup`. */
export const { run, parse } = command({
  name: "bench startup",
  about:
    "Times processes from start to end, medians and quartiles: the help, compiling quick's training step, and the caption of a song by a " +
    "model of quick's size with random weights.",
  options: {
    song: file("SONG", "an mp3, wav, flac or ogg file; without one no caption is timed"),
    ...beside("song", undefined, { lyrics: file("FILE", "its lyrics as UTF-8 text") }),
    rounds: or(whole("times each", { from: 1, to: 1000 }), 7),
    json,
  },
  action: async ({ song, lyrics, rounds, json }) => {
    if (song !== undefined && lyrics === undefined) throw usage("--lyrics FILE is missing.", "Give the song's lyrics.");
    const results = await benchStartup(rounds, song !== undefined && lyrics !== undefined ? { song, lyrics } : undefined);
    if (json) {
      console.log(JSON.stringify({ machine: machineInWords(), rounds, results }));
      return 0;
    }
    console.log(`${machineInWords()}\n${rounds} rounds, medians (quartiles)`);
    const shown = (name: string, { median, lower, upper }: { median: number; lower: number; upper: number }) =>
      `${median.toFixed(0)} (${lower.toFixed(0)}–${upper.toFixed(0)}) ms ${name}`;
    for (const { what, wallMs, cpuMs } of results)
      console.log(`${what.padEnd(38)} ${[shown("wall", wallMs), shown("processor", cpuMs)].join(", ")}`);
    return 0;
  },
});
