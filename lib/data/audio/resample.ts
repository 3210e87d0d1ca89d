import { AlcapError } from "../../errors";
import { isSmooth, planFft } from "./fft";

/**
 * The part of the narrower band that passes untouched; the filter's slope takes the rest and ends at the band's edge. This and the
 * rejection are those of sox's `rate -h`, so that features made with either agree.
 */
const PASS_BAND = 0.91368;
/** Attenuation of what would fold back, dB. */
const REJECTION = 134;

/** A stretch of the output: `length` samples from sample `start` on. */
export interface Span {
  readonly start: number;
  readonly length: number;
}

/** Samples that `length` of them become at another rate. */
export function resampledLength(length: number, from: number, to: number): number {
  return Math.ceil((length * to) / from);
}

/**
 * Band-limited resampling: a Kaiser-windowed sinc of linear phase and no delay, ends taken as silence.
 *
 * @param x mono audio
 * @param from its rate, Hz
 * @param to the wanted rate, Hz
 * @param span the part of the output that is wanted, by default all `ceil(length · to / from)` samples
 * @param whole the signal's length, and where in it `x` starts, where `x` is a part of it that holds at least `inputOf(span, …)`
 * @throws AlcapError `usage` when a rate is not a positive whole number or the span reaches outside
 */
export function resample(
  x: Float32Array,
  from: number,
  to: number,
  span: Span = { start: 0, length: resampledLength(x.length, from, to) },
  whole: Span = { start: 0, length: x.length },
): Float32Array {
  checkRates(from, to);
  if (!(span.start >= 0 && span.length >= 0 && span.start + span.length <= resampledLength(whole.length, from, to)))
    throw new AlcapError(
      "usage",
      `Samples ${span.start} to ${span.start + span.length} are not in the audio.`,
      "Ask for a part of it.",
    );
  const part = { x, start: whole.start };
  if (from === to) return x.slice(span.start - part.start, span.start - part.start + span.length);
  const { filter, up, down, smooth } = planOf(from, to);
  return smooth ? bySpectrum(part, span, filter, up, down) : byKernel(part, span, filter, down / up);
}

/**
 * The input samples that a stretch of the output is computed from: those of its blocks, so that it comes out to the bit as in the whole.
 *
 * @param length of the input
 */
export function inputOf({ start, length: wanted }: Span, length: number, from: number, to: number): Span {
  checkRates(from, to);
  if (from === to) return { start, length: wanted };
  const { filter, up, down, smooth } = planOf(from, to);
  const { margin, inStep, outStep } = blocksOf(filter, up, down);
  const [first, last] = smooth
    ? [2 * Math.floor(start / (2 * outStep)) * inStep - margin, 2 * Math.ceil((start + wanted) / (2 * outStep)) * inStep + margin]
    : [Math.floor((start * down) / up) - filter.half, Math.ceil(((start + wanted) * down) / up) + filter.half + 1];
  const begin = Math.min(length, Math.max(0, first));
  return { start: begin, length: Math.max(0, Math.min(length, last) - begin) };
}

function checkRates(from: number, to: number): void {
  for (const rate of [from, to])
    if (!(Number.isInteger(rate) && rate > 0))
      throw new AlcapError("usage", `${rate} Hz is not a sampling rate.`, "Give a positive whole number of Hz.");
}

function planOf(from: number, to: number) {
  const divisor = gcd(from, to);
  const [up, down] = [to / divisor, from / divisor];
  return { filter: designFilter(from, to), up, down, smooth: isSmooth(up) && isSmooth(down) };
}

/** A part of a signal: from its sample `start` on. */
interface Part {
  readonly x: Float32Array;
  readonly start: number;
}

/** A symmetric filter: its impulse response at `t` input samples from its centre, 0 from `half` on. */
interface Filter {
  readonly half: number;
  readonly kernel: (t: number) => number;
}

function designFilter(from: number, to: number): Filter {
  const band = Math.min(1, to / from); // of the input's Nyquist frequency
  const slope = (1 - PASS_BAND) * band;
  const cutoff = band - slope / 2;
  const half = Math.ceil((REJECTION - 8) / (2.285 * Math.PI * slope) / 2); // Kaiser's formula, half the length
  const beta = 0.1102 * (REJECTION - 8.7);
  const peak = besselI0(beta);
  const kernel = (t: number) => {
    const edge = 1 - (t / half) ** 2;
    return edge <= 0 ? 0 : (cutoff * sinc(cutoff * t) * besselI0(beta * Math.sqrt(edge))) / peak;
  };
  return { half, kernel };
}

/**
 * Overlap-save: blocks of `down · 2^n` samples are transformed, filtered in frequency and transformed back as `up · 2^n` samples, two
 * neighbouring blocks as the parts of one complex signal. Blocks start at fixed places, so a span is a part of the whole to the bit.
 */
