import { AlcapError } from "../../errors";
import { type AudioFormat, id3Length } from "./format";
import { findMpegFrame } from "./mp3/frames";
import { middleFrames } from "./mp3/middle";
import { findOggStream, isolateStream } from "./ogg";
import type { Stretch } from "./sound";

/** Formats that a wasm decoder reads. */
export type Compressed = Exclude<AudioFormat, "wav">;

/** What the wasm decoders give. */
interface Decoded {
  readonly sampleRate: number;
  readonly channelData: readonly Float32Array[];
  readonly whole?: NonNullable<Stretch["whole"]>;
}

/** Drops what the decoders tell the console of damaged files: for worker threads that decode. */
export function muteConsole(): void {
  for (const name of ["log", "warn", "error"] as const) console[name] = () => {};
}

/**
 * Decodes in the calling thread. The decoders write to the console when a file is damaged, so this runs in worker threads only.
 *
 * @param middle the middle so many seconds are wanted; what else is decoded depends on the format
 * @throws AlcapError `input` when nothing in the file can be decoded
 */
export async function decodeCompressed(bytes: Uint8Array, format: Compressed, name: string, middle?: number): Promise<Stretch> {
  let decoded: Decoded;
  try {
    const stream = findOggStream(bytes);
    decoded = await DECODERS[format](stream ? isolateStream(bytes, stream) : bytes, middle);
  } catch (cause) {
    throw undecodable(name, format, cause);
  }
  const length = Math.min(...decoded.channelData.map((channel) => channel.length));
  if (!(length > 0 && length < Number.POSITIVE_INFINITY)) throw undecodable(name, format);
  const { sampleRate, whole } = decoded;
  return { sampleRate, channels: decoded.channelData.map((channel) => channel.subarray(0, length)), ...(whole && { whole }) };
}

/** Said of a file whose kind is known but whose content makes no sound. */
export function undecodable(name: string, format: Compressed, cause?: unknown): AlcapError {
  return new AlcapError(
    "input",
    `Nothing in ${name} can be decoded as ${format}.`,
    "The file is damaged or cut short; get it again.",
    { cause },
  );
}

/** The decoders are ES modules; each is loaded only when a file needs it. */
const DECODERS: Readonly<Record<Compressed, (bytes: Uint8Array, middle?: number) => Promise<Decoded>>> = {
  mp3: async (bytes, seconds) => {
    const { MPEGDecoder } = await import("mpg123-decoder");
    const song = bytes.subarray(findMpegFrame(bytes, id3Length(bytes)) ?? 0); // past cover art, which can look like sound
    const middle = seconds === undefined ? undefined : middleFrames(song, seconds);
    return using(new MPEGDecoder(), (decoder): Decoded => {
      if (!middle) return decoder.decode(song);
      const { sampleRate, channelData } = decoder.decode(song.subarray(middle.from, middle.to));
      return { sampleRate, channelData: channelData.map((channel) => channel.subarray(middle.skip)), whole: middle.whole };
    });
  },
  flac: decodeFlac,
  "ogg-flac": decodeFlac,
  "ogg-vorbis": async (bytes) => {
    const { OggVorbisDecoder } = await import("@wasm-audio-decoders/ogg-vorbis");
    return using(new OggVorbisDecoder(), (decoder) => decoder.decodeFile(bytes));
  },
  "ogg-opus": async (bytes) => {
    const { OggOpusDecoder } = await import("ogg-opus-decoder");
    return using(new OggOpusDecoder(), (decoder) => decoder.decodeFile(bytes));
  },
};

async function decodeFlac(bytes: Uint8Array): Promise<Decoded> {
  const { FLACDecoder } = await import("@wasm-audio-decoders/flac");
  return using(new FLACDecoder(), (decoder) => decoder.decodeFile(bytes));
}

/** Gives the decoder's memory back once its result, which is a copy, is there. */
async function using<D extends { readonly ready: Promise<void>; free(): void }>(
  decoder: D,
  work: (decoder: D) => Decoded | Promise<Decoded>,
): Promise<Decoded> {
  await decoder.ready;
  try {
    return await work(decoder);
  } finally {
    decoder.free();
  }
}
