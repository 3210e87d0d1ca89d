import { readFile } from "node:fs/promises";
import path from "node:path";
import { AlcapError } from "../../errors";
import { inWorkers } from "../../files/workers";
import { type Compressed, decodeCompressed, undecodable } from "./decoders";
import { sniffFormat } from "./format";
import type { Audio, Stretch } from "./sound";
import { readWav } from "./wav";

/** Rates outside these are damage, not sound, Hz. */
const LOWEST_RATE = 4000;
const HIGHEST_RATE = 768000;
/** A decoder that is still busy after so long never ends, ms; decoding takes a hundredth of it. */
const PATIENCE = 30_000;
const PATIENCE_PER_BYTE = 0.01;

/**
 * Decodes mp3, wav, flac and ogg (vorbis, opus, flac), told apart by content. A file that is cut short gives what it holds. Compressed
 * formats are decoded in a worker thread, so that nothing in a damaged file can stop or crash the program.
 *
 * @param file a path, or the file's bytes
 * @param name what the file is called in messages
 * @throws AlcapError `input` when there is no such file, it is no audio of these formats, or nothing in it can be decoded
 */
export async function decodeAudio(
  file: string | Uint8Array,
  name = typeof file === "string" ? file : "The audio",
): Promise<Audio> {
  return decodeWith(decodeInWorker, file, name);
}

/**
 * The same for the middle `seconds` of a song: a part with them in it where the format lets one be decoded alone, to the bit as in the
 * whole.
 */
export async function decodeMiddle(file: string | Uint8Array, seconds: number): Promise<Stretch> {
  return decodeWith(decodeInWorker, file, typeof file === "string" ? file : "The audio", seconds);
}

/** `decodeAudio` without a further thread, for code that already runs in a worker. */
export async function decodeHere(file: string | Uint8Array, name: string): Promise<Audio> {
  return decodeWith(decodeCompressed, file, name);
}

async function decodeWith(
  decode: typeof decodeCompressed,
  file: string | Uint8Array,
  name: string,
  middle?: number,
): Promise<Stretch> {
  const bytes = typeof file === "string" ? await readAudioFile(file) : file;
  const format = sniffFormat(bytes);
  if (!format)
    throw new AlcapError(
      "input",
      `${name} is not mp3, wav, flac or ogg audio.`,
      "Give a song in one of these formats; its content counts, not its name.",
    );
  const audio = format === "wav" ? readWav(bytes, name) : await decode(bytes, format, name, middle);
  checkSound(audio, name);
  return audio;
}

/** Reads a whole file, with the everyday failures said plainly. */
export async function readAudioFile(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    const problem =
      code === "ENOENT"
        ? `There is no file ${file}.`
        : code === "EISDIR"
          ? `${file} is a folder.`
          : `${file} cannot be read (${code}).`;
    throw new AlcapError("input", problem, "Give the path of an mp3, wav, flac or ogg file.", { cause });
  }
}

/** What the worker in decode-worker.ts is given. */
export interface DecodeTask {
  readonly bytes: Uint8Array;
  readonly format: Compressed;
  readonly name: string;
  readonly middle?: number | undefined;
}

async function decodeInWorker(bytes: Uint8Array, format: Compressed, name: string, middle?: number): Promise<Stretch> {
  let audio: Stretch | undefined;
  await inWorkers<DecodeTask, Stretch | undefined>(path.join(__dirname, "decode-worker.js"), [{ bytes, format, name, middle }], {
    threads: 1,
    what: "Decoding",
    patience: PATIENCE + PATIENCE_PER_BYTE * bytes.length,
    lost: () => undefined,
    finished: (answer) => {
      audio = answer;
    },
  });
  if (!audio) throw undecodable(name, format);
  return audio;
}

function checkSound({ sampleRate, channels }: Audio, name: string): void {
  if (!channels[0]?.length)
    throw new AlcapError("input", `${name} holds no sound.`, "Give a file with at least a fraction of a second of audio.");
  if (!(sampleRate >= LOWEST_RATE && sampleRate <= HIGHEST_RATE))
    throw new AlcapError("input", `${name} claims a sampling rate of ${sampleRate} Hz.`, "The file is damaged; get it again.");
  for (const channel of channels)
    for (let i = 0; i < channel.length; i++)
      if (!Number.isFinite(channel[i]))
        throw new AlcapError("input", `${name} holds samples that are not numbers.`, "The file is damaged; export it again.");
}
