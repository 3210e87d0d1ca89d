import { findOggStream, type OggFormat } from "./ogg";

/** What a file holds, told from its bytes. */
export type AudioFormat = "wav" | "mp3" | "flac" | OggFormat;

/**
 * Tells the format by content: a wrong extension does not matter, and a text file is no audio whatever its name.
 *
 * @returns undefined when it is none of the formats that are read
 */
export function sniffFormat(bytes: Uint8Array): AudioFormat | undefined {
  const at = id3Length(bytes);
  if (hasText(bytes, 0, "RIFF") && hasText(bytes, 8, "WAVE")) return "wav";
  if (hasText(bytes, at, "fLaC")) return "flac";
  if (hasText(bytes, 0, "OggS")) return findOggStream(bytes)?.format;
  return findMpegFrame(bytes, at) === undefined ? undefined : "mp3";
}

function hasText(bytes: Uint8Array, offset: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[offset + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** Bytes of an ID3v2 tag at the start of a file, 0 when there is none. */
export function id3Length(bytes: Uint8Array): number {
  if (!hasText(bytes, 0, "ID3") || bytes.length < 10) return 0;
  const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(6, 10);
  const footer = (bytes[5] ?? 0) & 0x10 ? 10 : 0;
  return 10 + ((a & 0x7f) << 21) + ((b & 0x7f) << 14) + ((c & 0x7f) << 7) + (d & 0x7f) + footer;
}

/** How far past the tag a first frame may stand; encoders leave padding or a stale tag there. */
const SEARCH = 1 << 16;

/**
 * The offset of the first MPEG audio frame that is followed by another of the same kind, or that ends the file:
 * two bytes alone look like a frame far too often.
 */
export function findMpegFrame(bytes: Uint8Array, from: number): number | undefined {
  const last = Math.min(bytes.length - 4, from + SEARCH);
  for (let at = from; at <= last; at++) {
    const length = mpegFrameLength(bytes, at);
    if (length === undefined) continue;
    const next = at + length;
    if (next === bytes.length || (mpegFrameLength(bytes, next) !== undefined && sameStream(bytes, at, next))) return at;
  }
  return undefined;
}

/** Version, layer and sampling rate stay the same in a stream; bit rate and padding may change. */
function sameStream(bytes: Uint8Array, a: number, b: number): boolean {
  return bytes[a + 1]! >> 1 === bytes[b + 1]! >> 1 && (bytes[a + 2]! & 0x0c) === (bytes[b + 2]! & 0x0c);
}

const V1_L1 = [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448];
const V1_L2 = [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384];
const V1_L3 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const V2_L1 = [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256];
const V2_L23 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];

/** Bytes of the MPEG-1, 2 or 2.5 frame whose header is at `at`, undefined when there is no valid header. */
function mpegFrameLength(bytes: Uint8Array, at: number): number | undefined {
  const [sync = 0, kind = 0, rates = 0] = bytes.subarray(at, at + 3);
  if (sync !== 0xff || kind < 0xe0) return undefined;
  const version = (kind >> 3) & 3; // 0: MPEG-2.5, 2: MPEG-2, 3: MPEG-1
  const layer = 4 - ((kind >> 1) & 3);
  const kilobits = [
    [V1_L1, V1_L2, V1_L3],
    [V2_L1, V2_L23, V2_L23],
  ][version === 3 ? 0 : 1]?.[layer - 1]?.[rates >> 4];
  const hertz = [44100, 48000, 32000][(rates >> 2) & 3];
  if (version === 1 || !kilobits || !hertz) return undefined;
  const sampleRate = hertz >> (3 - version === 3 ? 2 : 3 - version);
  const padding = (rates >> 1) & 1;
  if (layer === 1) return (Math.floor((12000 * kilobits) / sampleRate) + padding) * 4;
  const samplesPerByte = layer === 3 && version !== 3 ? 72000 : 144000;
  return Math.floor((samplesPerByte * kilobits) / sampleRate) + padding;
}
