import { measuredCommand } from "../../bench/measured-command";
import { machineInWords } from "../../files/machine";
import { command } from "../command";
import { beside, file, folder, longName } from "../options";
import { json, peers, python, threads } from "./bench-options";

/** `alcap bench all`. */
export const { run, parse } = command({
  name: "bench all",
  about:
    "Runs the other measurements one after the other, each as a process of its own: step, audio where clips are given, metrics, startup.",
  options: {
    threads,
    clips: folder("FOLDER", "mp3, wav, flac and ogg files for `bench audio`"),
    song: file("SONG", "a song for `bench startup`"),
    ...beside("song", undefined, { lyrics: file("FILE", "its lyrics") }),
    peers,
    python,
    json,
  },
  action: async ({ threads, clips, song, lyrics, peers, python, json }) => {
    const given = (options: Readonly<Record<string, string | undefined>>) =>
      Object.entries(options).flatMap(([key, value]) => (value === undefined ? [] : [longName(key), value]));
    const parts: [name: string, words: string[]][] = [
      ["step", [...given({ threads: threads.join(","), python }), ...(peers ? ["--peers"] : [])]],
      ...(clips === undefined ? [] : [["audio", [clips, ...given({ python })]] satisfies [string, string[]]]),
      ["decode", given({ python })],
      ["metrics", given({ python })],
      ["startup", given({ song, lyrics })],
    ];
    const results: Record<string, unknown> = {};
    for (const [name, words] of parts) {
      const { stdout } = await measuredCommand("bench", name, ...words, ...(json ? ["--json"] : []));
      if (json) results[name] = JSON.parse(stdout);
      else console.log(`bench ${name}\n${stdout}`);
    }
    if (json) console.log(JSON.stringify({ machine: machineInWords(), ...results }));
    return 0;
  },
});
