import { AlcapError } from "../../../errors";
import { middleSpan } from "../middle";
import type { Audio, Stretch } from "../sound";
import { toMono } from "../sound";

/** A piece of a song as its decoder gives it; without channels where nothing came out yet. */
export interface Piece {
  readonly sampleRate: number;
  readonly channelData: readonly Float32Array[];
}

/** Samples that are held while it is not known how many follow: six minutes of one channel at 44.1 kHz, 64 MiB. */
const HELD = 1 << 24;
/** Samples of all channels that a song held as a whole may have, 256 MiB. */
const MOST = 1 << 26;

const tooLong = (name: string) =>
  new AlcapError("input", `${name} is too long to be held in memory as a whole.`, "Cut it, or take its middle only.");

/** Pieces with sound in them. A later piece's sampling rate holds for the song, as the decoders take it. */
async function* sounding(pieces: AsyncIterable<Piece>): AsyncGenerator<Audio> {
  for await (const { sampleRate, channelData } of pieces) {
    const length = Math.min(...channelData.map((channel) => channel.length));
    if (length > 0 && length < Number.POSITIVE_INFINITY)
      yield { sampleRate, channels: channelData.map((channel) => channel.subarray(0, length)) };
  }
}

/** All of a song, channel by channel. Throws `AlcapError` "input" where that would take more memory than there may be. */
export async function wholeOfPieces(pieces: AsyncIterable<Piece>, name: string): Promise<Audio> {
  const parts: Audio[] = [];
  let samples = 0;
  for await (const part of sounding(pieces)) {
    samples += part.channels.length * part.channels[0]!.length;
    if (samples > MOST) throw tooLong(name);
    parts.push(part);
  }
  const count = Math.min(...parts.map(({ channels }) => channels.length));
  const channels = Array.from({ length: parts.length === 0 ? 0 : count }, (_, c) =>
    joined(parts.map((part) => part.channels[c]!)),
  );
  return { sampleRate: parts.at(-1)?.sampleRate ?? 0, channels };
}

/** One channel, the mean of all, of the samples from `start` up to `end`; and how many samples the song has. */
async function monoOf(pieces: AsyncIterable<Piece>, start: number, end: number) {
  const parts: Float32Array[] = [];
  let sampleRate = 0;
  let length = 0;
  for await (const piece of sounding(pieces)) {
    const mono = toMono(piece);
    const [from, to] = [Math.max(0, start - length), Math.min(mono.length, end - length)];
    if (from < to) parts.push(mono.slice(from, to));
    length += mono.length;
    sampleRate = piece.sampleRate;
  }
  return { sampleRate, length, parts };
}

/**
 * What the middle `seconds` of a song are made from, mono. A long song is decoded twice: to count its samples, then to keep those that are
 * wanted.
 */
export async function middleOfPieces(pieces: () => AsyncIterable<Piece>, seconds: number, name: string): Promise<Stretch> {
  const first = await monoOf(pieces(), 0, HELD);
  const { sampleRate, length } = first;
  if (length === 0) return { sampleRate, channels: [] };
  const wanted = middleSpan(length, sampleRate, seconds, name);
  const end = wanted.start + wanted.length;
  if (wanted.length > MOST) throw tooLong(name);
  const whole = { start: wanted.start, length };
  if (end <= HELD) return { sampleRate, channels: [joined(first.parts).subarray(wanted.start, end)], whole };
  first.parts.length = 0;
  const { parts } = await monoOf(pieces(), wanted.start, end);
  return { sampleRate, channels: [joined(parts)], whole };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
