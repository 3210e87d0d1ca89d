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
export function sameStream(bytes: Uint8Array, a: number, b: number): boolean {
  return bytes[a + 1]! >> 1 === bytes[b + 1]! >> 1 && (bytes[a + 2]! & 0x0c) === (bytes[b + 2]! & 0x0c);
}

const V1_L1 = [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448];
const V1_L2 = [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384];
const V1_L3 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const V2_L1 = [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256];
const V2_L23 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];

/** Bytes of the MPEG-1, 2 or 2.5 frame whose header is at `at`, undefined when there is no valid header. */
export function mpegFrameLength(bytes: Uint8Array, at: number): number | undefined {
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
