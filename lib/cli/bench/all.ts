import { measuredCommand } from "../../bench/measured-command";
import { machineInWords } from "../../files/machine";
import { command } from "../command";
import { beside, file, flag, folder, longName } from "../options";
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
    base: flag("a training step at BART-base's size too: some minutes, and 9 GiB beside PyTorch"),
    peers,
    python,
    json,
  },
  action: async ({ threads, clips, song, lyrics, base, peers, python, json }) => {
    const given = (options: Readonly<Record<string, string | undefined>>) =>
      Object.entries(options).flatMap(([key, value]) => (value === undefined ? [] : [longName(key), value]));
    const step = [...given({ threads: threads.join(","), python }), ...(peers ? ["--peers"] : [])];
    const parts: [name: string, command: string, words: string[]][] = [
      ["step", "step", step],
      ...(base
        ? [
            ["step at BART-base's size", "step", [...step, "--size", "base", "--rounds", "3"]] satisfies [
              string,
              string,
              string[],
            ],
          ]
        : []),
      ...(clips === undefined ? [] : [["audio", "audio", [clips, ...given({ python })]] satisfies [string, string, string[]]]),
      ["decode", "decode", given({ python })],
      ["metrics", "metrics", given({ python })],
      ["startup", "startup", given({ song, lyrics })],
    ];
    const results: Record<string, unknown> = {};
    for (const [name, command, words] of parts) {
      const { stdout } = await measuredCommand("bench", command, ...words, ...(json ? ["--json"] : []));
      if (json) results[name] = JSON.parse(stdout);
      else console.log(`bench ${name}\n${stdout}`);
    }
    if (json) console.log(JSON.stringify({ machine: machineInWords(), ...results }));
    return 0;
  },
});
