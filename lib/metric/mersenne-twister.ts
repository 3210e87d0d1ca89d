/**
 * MT19937 (Matsumoto and Nishimura, 1998) with the seeding of NumPy's `np.random.seed(seed)`, so that HuggingFace's resampling can be repeated draw by draw.
 * Everything else in the project draws from seedrandom.
 *
 * @param seed whole number from 0 to 2³² − 1
 * @returns a function that gives the next 32-bit word, 0 to 2³² − 1
 */
export function mersenneTwister(seed: number): () => number {
  const state = new Uint32Array(624);
  state[0] = seed;
  for (let i = 1; i < 624; i++) {
    const before = state[i - 1]! ^ (state[i - 1]! >>> 30);
    state[i] = Math.imul(before, 1812433253) + i;
  }
  let place = 624;
  return () => {
    if (place === 624) {
      twist(state);
      place = 0;
    }
    let word = state[place++]!;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  };
}

function twist(state: Uint32Array): void {
  for (let i = 0; i < 624; i++) {
    const joined = (state[i]! & 0x80000000) | (state[(i + 1) % 624]! & 0x7fffffff);
    state[i] = state[(i + 397) % 624]! ^ (joined >>> 1) ^ (joined & 1 ? 0x9908b0df : 0);
  }
}

/**
 * A function that draws whole numbers from 0 to `count − 1` as `np.random.choice(count)` does: bits beyond the smallest sufficient mask
 * are dropped, and numbers too large are drawn again.
 */
export function numpyChoice(words: () => number, count: number): () => number {
  if (count === 1) return () => 0;
  const mask = 0xffffffff >>> Math.clz32(count - 1);
  return () => {
    let draw = (words() & mask) >>> 0;
    while (draw >= count) draw = (words() & mask) >>> 0;
    return draw;
  };
}
