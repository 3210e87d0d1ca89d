import { AlcapError } from "../../errors";

/**
 * A discrete Fourier transform of one fixed size, in place on split real and imaginary parts:
 * `X[k] = Σ_n x[n] exp(−2πi kn/N)`, without scaling. With the two parts exchanged it is the inverse, times N.
 */
export type Fft = (re: Float64Array, im: Float64Array) => void;

/** The power spectrum `|X[k]|²`, `k = 0 … size/2`, of one real frame; `frame` `[size]`, `power` `[size/2 + 1]`. */
export type PowerSpectrum = (frame: Float64Array, power: Float64Array) => void;

/** One pass of Stockham's algorithm: `radix` interleaved transforms become one, `stride` of them side by side. */
interface Pass {
  readonly radix: number;
  readonly stride: number;
  /** `[groups, radix − 1]` turns that follow the butterfly. */
  readonly cos: Float64Array;
  readonly sin: Float64Array;
}

const RADICES = [4, 2, 3, 5, 7];

/** True for sizes that `planFft` takes: products of 2, 3, 5 and 7. */
export function isSmooth(size: number): boolean {
  return Number.isInteger(size) && size > 0 && factorise(size) !== undefined;
}

function factorise(size: number): number[] | undefined {
  const factors: number[] = [];
  let rest = size;
  for (const radix of RADICES) {
    for (; rest % radix === 0; rest /= radix) factors.push(radix);
  }
  return rest === 1 ? factors : undefined;
}

/**
 * Plans a transform (Stockham's self-sorting algorithm with mixed radices). A plan owns its scratch memory.
 *
 * @param size a product of 2, 3, 5 and 7
 * @throws AlcapError `usage` when it is not one
 */
export function planFft(size: number): Fft {
  if (!isSmooth(size))
    throw new AlcapError("usage", `An FFT of ${size} points was asked for.`, "Use a product of 2, 3, 5 and 7, such as 512.");
  const passes = planPasses(size);
  const scratchRe = new Float64Array(size);
  const scratchIm = new Float64Array(size);
  return (re, im) => {
    let x: readonly [Float64Array, Float64Array] = [re, im];
    let y: readonly [Float64Array, Float64Array] = [scratchRe, scratchIm];
    for (const pass of passes) {
      const run = pass.radix === 4 ? radix4 : pass.radix === 2 ? radix2 : radixOdd;
      run(pass, ...x, ...y);
      [x, y] = [y, x];
    }
    if (x[0] !== re) {
      re.set(x[0]);
      im.set(x[1]);
    }
  };
}

function planPasses(size: number): Pass[] {
  let length = size;
  let stride = 1;
  return (factorise(size) ?? []).map((radix) => {
    const groups = length / radix;
    const turns = Array.from(
      { length: groups * (radix - 1) },
      (_, i) => (Math.floor(i / (radix - 1)) * ((i % (radix - 1)) + 1)) / length,
    );
    const pass = { radix, stride, cos: cosines(turns), sin: sines(turns) };
    length = groups;
    stride *= radix;
    return pass;
  });
}

/** Parts of `exp(−2πi t)`. */
function cosines(turns: readonly number[]): Float64Array {
  return Float64Array.from(turns, (t) => Math.cos(2 * Math.PI * t));
}

function sines(turns: readonly number[]): Float64Array {
  return Float64Array.from(turns, (t) => -Math.sin(2 * Math.PI * t));
}

function radix2({ stride, cos, sin }: Pass, xRe: Float64Array, xIm: Float64Array, yRe: Float64Array, yIm: Float64Array): void {
  const half = xRe.length >> 1;
  for (let p = 0; p < cos.length; p++) {
    const c = cos[p]!;
    const s = sin[p]!;
    for (let a = p * stride, out = 2 * a, end = a + stride; a < end; a++, out++) {
      const dRe = xRe[a]! - xRe[a + half]!;
      const dIm = xIm[a]! - xIm[a + half]!;
      yRe[out] = xRe[a]! + xRe[a + half]!;
      yIm[out] = xIm[a]! + xIm[a + half]!;
      yRe[out + stride] = c * dRe - s * dIm;
      yIm[out + stride] = c * dIm + s * dRe;
    }
  }
}

