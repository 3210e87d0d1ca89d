import { AlcapError } from "../../errors";
import { type ByteSource, sourceOf } from "../../files/read";
import { middleSpan } from "./middle";
import type { Span } from "./resample";
import { type Audio, type Stretch, toMono } from "./sound";

const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;

interface WavFormat {
  readonly coding: number;
  readonly channels: number;
  readonly sampleRate: number;
  readonly bits: number;
  readonly frameBytes: number;
}

/** Samples of a WAV file, and where they are. */
interface WavData extends WavFormat {
  readonly source: ByteSource;
  /** Byte of the first frame. */
  readonly start: number;
  readonly frames: number;
}

/** Frames that are decoded at once, bytes. */
const BLOCK = 1 << 20;

/** True for what begins like a WAV file. */
export const isWav = (source: ByteSource): boolean => textAt(source, 0) === "RIFF" && textAt(source, 8) === "WAVE";

const textAt = (source: ByteSource, at: number) => String.fromCharCode(...source.part(at, at + 4));

function viewOf(source: ByteSource, start: number, end: number): DataView {
  const { buffer, byteOffset, byteLength } = source.part(start, end);
  return new DataView(buffer, byteOffset, byteLength);
}

/**
 * Reads a WAV file: PCM of 8, 16, 24 or 32 bits and float of 32 or 64 bits, any number of channels. A data chunk that the file
 * ends within (a recording cut short, or a length left at 0 or −1 by a streaming writer) is read as far as it goes.
 *
 * @throws AlcapError `input` when it is not such a file
 */
export function readWav(bytes: Uint8Array, name: string): Audio {
  const data = findData(sourceOf(bytes), name);
  const channels = Array.from({ length: data.channels }, () => new Float32Array(data.frames));
  for (const { at, block } of blocks(data, { start: 0, length: data.frames }))
    for (const [c, channel] of block.entries()) channels[c]!.set(channel, at);
  return { sampleRate: data.sampleRate, channels };
}

/** How many frames a WAV file has. Throws `AlcapError` as `readWav`. */
export const wavFrames = (source: ByteSource, name: string): number => findData(source, name).frames;

/** What the middle `seconds` of a WAV file are made from, mono; nothing else of the file is read. Throws `AlcapError` as `readWav`. */
export function wavMiddle(source: ByteSource, name: string, seconds: number): Stretch {
  const data = findData(source, name);
  const { sampleRate, frames: length } = data;
  const span = middleSpan(length, sampleRate, seconds, name);
  const mono = new Float32Array(span.length);
  for (const { at, block } of blocks(data, span)) mono.set(toMono({ channels: block }), at - span.start);
  return { sampleRate, channels: [mono], whole: { start: span.start, length } };
}

/** The sound of some frames, block by block, channel by channel. */
function* blocks(data: WavData, { start, length }: Span): Generator<{ readonly at: number; readonly block: Float32Array[] }> {
  const { source, channels, bits, frameBytes } = data;
  const size = Math.max(1, Math.floor(BLOCK / frameBytes));
  for (let at = start; at < start + length; at += size) {
    const frames = Math.min(size, start + length - at);
    const from = data.start + at * frameBytes;
    const view = viewOf(source, from, from + frames * frameBytes);
    const read = sampleReader(view, data);
    const block = Array.from({ length: channels }, (_, c) => {
      const samples = new Float32Array(frames);
      for (let i = 0, place = (c * bits) / 8; i < frames; i++, place += frameBytes) samples[i] = read(place);
      return samples;
    });
    yield { at, block };
  }
}

function findData(source: ByteSource, name: string): WavData {
  let format: WavFormat | undefined;
  for (let at = 12; at + 8 <= source.length; ) {
    const id = textAt(source, at);
    const size = viewOf(source, at + 4, at + 8).getUint32(0, true);
    const start = at + 8;
    if (id === "fmt ") format = readFormat(source, start, size, name);
    if (id === "data") {
      if (!format) throw bad(name, "is a WAV file whose format comes after its data");
      const streamed = size === 0 || start + size > source.length;
      const end = streamed ? source.length : start + size;
      return { ...format, source, start, frames: Math.floor((end - start) / format.frameBytes) };
    }
    at = start + size + (size & 1);
  }
  throw bad(name, "is a WAV file without sound data");
}

function readFormat(source: ByteSource, start: number, size: number, name: string): WavFormat {
  if (size < 16 || start + size > source.length) throw bad(name, "is a WAV file with a broken format chunk");
  const view = viewOf(source, start, start + Math.min(size, 26));
  const tag = view.getUint16(0, true);
  const channels = view.getUint16(2, true);
  const sampleRate = view.getUint32(4, true);
  const bits = view.getUint16(14, true);
  const coding = tag === EXTENSIBLE && size >= 26 ? view.getUint16(24, true) : tag;
  const known = (coding === PCM && [8, 16, 24, 32].includes(bits)) || (coding === FLOAT && [32, 64].includes(bits));
  if (!known)
    throw bad(name, `is a WAV file with coding ${coding} at ${bits} bits, which is not read`, "Convert it to 16-bit PCM.");
  if (channels === 0) throw bad(name, "is a WAV file with no channels");
  return { coding, channels, sampleRate, bits, frameBytes: (channels * bits) / 8 };
}

function sampleReader(view: DataView, { coding, bits }: WavFormat): (at: number) => number {
  if (coding === FLOAT) return bits === 32 ? (at) => view.getFloat32(at, true) : (at) => view.getFloat64(at, true);
  if (bits === 8) return (at) => (view.getUint8(at) - 128) / 128; // the one unsigned width
  if (bits === 16) return (at) => view.getInt16(at, true) / 2 ** 15;
  if (bits === 24) return (at) => (view.getUint16(at, true) + view.getInt8(at + 2) * 2 ** 16) / 2 ** 23;
  return (at) => view.getInt32(at, true) / 2 ** 31;
}

/**
 * Writes mono 16-bit PCM, full scale at ±1; louder samples are clipped.
 *
 * @param sampleRate Hz
 */
export function writeWav(samples: Float32Array, sampleRate: number): Uint8Array {
  const bytes = new Uint8Array(44 + 2 * samples.length);
  const view = new DataView(bytes.buffer);
  const encoder = new TextEncoder();
  bytes.set(encoder.encode("RIFF"), 0);
  view.setUint32(4, 36 + 2 * samples.length, true);
  bytes.set(encoder.encode("WAVEfmt "), 8);
  view.setUint32(16, 16, true); // bytes of the format chunk
  view.setUint16(20, PCM, true);
  view.setUint16(22, 1, true); // channels
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, 2 * sampleRate, true); // bytes a second
  view.setUint16(32, 2, true); // bytes a frame
  view.setUint16(34, 16, true); // bits
  bytes.set(encoder.encode("data"), 36);
  view.setUint32(40, 2 * samples.length, true);
  for (let i = 0; i < samples.length; i++) {
    const level = Math.round(samples[i]! * 2 ** 15);
    view.setInt16(44 + 2 * i, Math.max(-(2 ** 15), Math.min(2 ** 15 - 1, level)), true);
  }
  return bytes;
}

function bad(name: string, problem: string, advice = "Give a file that a player can open."): AlcapError {
  return new AlcapError("input", `${name} ${problem}.`, advice);
}
