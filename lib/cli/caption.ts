import { existsSync } from "node:fs";
import { loadMiddle } from "../data/audio/load";
import { quoted } from "../files/quoted";
import { type Encoding, encodings, readText } from "../files/read";
import { command } from "./command";
import { choice, file, flag, folder, or, required } from "./options";

/** `alcap caption`: one song from a user's disk. */
export const { run, parse } = command({
  name: "caption",
  about: "Writes one caption for a song. The 15 s in its middle are used.",
  arguments: { song: required(file("SONG", "an mp3, wav, flac or ogg file")) },
  options: {
    lyrics: required(file("FILE", "the lyrics, a text file; an instrumental cannot be captioned")),
    encoding: or(choice("encoding", encodings, "of the lyrics"), "utf-8"),
    model: folder("DIR", "a trained model (default: the one that `npm run reproduce` made)"),
    json: flag("one JSON object instead of text"),
  },
  action: caption,
});

/** Bytes; a novel has fewer. */
const LONGEST_LYRICS = 1 << 26;

interface Asked {
  readonly song: string;
  readonly lyrics: string;
  readonly encoding: Encoding;
  readonly model?: string;
  readonly json: boolean;
}

async function caption(asked: Asked): Promise<number> {
  const { song } = asked;
  const lyrics = readText(asked.lyrics, { most: LONGEST_LYRICS }, asked.encoding);
  const sound = loadMiddle(song); // in a worker, while the engine is loaded and the graphs are compiled
  sound.catch(() => undefined); // told where it is awaited
  const { bundleFolder, readBundle } = await import("../experiment/run/bundle.js");
  const { openCaptioner } = await import("../experiment/run/open-captioner.js");
  const bundle = await readBundle(asked.model ?? defaultModel(bundleFolder));
  const captioner = openCaptioner(bundle);
  await captioner.ready(lyrics);
  const { caption, notes } = await captioner.caption(await sound, lyrics);
  await captioner.release();
  const { run: name, preset, corpus } = bundle.about;
  const { method } = bundle.about.captioner;
  const trained = `${quoted(method)}, preset ${quoted(preset)}, run ${quoted(name)}, trained on ${quoted(corpus)}`;
  if (asked.json) console.log(JSON.stringify({ song, caption, model: { method, preset, run: name }, trainedOn: corpus, notes }));
  else console.log([caption, "", `Model: ${trained}.`, ...notes.map((note) => `Note: ${note}`)].join("\n"));
  return 0;
}

/** The committed results' model where it was trained here, else the quick one. */
function defaultModel(bundleFolder: (preset: string) => string): string {
  const standard = bundleFolder("standard");
  return existsSync(standard) ? standard : bundleFolder("quick");
}
