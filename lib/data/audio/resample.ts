import { AlcapError } from "../../errors";

/** Attenuation of what would fold back, dB. */
const REJECTION = 134;
/** The part of the narrower band that passes untouched, as in sox's `rate -h`; the rest is the filter's slope, which ends at the band's edge. */
const PASS_BAND = 0.91368;
/** Above this many phases, neighbouring ones are blended; no common pair of rates needs it. */
const MAX_PHASES = 1024;

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
 * @throws AlcapError `usage` when a rate is not a positive whole number or the span reaches outside
 */
export function resample(
  x: Float32Array,
  from: number,
  to: number,
  span: Span = { start: 0, length: resampledLength(x.length, from, to) },
): Float32Array {
  for (const rate of [from, to])
    if (!(Number.isInteger(rate) && rate > 0))
      throw new AlcapError("usage", `${rate} Hz is not a sampling rate.`, "Give a positive whole number of Hz.");
  if (!(span.start >= 0 && span.length >= 0 && span.start + span.length <= resampledLength(x.length, from, to)))
    throw new AlcapError(
      "usage",
      `Samples ${span.start} to ${span.start + span.length} are not in the audio.`,
      "Ask for a part of it.",
    );
  if (from === to) return x.slice(span.start, span.start + span.length);
  const divisor = gcd(from, to);
  const up = to / divisor;
  const down = from / divisor;
  return up <= MAX_PHASES
    ? polyphase(x, span, designFilter(from, to, up), down)
    : blended(x, span, designFilter(from, to, MAX_PHASES), down / up);
}

interface Filter {
  /** Taps a phase. */
  readonly taps: number;
  /** `[phases + 1, taps]`: row p holds the filter for an output that stands p / phases of a sample after an input. */
  readonly rows: Float32Array;
  readonly phases: number;
}

function designFilter(from: number, to: number, phases: number): Filter {
  const band = Math.min(1, to / from); // of the input's Nyquist frequency
  const slope = (1 - PASS_BAND) * band;
  const cutoff = band - slope / 2;
  const reach = (REJECTION - 8) / (2.285 * Math.PI * slope) / 2; // Kaiser's formula, half the length, in input samples
  const half = Math.ceil(reach);
  const taps = 2 * half;
  const beta = 0.1102 * (REJECTION - 8.7);
  const scale = 1 / besselI0(beta);
  const rows = new Float32Array((phases + 1) * taps);
  for (let p = 0; p <= phases; p++) {
    for (let k = 0; k < taps; k++) {
      const t = k - (half - 1) - p / phases; // input samples from the output's instant
      const edge = 1 - (t / half) ** 2;
      rows[p * taps + k] = edge <= 0 ? 0 : cutoff * sinc(cutoff * t) * besselI0(beta * Math.sqrt(edge)) * scale;
    }
  }
  return { taps, rows, phases };
}

/** Every output falls on one of the phases exactly. */
function polyphase(x: Float32Array, { start, length }: Span, { taps, rows, phases }: Filter, down: number): Float32Array {
  const y = new Float32Array(length);
  const padded = pad(x, taps);
  for (let i = 0; i < length; i++) {
    const at = (start + i) * down;
    const phase = at % phases;
    y[i] = dot(padded, (at - phase) / phases + taps / 2 + 1, rows, phase * taps, taps);
  }
  return y;
}

/** Outputs fall between two phases: a weighted mean of both. */
function blended(x: Float32Array, { start, length }: Span, { taps, rows, phases }: Filter, step: number): Float32Array {
  const y = new Float32Array(length);
  const padded = pad(x, taps);
  for (let i = 0; i < length; i++) {
    const at = (start + i) * step;
    const first = Math.floor(at);
    const phase = Math.floor((at - first) * phases);
    const part = (at - first) * phases - phase;
    const begin = first + taps / 2 + 1;
    const a = dot(padded, begin, rows, phase * taps, taps);
    y[i] = a + part * (dot(padded, begin, rows, (phase + 1) * taps, taps) - a);
  }
  return y;
}

/** `taps` zeros before and after: no bounds to check in the inner loop. */
function pad(x: Float32Array, taps: number): Float32Array {
  const padded = new Float32Array(x.length + 2 * taps);
  padded.set(x, taps);
  return padded;
}

/** Four running sums: additions need not wait for each other. */
function dot(x: Float32Array, xAt: number, w: Float32Array, wAt: number, length: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let k = 0;
  for (; k + 3 < length; k += 4) {
    a += x[xAt + k]! * w[wAt + k]!;
    b += x[xAt + k + 1]! * w[wAt + k + 1]!;
    c += x[xAt + k + 2]! * w[wAt + k + 2]!;
    d += x[xAt + k + 3]! * w[wAt + k + 3]!;
  }
  for (; k < length; k++) a += x[xAt + k]! * w[wAt + k]!;
  return a + b + c + d;
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
