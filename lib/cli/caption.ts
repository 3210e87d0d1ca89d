import { existsSync, readFileSync } from "node:fs";
import { decodeAudio } from "../data/audio";
import { AlcapError } from "../errors";
import { bundleFolder, readBundle } from "../experiment/run/bundle";
import { openCaptioner } from "../experiment/run/open-captioner";
import { command } from "./command";
import { file, flag, folder, required } from "./options";

/** `alcap caption`: one song from a user's disk. */
export const { run, parse } = command({
  name: "caption",
  about: "Writes one caption for a song. The 15 s in its middle are used.",
  arguments: { song: required(file("SONG", "an mp3, wav, flac or ogg file")) },
  options: {
    lyrics: required(file("FILE", "the lyrics as UTF-8 text; an instrumental cannot be captioned")),
    model: folder("DIR", "a trained model (default: the one that `npm run reproduce` made)"),
    json: flag("one JSON object instead of text"),
  },
  action: caption,
});

interface Asked {
  readonly song: string;
  readonly lyrics: string;
  readonly model?: string;
  readonly json: boolean;
}

async function caption(asked: Asked): Promise<number> {
  const { song } = asked;
  const lyrics = readLyrics(asked.lyrics);
  const bundle = await readBundle(asked.model ?? defaultModel());
  const captioner = openCaptioner(bundle);
  const { caption, notes } = await captioner.caption(await decodeAudio(song), lyrics);
  await captioner.release();
  const { run: name, preset, corpus } = bundle.about;
  const { method } = bundle.about.captioner;
  const trained = `${method}, preset ${preset}, run ${name}, trained on ${corpus}`;
  if (asked.json) console.log(JSON.stringify({ song, caption, model: { method, preset, run: name }, trainedOn: corpus, notes }));
  else console.log([caption, "", `Model: ${trained}.`, ...notes.map((note) => `Note: ${note}`)].join("\n"));
  return 0;
}

/** The committed results' model where it was trained here, else the quick one. */
function defaultModel(): string {
  const standard = bundleFolder("standard");
  return existsSync(standard) ? standard : bundleFolder("quick");
}

function readLyrics(file: string): string {
  const bytes = readFileSync(file);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AlcapError("input", `The lyrics file ${file} is not UTF-8 text.`, "Save it as UTF-8.", { cause });
  }
}
