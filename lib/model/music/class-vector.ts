/**
 * The released code's class vector: `numpy.random.seed(0); numpy.random.random(width)`, uniform in [0, 1).
 * Drawn by the same generator (Mersenne Twister 19937, 53-bit doubles), so any width gives NumPy's own numbers.
 */
export function classVector(width: number): Float32Array {
  const next = mersenneTwister(0);
  return Float32Array.from({ length: width }, () => {
    const high = next() >>> 5;
    const low = next() >>> 6;
    return (high * 67_108_864 + low) / 9_007_199_254_740_992;
  });
}

/** MT19937 (Matsumoto and Nishimura 1998): 32-bit integers. */
function mersenneTwister(seed: number): () => number {
  const N = 624;
  const M = 397;
  const state = new Uint32Array(N);
  state[0] = seed;
  for (let i = 1; i < N; i++) {
    const previous = state[i - 1]! ^ (state[i - 1]! >>> 30);
    state[i] = Math.imul(1_812_433_253, previous) + i;
  }
  let used = N;
  const refill = () => {
    for (let i = 0; i < N; i++) {
      const y = (state[i]! & 0x80000000) | (state[(i + 1) % N]! & 0x7fffffff);
      state[i] = state[(i + M) % N]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    used = 0;
  };
  return () => {
    if (used === N) refill();
    let y = state[used++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  };
}
