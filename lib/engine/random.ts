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

/** Words in a row of a mask's draw. A row decides twice as many elements: the words' high halves the first, the low halves the others. */
export const MASK_ROW = 1024;
export const MASK_ROUNDS = 3;

/** The two 32-bit keys of a mask, from its Philox block; the second is odd. */
export function maskKeys({ seed, step, site }: MaskAddress): [number, number] {
  const block = new Uint32Array(4);
  philox4x32(block, [0, 0, site, step], seed, 0);
  return [block[0]! | 0, block[1]! | 1];
}

/** Of the 65,536 values of half a word, how many drop an element. */
export const droppedValues = (rate: number): number => Math.round(rate * 0x10000);

/**
 * Fills `mask` with 0 with probability `rate` (to 2^-17) and `1 / (1 − rate)` otherwise, independently for each element.
 * Word i of the draw is a hash of key 0 + i: three rounds of h ← h (2h + key 1), the nonlinear step of RC6 (Rivest et al. 1998),
 * and h ← h + ⌊h / 2^16⌋. It needs sums, products and quotients of 32-bit integers only, which every provider has, where bitwise
 * ops are missing on WebGPU; so a graph draws the same bits (graph/masks.ts). The words of consecutive masks pass the 20 of
 * dieharder's tests that were run on them.
 */
export function fillMask(mask: Float32Array, rate: number, address: MaskAddress): void {
  const [key0, key1] = maskKeys(address);
  const bits = new Int32Array(mask.buffer, mask.byteOffset, mask.length);
  const kept = new Int32Array(Float32Array.of(1 / (1 - rate)).buffer)[0]!;
  const dropped = droppedValues(rate);
  const row = new Int32Array(2 * MASK_ROW);
  for (let at = 0; at < bits.length; at += row.length) {
    fillRow(row, (key0 + at / 2) | 0, key1, dropped, kept);
    bits.set(at + row.length <= bits.length ? row : row.subarray(0, bits.length - at), at);
  }
}

const round = (h: number, key: number): number => {
  const product = Math.imul(h, ((h << 1) + key) | 0);
  return (product + (product >>> 16)) | 0;
};

/** One row of a mask as the bits of its floats; without branches, which would be mispredicted at the dropout rate. */
function fillRow(row: Int32Array, start: number, key: number, dropped: number, kept: number): void {
  for (let i = 0; i < MASK_ROW; i++) {
    // Written out, as the JIT does not unroll: MASK_ROUNDS of them.
    const h = round(round(round((start + i) | 0, key), key), key);
    row[i] = kept & ((dropped - 1 - (h >>> 16)) >> 31);
    row[MASK_ROW + i] = kept & ((dropped - 1 - (h & 0xffff)) >> 31);
  }
}
