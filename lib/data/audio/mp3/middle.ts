import { mpegFrameLength, sameStream } from "./frames";

/** The frames of an mp3 that decode its middle, and what to do with what comes out. */
export interface MiddleFrames {
  /** Bytes of the stream. */
  readonly from: number;
  readonly to: number;
  /** Decoded samples at the start that are wrong, for want of what comes before them. */
  readonly skip: number;
  readonly whole: { readonly start: number; readonly length: number };
}

/** Beside what is wanted, seconds: the resampler's blocks reach so far. */
const MARGIN = 1;
/** Frames decoded first, for what later ones take from them: a frame's data can start 511 bytes early, its overlap one frame. */
const LEAD = 16;
/** mpg123's synthesis window moves on with every frame and is where it was after four; its sums are rounded accordingly. */
const WINDOW_CYCLE = 4;
/** Last frames that are left alone: the encoder's padding, 4,095 samples at most. */
const END = 8;
/** Samples by which any decoder of layer 3 is late. */
const DECODER_DELAY = 529;

/**
 * Finds the frames that give the middle `seconds` of an mp3, to the bit as decoding all of it would. Undefined where that is not certain:
 * a stream whose tag does not tell its frames and its encoder's delay as the frames themselves do, another layer, damage, or a short song.
 *
 * @param bytes the stream from its first frame on
 */
export function middleFrames(bytes: Uint8Array, seconds: number): MiddleFrames | undefined {
  const tag = readTag(bytes);
  const places = tag && framePlaces(bytes);
  if (!places || places.length !== tag.frames + 1) return undefined;
  const { perFrame, sampleRate } = tag;
  const late = tag.delay + DECODER_DELAY;
  const length = tag.frames * perFrame - tag.delay - tag.padding;
  const half = Math.ceil((seconds / 2 + MARGIN) * sampleRate);
  // Frame f holds the song's samples from (f − 1) · perFrame − late on: frame 0 is the tag.
  const frameAt = (sample: number) => Math.floor((sample + late) / perFrame) + 1;
  const first = frameAt(length / 2 - half);
  const wanted = first - LEAD;
  const from = wanted - ((wanted - 1) % WINDOW_CYCLE);
  const to = frameAt(length / 2 + half) + 1;
  if (from < 1 || to + END > tag.frames) return undefined;
  const start = (first - 1) * perFrame - late;
  return { from: places[from]!, to: places[to]!, skip: (first - from) * perFrame, whole: { start, length } };
}

/** What an encoder of the LAME family says in the first frame, which has no sound. */
function readTag(bytes: Uint8Array) {
  const [, kind = 0, rates = 0, mode = 0] = bytes;
  if (((kind >> 1) & 3) !== 1) return undefined; // layer 3
  const newest = ((kind >> 3) & 3) === 3;
  const mono = mode >> 6 === 3;
  const at = 4 + (newest ? (mono ? 17 : 32) : mono ? 9 : 17);
  const text = (from: number, length: number) => String.fromCharCode(...bytes.subarray(from, from + length));
  const flags = bytes[at + 7] ?? 0;
  // Frames, bytes, table and quality stand before the encoder's name.
  if (!/^(Xing|Info)$/.test(text(at, 4)) || (flags & 15) !== 15 || !/^(LAME|Lavc|Lavf)$/.test(text(at + 120, 4)))
    return undefined;
  const frames = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at + 8);
  const [a = 0, b = 0, c = 0] = bytes.subarray(at + 141, at + 144);
  const hertz = [44100, 48000, 32000][(rates >> 2) & 3] ?? 0;
  const sampleRate = newest ? hertz : hertz >> (((kind >> 3) & 3) === 2 ? 1 : 2);
  return { frames, delay: (a << 4) | (b >> 4), padding: ((b & 15) << 8) | c, perFrame: newest ? 1152 : 576, sampleRate };
}

/** Bytes that may follow the last frame: an ID3v1 tag, with its older extension. */
const TAILS = [0, 128, 128 + 227];

/** Where frames start, when they follow each other to the end of the file. */
function framePlaces(bytes: Uint8Array): number[] | undefined {
  const places: number[] = [];
  let at = 0;
  while (at + 4 <= bytes.length) {
    const length = mpegFrameLength(bytes, at);
    if (length === undefined || !sameStream(bytes, 0, at)) break;
    places.push(at);
    at += length;
  }
  return TAILS.includes(bytes.length - at) ? places : undefined;
}
