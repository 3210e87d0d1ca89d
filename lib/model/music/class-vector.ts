import { mersenne } from "pure-rand/generator/mersenne";

/**
 * The released code's class vector: `numpy.random.seed(0); numpy.random.random(width)`, uniform in [0, 1).
 * Drawn by the same generator (Mersenne Twister 19937, 53-bit doubles), so any width gives NumPy's own numbers.
 */
export function classVector(width: number): Float32Array {
  const generator = mersenne(0);
  return Float32Array.from({ length: width }, () => {
    const high = generator.next() >>> 5;
    const low = generator.next() >>> 6;
    return (high * 67_108_864 + low) / 9_007_199_254_740_992;
  });
}
