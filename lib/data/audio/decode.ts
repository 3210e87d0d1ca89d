import path from "node:path";
import { AlcapError } from "../../errors";
import { type ByteSource, readBytes, sourceOf, withSource } from "../../files/read";
import { inWorkers } from "../../files/workers";
import { type Compressed, decodeCompressed, undecodable } from "./compressed/decoders";
import { sniffFormat } from "./format";
import { checkRate } from "./middle";
import type { Audio, Stretch } from "./sound";
import { isWav, readWav, wavMiddle } from "./wav";

/** A decoder that is still busy after so long never ends, ms; decoding takes a hundredth of it. */
const PATIENCE = 30_000;
const PATIENCE_PER_BYTE = 0.01;
/** Bytes of a compressed file that is read; three hours of mp3. */
const LARGEST = 1 << 28;
/** A sample so far beyond full scale was never meant as sound at ±1. */
const LOUDEST = 100;

/**
 * Decodes mp3, wav, flac and ogg (vorbis, opus, flac), told apart by content. A file that is cut short gives what it holds. Compressed
 * formats are decoded in a worker thread, so that nothing in a damaged file can stop or crash the program.
 *
 * @param file a path, or the file's bytes
 * @param name what the file is called in messages
 * @throws AlcapError `input` when there is no such file, it is no audio of these formats, nothing in it can be decoded, or a song is too
 * long to be held as a whole
 */
export async function decodeAudio(
  file: string | Uint8Array,
  name = typeof file === "string" ? file : "The audio",
): Promise<Audio> {
  return decodeWith(decodeInWorker, file, name);
}

/**
 * The middle `seconds` of a song, mono: no more of it than they are resampled from, so that memory does not grow with the song, and to
 * the bit as in the whole.
 */
export async function decodeMiddle(file: string | Uint8Array, seconds: number): Promise<Stretch> {
  return decodeWith(decodeInWorker, file, typeof file === "string" ? file : "The audio", seconds);
}

/** Both without a further thread, for code that already runs in a worker. */
export async function decodeHere(file: string | Uint8Array, name: string, middle?: number): Promise<Stretch> {
  return decodeWith(decodeCompressed, file, name, middle);
}

async function decodeWith(
  decode: typeof decodeCompressed,
  file: string | Uint8Array,
  name: string,
  middle?: number,
): Promise<Stretch> {
  const asWav = (source: ByteSource) => (isWav(source) ? wavSound(source, name, middle) : undefined);
  const wav = typeof file === "string" ? await withSource(file, asWav) : asWav(sourceOf(file));
  const sound = wav ?? (await compressedSound(decode, file, name, middle));
  checkSound(sound, name);
  return sound;
}

function wavSound(source: ByteSource, name: string, middle: number | undefined): Stretch {
  if (middle !== undefined) return wavMiddle(source, name, middle);
  if (source.length <= LARGEST) return readWav(source.part(0, source.length), name);
  throw new AlcapError("input", `${name} is too long to be held in memory as a whole.`, "Cut it, or take its middle only.");
}

async function compressedSound(
  decode: typeof decodeCompressed,
  file: string | Uint8Array,
  name: string,
  middle: number | undefined,
): Promise<Stretch> {
  const bytes = typeof file === "string" ? readBytes(file, { most: LARGEST }) : file;
  const format = sniffFormat(bytes);
  if (format && format !== "wav") return decode(bytes, format, name, middle);
  throw new AlcapError(
    "input",
    `${name} is not mp3, wav, flac or ogg audio.`,
    "Give a song in one of these formats; its content counts, not its name.",
  );
}

/** What the worker in compressed/decode-worker.ts is given, and what it answers. */
export interface DecodeTask {
  readonly bytes: Uint8Array;
  readonly format: Compressed;
  readonly name: string;
  readonly middle?: number | undefined;
}
export type DecodeAnswer = Stretch | { readonly refused: string };

async function decodeInWorker(bytes: Uint8Array, format: Compressed, name: string, middle?: number): Promise<Stretch> {
  let answer: DecodeAnswer | undefined;
  const worker = path.join(__dirname, "compressed", "decode-worker.js");
  await inWorkers<DecodeTask, DecodeAnswer | undefined>(worker, [{ bytes, format, name, middle }], {
    threads: 1,
    what: "Decoding",
    patience: PATIENCE + PATIENCE_PER_BYTE * bytes.length,
    lost: () => undefined,
    finished: (given) => {
      answer = given;
    },
  });
  if (!answer) throw undecodable(name, format);
  if ("refused" in answer) throw new AlcapError("input", answer.refused, "");
  return answer;
}

function checkSound({ sampleRate, channels }: Audio, name: string): void {
  if (!channels[0]?.length)
    throw new AlcapError("input", `${name} holds no sound.`, "Give a file with at least a fraction of a second of audio.");
  checkRate(sampleRate, name);
  for (const channel of channels)
    for (const sample of channel) {
      if (!Number.isFinite(sample))
        throw new AlcapError("input", `${name} holds samples that are not numbers.`, "The file is damaged; export it again.");
      if (Math.abs(sample) > LOUDEST)
        throw new AlcapError("input", `${name} holds a sample of ${sample}, and full scale is 1.`, "Export it as 16-bit PCM.");
    }
}
