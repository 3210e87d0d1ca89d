import { readFile } from "node:fs/promises";
import { AlcapError } from "../../errors";
import { type AudioFormat, findMpegFrame, id3Length, sniffFormat } from "./format";
import { readWav } from "./wav";

/** Decoded sound. */
export interface Audio {
  /** Hz */
  readonly sampleRate: number;
  /** One array a channel, all of one length, full scale at ±1. */
  readonly channels: readonly Float32Array[];
}

/** What the wasm decoders give. */
interface Decoded {
  readonly sampleRate: number;
  readonly channelData: readonly Float32Array[];
}

/** Rates beyond these are damage, not sound. */
const LOWEST_RATE = 4000;
const HIGHEST_RATE = 768000;

/**
 * Decodes mp3, wav, flac and ogg (vorbis, opus, flac), told apart by content. A file that is cut short gives what it holds.
 *
 * @param file a path, or the file's bytes
 * @param name what the file is called in messages when bytes are given
 * @throws AlcapError `input` when there is no such file, it is no audio of these formats, or nothing in it can be decoded
 */
export async function decodeAudio(
  file: string | Uint8Array,
  name = typeof file === "string" ? file : "The audio",
): Promise<Audio> {
  const bytes = typeof file === "string" ? await readAudioFile(file) : file;
  const format = sniffFormat(bytes);
  if (!format)
    throw new AlcapError(
      "input",
      `${name} is not mp3, wav, flac or ogg audio.`,
      "Give a song in one of these formats; the file's name does not matter, its content does.",
    );
  const audio = format === "wav" ? readWav(bytes, name) : await decodeCompressed(bytes, format, name);
  checkSound(audio, name);
  return audio;
}

/** Reads a whole file, with the everyday failures said plainly. */
export async function readAudioFile(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    const problem =
      code === "ENOENT" ? "There is no file" : code === "EISDIR" ? "A folder stands where a song was expected:" : "Cannot read";
    throw new AlcapError("input", `${problem} ${path}.`, "Give the path of an mp3, wav, flac or ogg file.", { cause });
  }
}

async function decodeCompressed(bytes: Uint8Array, format: AudioFormat, name: string): Promise<Audio> {
  let decoded: Decoded;
  try {
    decoded = await decoders[format === "wav" ? "mp3" : format](bytes);
  } catch (cause) {
    throw undecodable(name, format, cause);
  }
  const length = Math.min(...decoded.channelData.map((channel) => channel.length));
  if (!(length > 0 && length < Infinity)) throw undecodable(name, format);
  return { sampleRate: decoded.sampleRate, channels: decoded.channelData.map((channel) => channel.subarray(0, length)) };
}

/** The wasm decoders are ES modules and each is loaded only when a file needs it. */
const decoders: Readonly<Record<Exclude<AudioFormat, "wav">, (bytes: Uint8Array) => Promise<Decoded>>> = {
  mp3: async (bytes) => {
    const { MPEGDecoder } = await import("mpg123-decoder");
    const decoder = new MPEGDecoder();
    await decoder.ready;
    const first = findMpegFrame(bytes, id3Length(bytes)) ?? 0; // past cover art, which can look like sound
    return freeing(decoder, decoder.decode(bytes.subarray(first)));
  },
  flac: (bytes) => decodeFlac(bytes),
  "ogg-flac": (bytes) => decodeFlac(bytes),
  "ogg-vorbis": async (bytes) => {
    const { OggVorbisDecoder } = await import("@wasm-audio-decoders/ogg-vorbis");
    const decoder = new OggVorbisDecoder();
    await decoder.ready;
    return freeing(decoder, decoder.decodeFile(bytes));
  },
  "ogg-opus": async (bytes) => {
    const { OggOpusDecoder } = await import("ogg-opus-decoder");
    const decoder = new OggOpusDecoder();
    await decoder.ready;
    return freeing(decoder, decoder.decodeFile(bytes));
  },
};

async function decodeFlac(bytes: Uint8Array): Promise<Decoded> {
  const { FLACDecoder } = await import("@wasm-audio-decoders/flac");
  const decoder = new FLACDecoder();
  await decoder.ready;
  return freeing(decoder, decoder.decodeFile(bytes));
}

/** Gives the decoder's memory back once its result, which is a copy, is there. */
async function freeing(decoder: { free(): void }, work: Decoded | Promise<Decoded>): Promise<Decoded> {
  try {
    return await work;
  } finally {
    decoder.free();
  }
}

function undecodable(name: string, format: AudioFormat, cause?: unknown): AlcapError {
  return new AlcapError(
    "input",
    `Nothing in ${name} can be decoded as ${format}.`,
    "The file is damaged or cut short at its start; get it again.",
    { cause },
  );
}

function checkSound({ sampleRate, channels }: Audio, name: string): void {
  if (!channels[0]?.length)
    throw new AlcapError("input", `${name} holds no sound.`, "Give a file with at least a fraction of a second of audio.");
  if (!(sampleRate >= LOWEST_RATE && sampleRate <= HIGHEST_RATE))
    throw new AlcapError("input", `${name} claims a sampling rate of ${sampleRate} Hz.`, "The file is damaged; get it again.");
  for (const channel of channels)
    if (!channel.every(Number.isFinite))
      throw new AlcapError("input", `${name} holds samples that are not numbers.`, "The file is damaged; export it again.");
}
