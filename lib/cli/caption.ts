import { existsSync, readFileSync, statSync } from "node:fs";
import { parseArgs } from "node:util";
import { decodeAudio } from "../data/audio";
import { AlcapError } from "../errors";
import { bundleFolder, readBundle } from "../experiment/run/bundle";
import { openCaptioner } from "../experiment/run/open-captioner";

const help = `Usage: alcap caption SONG --lyrics FILE [--model DIR] [--json]

Writes one caption for a song. SONG is an mp3, wav, flac or ogg file; the 15 s in its middle are used.
  --lyrics FILE   the lyrics as UTF-8 text; an instrumental cannot be captioned
  --model DIR     a trained model (default: the one that \`npm run reproduce\` made)
  --json          one JSON object instead of text`;

/** `alcap caption`: one song from a user's disk. */
export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      lyrics: { type: "string" },
      model: { type: "string" },
      json: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const [song] = positionals;
  if (!song || positionals.length > 1)
    throw new AlcapError("usage", "Give exactly one audio file.", "Example: alcap caption song.mp3 --lyrics song.txt");
  if (!values.lyrics)
    throw new AlcapError("usage", "The lyrics are missing.", "Give --lyrics FILE, the song's words as UTF-8 text.");
  const lyrics = readLyrics(values.lyrics);
  const bundle = await readBundle(values.model ?? defaultModel());
  const captioner = openCaptioner(bundle);
  const { caption, notes } = await captioner.caption(await decodeAudio(song), lyrics);
  await captioner.release();
  const { run: name, preset, corpus } = bundle.about;
  const { method } = bundle.about.captioner;
  const trained = `${method}, preset ${preset}, run ${name}, trained on ${corpus}`;
  if (values.json) console.log(JSON.stringify({ song, caption, model: { method, preset, run: name }, trainedOn: corpus, notes }));
  else console.log([caption, "", `Model: ${trained}.`, ...notes.map((note) => `Note: ${note}`)].join("\n"));
  return 0;
}

/** The committed results' model where it was trained here, else the quick one. */
function defaultModel(): string {
  const standard = bundleFolder("standard");
  return existsSync(standard) ? standard : bundleFolder("quick");
}

function readLyrics(file: string): string {
  if (!existsSync(file)) throw new AlcapError("input", `The lyrics file ${file} does not exist.`, "Check the path.");
  if (!statSync(file).isFile()) throw new AlcapError("input", `${file} is not a file.`, "Give a text file with the lyrics.");
  const bytes = readFileSync(file);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AlcapError("input", `The lyrics file ${file} is not UTF-8 text.`, "Save it as UTF-8.", { cause });
  }
}
