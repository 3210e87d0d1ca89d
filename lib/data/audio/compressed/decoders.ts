import { AlcapError } from "../../../errors";
import { type AudioFormat, id3Length } from "../format";
import { findMpegFrame } from "../mp3/frames";
import { middleFrames } from "../mp3/middle";
import type { Audio, Stretch } from "../sound";
import { findOggStream, isolateStream } from "./ogg";
import { middleOfPieces, type Piece, wholeOfPieces } from "./pieces";

/** Formats that a wasm decoder reads. */
export type Compressed = Exclude<AudioFormat, "wav">;

/** Drops what the decoders tell the console of damaged files: for worker threads that decode. */
export function muteConsole(): void {
  for (const name of ["log", "warn", "error"] as const) console[name] = () => {};
}

/**
 * Decodes in the calling thread. The decoders write to the console when a file is damaged, so this runs in worker threads only.
 *
 * @param middle where only the middle so many seconds are wanted: then memory does not grow with the song, and what comes is mono
 * @throws AlcapError `input` when nothing in the file can be decoded
 */
export async function decodeCompressed(bytes: Uint8Array, format: Compressed, name: string, middle?: number): Promise<Stretch> {
  const sound = await decodeAs(bytes, format, name, middle).catch((cause: unknown) => {
    throw cause instanceof AlcapError ? cause : undecodable(name, format, cause);
  });
  if (sound.channels[0]?.length) return sound;
  throw undecodable(name, format);
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

async function decodeAs(bytes: Uint8Array, format: Compressed, name: string, seconds?: number): Promise<Audio> {
  const stream = findOggStream(bytes);
  const song = stream
    ? isolateStream(bytes, stream)
    : bytes.subarray(format === "mp3" ? (findMpegFrame(bytes, id3Length(bytes)) ?? 0) : 0); // past cover art, which can look like sound
  if (seconds === undefined) return wholeOfPieces(piecesOf(song, format), name);
  const frames = format === "mp3" ? middleFrames(song, seconds) : undefined;
  if (!frames) return middleOfPieces(() => piecesOf(song, format), seconds, name);
  const part = await wholeOfPieces(piecesOf(song.subarray(frames.from, frames.to), format), name);
  const channels = part.channels.map((channel) => channel.subarray(frames.skip));
  return { ...part, channels, whole: frames.whole } as Stretch;
}

/** A wasm decoder that takes a song piece by piece. */
interface Decoder {
  readonly ready: Promise<void>;
  decode(bytes: Uint8Array): Piece | Promise<Piece>;
  /** What it has held back. */
  flush?(): Promise<Piece>;
  free(): void;
}

/** The decoders are ES modules; each is loaded only when a file needs it. */
const DECODERS: Readonly<Record<Compressed, () => Promise<Decoder>>> = {
  mp3: async () => new (await import("mpg123-decoder")).MPEGDecoder(),
  flac: async () => new (await import("@wasm-audio-decoders/flac")).FLACDecoder(),
  "ogg-flac": async () => new (await import("@wasm-audio-decoders/flac")).FLACDecoder(),
  "ogg-vorbis": async () => new (await import("@wasm-audio-decoders/ogg-vorbis")).OggVorbisDecoder(),
  "ogg-opus": async () => new (await import("ogg-opus-decoder")).OggOpusDecoder(),
};

/** Bytes that are decoded at once. The other formats can make 65,535 samples, in eight channels, of 34 bytes; an mp3 has a lowest bit rate. */
const pieceSize = (format: Compressed) => (format === "mp3" ? 1 << 16 : 1 << 9);

/** Decodes a song from start to end; each piece is the caller's. */
async function* piecesOf(song: Uint8Array, format: Compressed): AsyncGenerator<Piece> {
  const decoder = await DECODERS[format]();
  await decoder.ready;
  try {
    const size = pieceSize(format);
    for (let at = 0; at < song.length; at += size) yield await decoder.decode(song.subarray(at, at + size));
    if (decoder.flush) yield await decoder.flush();
  } finally {
    decoder.free();
  }
}