function radix4({ stride, cos, sin }: Pass, xRe: Float64Array, xIm: Float64Array, yRe: Float64Array, yIm: Float64Array): void {
  const quarter = xRe.length >> 2;
  for (let p = 0; 3 * p < cos.length; p++) {
    const [c1, c2, c3] = [cos[3 * p]!, cos[3 * p + 1]!, cos[3 * p + 2]!];
    const [s1, s2, s3] = [sin[3 * p]!, sin[3 * p + 1]!, sin[3 * p + 2]!];
    for (let a = p * stride, out = 4 * a, end = a + stride; a < end; a++, out++) {
      const [b, c, d] = [a + quarter, a + 2 * quarter, a + 3 * quarter];
      const sumRe = xRe[a]! + xRe[c]!;
      const sumIm = xIm[a]! + xIm[c]!;
      const difRe = xRe[a]! - xRe[c]!;
      const difIm = xIm[a]! - xIm[c]!;
      const oddRe = xRe[b]! + xRe[d]!;
      const oddIm = xIm[b]! + xIm[d]!;
      const turnRe = xIm[b]! - xIm[d]!; // −i (b − d)
      const turnIm = xRe[d]! - xRe[b]!;
      yRe[out] = sumRe + oddRe;
      yIm[out] = sumIm + oddIm;
      yRe[out + stride] = c1 * (difRe + turnRe) - s1 * (difIm + turnIm);
      yIm[out + stride] = c1 * (difIm + turnIm) + s1 * (difRe + turnRe);
      yRe[out + 2 * stride] = c2 * (sumRe - oddRe) - s2 * (sumIm - oddIm);
      yIm[out + 2 * stride] = c2 * (sumIm - oddIm) + s2 * (sumRe - oddRe);
      yRe[out + 3 * stride] = c3 * (difRe - turnRe) - s3 * (difIm - turnIm);
      yIm[out + 3 * stride] = c3 * (difIm - turnIm) + s3 * (difRe - turnRe);
    }
  }
}

/** Odd radices: inputs j and radix − j are added and subtracted first, which leaves a quarter of the products. */
function radixOdd(
  { radix, stride, cos, sin }: Pass,
  xRe: Float64Array,
  xIm: Float64Array,
  yRe: Float64Array,
  yIm: Float64Array,
): void {
  const half = (radix - 1) / 2;
  const part = xRe.length / radix;
  const roots = Array.from({ length: half * half }, (_, i) => ((Math.floor(i / half) + 1) * ((i % half) + 1)) / radix);
  const [rootCos, rootSin] = [cosines(roots), sines(roots)];
  const [addRe, addIm, subRe, subIm] = [
    new Float64Array(half),
    new Float64Array(half),
    new Float64Array(half),
    new Float64Array(half),
  ];
  for (let p = 0; p < part / stride; p++) {
    const turn = p * (radix - 1) - 1;
    for (let q = 0; q < stride; q++) {
      const first = q + p * stride;
      const out = q + p * stride * radix;
      let re = xRe[first]!;
      let im = xIm[first]!;
      for (let j = 0, a = first + part, b = first + (radix - 1) * part; j < half; j++, a += part, b -= part) {
        addRe[j] = xRe[a]! + xRe[b]!;
        addIm[j] = xIm[a]! + xIm[b]!;
        subRe[j] = xRe[a]! - xRe[b]!;
        subIm[j] = xIm[a]! - xIm[b]!;
        re += addRe[j]!;
        im += addIm[j]!;
      }
      yRe[out] = re;
      yIm[out] = im;
      for (let k = 1; k <= half; k++) {
        let evenRe = xRe[first]!;
        let evenIm = xIm[first]!;
        let oddRe = 0;
        let oddIm = 0;
        for (let j = 0, root = (k - 1) * half; j < half; j++, root++) {
          evenRe += addRe[j]! * rootCos[root]!;
          evenIm += addIm[j]! * rootCos[root]!;
          oddRe -= subIm[j]! * rootSin[root]!; // i times the difference's part
          oddIm += subRe[j]! * rootSin[root]!;
        }
        store(out + k * stride, evenRe + oddRe, evenIm + oddIm, cos[turn + k]!, sin[turn + k]!, yRe, yIm);
        store(
          out + (radix - k) * stride,
          evenRe - oddRe,
          evenIm - oddIm,
          cos[turn + radix - k]!,
          sin[turn + radix - k]!,
          yRe,
          yIm,
        );
      }
    }
  }
}

/** Stores a value after its turn. */
function store(at: number, re: number, im: number, cos: number, sin: number, yRe: Float64Array, yIm: Float64Array): void {
  yRe[at] = cos * re - sin * im;
  yIm[at] = cos * im + sin * re;
}

/** Plans the power spectrum of real frames: the even and odd samples are transformed as one complex signal of half the size. */
export function planPowerSpectrum(size: number): PowerSpectrum {
  const half = size / 2;
  const fft = planFft(half);
  const re = new Float64Array(half);
  const im = new Float64Array(half);
  const turns = Array.from({ length: half }, (_, k) => k / size);
  const cos = cosines(turns);
  const sin = sines(turns);
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
