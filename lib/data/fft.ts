import { AlcapError } from "../errors";

/**
 * A discrete Fourier transform of one fixed size, in place on split real and imaginary parts:
 * `X[k] = Σ_n x[n] exp(−2πi kn/N)`, without scaling.
 */
export type Fft = (re: Float64Array, im: Float64Array) => void;

/** The power spectrum `|X[k]|²`, `k = 0 … size/2`, of one real frame; `frame` `[size]`, `power` `[size/2 + 1]`. */
export type PowerSpectrum = (frame: Float64Array, power: Float64Array) => void;

/**
 * Plans a radix-2 transform.
 *
 * @param size a power of two
 * @throws AlcapError `usage` when it is not one
 */
export function planFft(size: number): Fft {
  if (!Number.isInteger(size) || size < 1 || (size & (size - 1)) !== 0)
    throw new AlcapError("usage", `An FFT of ${size} points was asked for.`, "Use a power of two, such as 512.");
  const cos = Float64Array.from({ length: size >> 1 }, (_, k) => Math.cos((2 * Math.PI * k) / size));
  const sin = Float64Array.from({ length: size >> 1 }, (_, k) => -Math.sin((2 * Math.PI * k) / size));
  const swaps = bitReversalSwaps(size);
  return (re, im) => {
    for (let s = 0; s < swaps.length; s += 2) {
      swap(re, swaps[s]!, swaps[s + 1]!);
      swap(im, swaps[s]!, swaps[s + 1]!);
    }
    for (let half = 1; half < size; half <<= 1) butterflies(re, im, half, cos, sin);
  };
}

/** One radix-2 stage: joins transforms of `half` points into transforms of `2 half` points. */
function butterflies(re: Float64Array, im: Float64Array, half: number, cos: Float64Array, sin: Float64Array): void {
  const stride = cos.length / half;
  for (let j = 0; j < half; j++) {
    const c = cos[j * stride]!;
    const s = sin[j * stride]!;
    for (let a = j; a < re.length; a += 2 * half) {
      const b = a + half;
      const tr = c * re[b]! - s * im[b]!;
      const ti = c * im[b]! + s * re[b]!;
      re[b] = re[a]! - tr;
      im[b] = im[a]! - ti;
      re[a] = re[a]! + tr;
      im[a] = im[a]! + ti;
    }
  }
}

function bitReversalSwaps(size: number): Uint32Array {
  const pairs: number[] = [];
  for (let i = 1, j = 0; i < size; i++) {
    let bit = size >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) pairs.push(i, j);
  }
  return Uint32Array.from(pairs);
}

function swap(x: Float64Array, a: number, b: number): void {
  const kept = x[a]!;
  x[a] = x[b]!;
  x[b] = kept;
}

/** Plans the power spectrum of real frames: the even and odd samples are transformed as one complex signal of half the size. */
export function planPowerSpectrum(size: number): PowerSpectrum {
  const half = size >> 1;
  const fft = planFft(half);
  const re = new Float64Array(half);
  const im = new Float64Array(half);
  const cos = Float64Array.from({ length: half }, (_, k) => Math.cos((2 * Math.PI * k) / size));
  const sin = Float64Array.from({ length: half }, (_, k) => -Math.sin((2 * Math.PI * k) / size));
  return (frame, power) => {
    for (let n = 0; n < half; n++) {
      re[n] = frame[2 * n]!;
      im[n] = frame[2 * n + 1]!;
    }
    fft(re, im);
    power[0] = (re[0]! + im[0]!) ** 2;
    power[half] = (re[0]! - im[0]!) ** 2;
    for (let k = 1; k < half; k++) {
      const evenRe = (re[k]! + re[half - k]!) / 2;
      const evenIm = (im[k]! - im[half - k]!) / 2;
      const oddRe = (im[k]! + im[half - k]!) / 2;
      const oddIm = (re[half - k]! - re[k]!) / 2;
      const xRe = evenRe + cos[k]! * oddRe - sin[k]! * oddIm;
      const xIm = evenIm + cos[k]! * oddIm + sin[k]! * oddRe;
      power[k] = xRe * xRe + xIm * xIm;
    }
  };
}