function bySpectrum(x: Part, { start, length }: Span, filter: Filter, up: number, down: number): Float32Array {
  const { margin, inSize, outSize, inStep, outStep } = blocksOf(filter, up, down);
  const response = frequencyResponse(filter, inSize);
  const [forward, backward] = [planFft(inSize), planFft(outSize)];
  const [inRe, inIm, outRe, outIm] = [inSize, inSize, outSize, outSize].map((size) => new Float64Array(size)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const outMargin = (margin / down) * up;
  const y = new Float32Array(length);
  for (let pair = Math.floor(start / (2 * outStep)); 2 * pair * outStep < start + length; pair++) {
    const place = 2 * pair * inStep - margin;
    fill(inRe, x, place);
    fill(inIm, x, place + inStep);
    forward(inRe, inIm);
    multiply(inRe, outRe, response);
    multiply(inIm, outIm, response);
    backward(outIm, outRe); // exchanged: the inverse
    const first = 2 * pair * outStep - start;
    for (let i = Math.max(0, -first); i < outStep && first + i < length; i++) y[first + i] = outRe[outMargin + i]!;
    const second = first + outStep;
    for (let i = Math.max(0, -second); i < outStep && second + i < length; i++) y[second + i] = outIm[outMargin + i]!;
  }
  return y;
}

/** Sizes of blocks, and the steps from one to the next, in input and in output samples. */
function blocksOf({ half }: Filter, up: number, down: number) {
  const margin = Math.ceil(half / down) * down; // input samples on each side that the wrap-around spoils
  let scale = 1;
  while (down * scale < 8 * margin) scale *= 2;
  const [inSize, outSize] = [down * scale, up * scale];
  const inStep = inSize - 2 * margin;
  return { margin, inSize, outSize, inStep, outStep: (inStep / down) * up };
}

/** The filter's transform, which is real, over the block size: bins 0 … size/2. */
function frequencyResponse({ half, kernel }: Filter, size: number): Float64Array {
  const re = new Float64Array(size);
  for (let t = 0; t < half; t++) {
    re[t] = kernel(t);
    if (t > 0) re[size - t] = re[t]!;
  }
  planFft(size)(re, new Float64Array(size));
  return re.slice(0, (size >> 1) + 1).map((gain) => gain / size);
}

/** A block of the signal from sample `at` on, zeros outside it. */
function fill(block: Float64Array, { x, start }: Part, at: number): void {
  const place = at - start;
  const first = Math.max(0, -place);
  const last = Math.max(first, Math.min(block.length, x.length - place));
  block.fill(0);
  if (last > first) block.set(x.subarray(place + first, place + last), first);
}

/** The filtered spectrum at the output's size: what both sizes hold is kept, up to but without the lower Nyquist frequency. */
function multiply(spectrum: Float64Array, out: Float64Array, response: Float64Array): void {
  const bins = Math.ceil(Math.min(spectrum.length, out.length) / 2);
  out.fill(0);
  for (let k = 0; k < bins; k++) {
    out[k] = spectrum[k]! * response[k]!;
    if (k > 0) out[out.length - k] = spectrum[spectrum.length - k]! * response[k]!;
  }
}

/** Phases between two input samples at which the kernel is tabulated; between them it is interpolated. */
const PHASES = 1024;

/** Sum by sum, for the odd rates whose blocks no fast transform fits. */
function byKernel(signal: Part, { start, length }: Span, { half, kernel }: Filter, step: number): Float32Array {
  const taps = 2 * half;
  const table = new Float32Array((PHASES + 1) * taps);
  for (let p = 0; p <= PHASES; p++) for (let k = 0; k < taps; k++) table[p * taps + k] = kernel(k - (half - 1) - p / PHASES);
  const padded = new Float32Array(signal.x.length + 2 * taps);
  padded.set(signal.x, taps);
  const y = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    const at = (start + i) * step;
    const phase = Math.floor((at - Math.floor(at)) * PHASES);
    const part = (at - Math.floor(at)) * PHASES - phase;
    const from = Math.floor(at) - signal.start + half + 1;
    let lower = 0;
    let upper = 0;
    for (let k = 0, row = phase * taps; k < taps; k++, row++) {
      lower += padded[from + k]! * table[row]!;
      upper += padded[from + k]! * table[row + taps]!;
    }
    y[i] = lower + part * (upper - lower);
  }
  return y;
}

function sinc(t: number): number {
  return t === 0 ? 1 : Math.sin(Math.PI * t) / (Math.PI * t);
}

/** The modified Bessel function of order 0, by its power series. */
function besselI0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
