// Counter-based random numbers: any draw can be had from its address (seed, step, site, position), so that a resumed run replays them.

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;
const TWO_TO_MINUS_32 = 2 ** -32;

/**
 * Philox 4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"): four 32-bit numbers for a counter and a key.
 * `counter` [4] is replaced by the result. High words of the 64-bit products come from doubles: a·b is off by at most 2^11,
 * so subtracting the exact low word and rounding gives the exact high word.
 */
export function philox4x32(counter: Uint32Array, key0: number, key1: number): void {
  let a = counter[0]!;
  let b = counter[1]!;
  let c = counter[2]!;
  let d = counter[3]!;
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
  counter[0] = a;
  counter[1] = b;
  counter[2] = c;
  counter[3] = d;
}

/** Address of a dropout mask: which run, which step of it, which dropout call of the step. */
export interface MaskAddress {
  readonly seed: number;
  readonly step: number;
  readonly site: number;
}

/**
 * Fills `mask` with 0 with probability `rate` (to 2^-40) and `1 / (1 − rate)` otherwise, independently for each element.
 * Each byte of a draw decides one element; the one byte value in 256 that the rate falls into is settled by 32 more bits.
 */
export function fillMask(mask: Float32Array, rate: number, { seed, step, site }: MaskAddress): void {
  const whole = Math.floor(rate * 256);
  const rest = (rate * 256 - whole) * 2 ** 32;
  const kept = 1 / (1 - rate);
  const verdicts = Float32Array.from({ length: 256 }, (_, byte) => (byte < whole ? 0 : kept));
  const words = new Uint32Array(4);
  const bytes = new Uint8Array(words.buffer);
  const tie = new Uint32Array(4);
  for (let block = 0, at = 0; at < mask.length; block++) {
    words[0] = block;
    words[1] = 0;
    words[2] = site;
    words[3] = step;
    philox4x32(words, seed, 0);
    const end = Math.min(mask.length, at + 16);
    for (let lane = 0; at < end; lane++, at++) {
      const byte = bytes[lane]!;
      mask[at] = verdicts[byte]!;
      if (byte !== whole) continue;
      tie.set([block, 1 + lane, site, step]);
      philox4x32(tie, seed, 0);
      if (tie[0]! < rest) mask[at] = 0;
    }
  }
}
