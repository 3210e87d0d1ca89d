// Counter-based random numbers: any draw can be had from its address (seed, step, site, position), so that a resumed run replays them.

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;
const TWO_TO_MINUS_32 = 2 ** -32;

/** A 128-bit counter as four 32-bit words. */
export type Counter = readonly [number, number, number, number];

/**
 * Philox 4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"): fills `out` with blocks of four 32-bit
 * numbers, for `counter` and a 64-bit key and then for the counters that follow in its first word.
 * High words of the 64-bit products come from doubles: a·b is off by at most 2^11, so subtracting the exact low word and
 * rounding gives the exact high word.
 */
export function philox4x32(out: Uint32Array, counter: Counter, key0: number, key1: number): void {
  const [first, second, third, fourth] = counter;
  for (let at = 0; at < out.length; at += 4) {
    let a = (first + at / 4) >>> 0;
    let b = second >>> 0;
    let c = third >>> 0;
    let d = fourth >>> 0;
    let k0 = key0 >>> 0;
    let k1 = key1 >>> 0;
    for (let round = 0; round < ROUNDS; round++) {
      const low0 = Math.imul(a, MULTIPLIER_0) >>> 0;
      const low1 = Math.imul(c, MULTIPLIER_1) >>> 0;
      const high0 = ((a * MULTIPLIER_0 - low0) * TWO_TO_MINUS_32 + 0.5) >>> 0;
      const high1 = ((c * MULTIPLIER_1 - low1) * TWO_TO_MINUS_32 + 0.5) >>> 0;
      a = (high1 ^ b ^ k0) >>> 0;
      b = low1;
      c = (high0 ^ d ^ k1) >>> 0;
      d = low0;
      k0 = (k0 + WEYL_0) >>> 0;
      k1 = (k1 + WEYL_1) >>> 0;
    }
    out[at] = a;
    out[at + 1] = b;
    out[at + 2] = c;
    out[at + 3] = d;
  }
}

/** Address of a dropout mask: which run, which step of it, which dropout call of the step. */
export interface MaskAddress {
  readonly seed: number;
  readonly step: number;
  readonly site: number;
}

const BLOCK_BYTES = 16;
const CHUNK_BLOCKS = 1024;

/**
 * Fills `mask` with 0 with probability `rate` (to 2^-40) and `1 / (1 − rate)` otherwise, independently for each element.
 * Each byte of a draw decides one element; the one byte value in 256 that the rate falls into is settled by 32 more bits.
 */
export function fillMask(mask: Float32Array, rate: number, { seed, step, site }: MaskAddress): void {
  const edge = Math.floor(rate * 256);
  const rest = (rate * 256 - edge) * 2 ** 32;
  const kept = 1 / (1 - rate);
  const verdicts = Float32Array.from({ length: 256 }, (_, byte) => (byte < edge ? 0 : kept));
  const words = new Uint32Array(4 * CHUNK_BLOCKS);
  const bytes = new Uint8Array(words.buffer);
  const chunk = CHUNK_BLOCKS * BLOCK_BYTES;
  for (let start = 0; start < mask.length; start += chunk) {
    const count = Math.min(chunk, mask.length - start);
    const blocks = Math.ceil(count / BLOCK_BYTES);
    philox4x32(words.subarray(0, 4 * blocks), [start / BLOCK_BYTES, 0, site, step], seed, 0);
    const part = mask.subarray(start, start + count);
    judge(part, bytes, verdicts);
    if (rest > 0) settleTies(part, bytes.subarray(0, count), { start, edge, rest }, { seed, step, site });
  }
}

/** Looks each byte's verdict up; a function of its own, which the JIT compiles much better than the same loop in place. */
function judge(mask: Float32Array, bytes: Uint8Array, verdicts: Float32Array): void {
  for (let i = 0; i < mask.length; i++) mask[i] = verdicts[bytes[i]!]!;
}

interface Ties {
  readonly start: number;
  /** The byte value that the rate falls into, and how many of its 2^32 parts are below the rate. */
  readonly edge: number;
  readonly rest: number;
}

function settleTies(mask: Float32Array, bytes: Uint8Array, { start, edge, rest }: Ties, { seed, step, site }: MaskAddress): void {
  const more = new Uint32Array(4);
  for (let i = bytes.indexOf(edge); i >= 0; i = bytes.indexOf(edge, i + 1)) {
    philox4x32(more, [start + i, 1, site, step], seed, 0);
    if (more[0]! < rest) mask[i] = 0;
  }
}
