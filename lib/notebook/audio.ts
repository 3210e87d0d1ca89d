import { AlcapError } from "../errors";
import { display } from "./display";
import { escapeHtml } from "./escape";
import type { MimeBundle } from "./kernel/ipynb";

export interface AudioOptions {
  /** Second at which the excerpt begins (default 0). */
  readonly start?: number;
  /** Length of the excerpt in seconds (default 6); a notebook carries about 21 kB for each second of 16 kHz. */
  readonly seconds?: number;
  /** Hz; a whole fraction of the sample rate (default: the sample rate). */
  readonly rate?: number;
}

/** Half-width, in output samples, of the filter that removes what a lower rate cannot hold. */
const FILTER_REACH = 16;
/** µ-law (ITU-T G.711): 8 bits a sample with about 13 bits' range, played by every browser. */
const MULAW_FORMAT = 7;
const MULAW_BIAS = 0x84;
const MULAW_CLIP = 32635;

/**
 * Shows a player for mono audio; the sound stands in the notebook itself, as 8-bit µ-law.
 *
 * @param samples amplitudes in [−1, 1], `[T]`; louder ones are clipped
 * @param sampleRate Hz
 * @param caption says what is heard; also shown where nothing can be played
 * @returns the bundle (HTML, plain text) in plain Node; nothing in a kernel
 * @throws AlcapError `usage` when `rate` does not divide the sample rate, or the excerpt is empty
 */
export function displayAudio(
  samples: Float32Array,
  sampleRate: number,
  caption: string,
  options: AudioOptions = {},
): MimeBundle | undefined {
  const { uri, length } = audioUri(samples, sampleRate, caption, options);
  const whole = samples.length / sampleRate;
  const label =
    length === whole ? `${caption} (${whole.toFixed(1)} s)` : `${caption} (${length.toFixed(1)} s of ${whole.toFixed(1)} s)`;
  return display({
    "text/html": `<figure><figcaption>${escapeHtml(label)}</figcaption><audio controls preload="metadata" src="${uri}"></audio></figure>`,
    "text/plain": `Audio: ${label}`,
  });
}

/**
 * An excerpt as a µ-law WAV file in a data URI, and its length in seconds; see {@link displayAudio}.
 *
 * @throws AlcapError `usage` when `rate` does not divide the sample rate, or the excerpt is empty
 */
export function audioUri(
  samples: Float32Array,
  sampleRate: number,
  caption: string,
  { start = 0, seconds = 6, rate = sampleRate }: AudioOptions = {},
): { readonly uri: string; readonly length: number } {
  const excerpt = samples.subarray(Math.round(start * sampleRate), Math.round((start + seconds) * sampleRate));
  if (excerpt.length === 0)
    throw new AlcapError("usage", `No audio lies between ${start} s and ${start + seconds} s of "${caption}".`, "Begin earlier.");
  const wav = mulawWav(decimate(excerpt, sampleRate, rate), rate);
  return { uri: `data:audio/wav;base64,${Buffer.from(wav).toString("base64")}`, length: excerpt.length / sampleRate };
}

/** A mono WAV file with 8-bit µ-law samples. */
export function mulawWav(samples: Float32Array, rate: number): Uint8Array {
  const padded = samples.length + (samples.length % 2); // RIFF chunks have even lengths
  const file = Buffer.alloc(58 + padded);
  file.write("RIFF", 0, "latin1");
  file.writeUInt32LE(50 + padded, 4);
  file.write("WAVEfmt ", 8, "latin1");
  file.writeUInt32LE(18, 16); // length of the format chunk
  file.writeUInt16LE(MULAW_FORMAT, 20);
  file.writeUInt16LE(1, 22); // channels
  file.writeUInt32LE(rate, 24);
  file.writeUInt32LE(rate, 28); // bytes a second
  file.writeUInt16LE(1, 32); // bytes a frame
  file.writeUInt16LE(8, 34); // bits a sample
  file.write("fact", 38, "latin1");
  file.writeUInt32LE(4, 42);
  file.writeUInt32LE(samples.length, 46);
  file.write("data", 50, "latin1");
  file.writeUInt32LE(samples.length, 54);
  samples.forEach((sample, index) => {
    file[58 + index] = encodeMulaw(sample);
  });
  return file;
}

/** One amplitude in [−1, 1] as µ-law (ITU-T G.711): sign, 3 bits of exponent, 4 of mantissa, all inverted. */
function encodeMulaw(amplitude: number): number {
  const sample = Math.round(Math.max(-1, Math.min(1, amplitude)) * 32767);
  const magnitude = Math.min(MULAW_CLIP, Math.abs(sample)) + MULAW_BIAS;
  const exponent = 31 - Math.clz32(magnitude) - 7;
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~((sample < 0 ? 0x80 : 0) | (exponent << 4) | mantissa) & 0xff;
}

/** Lowers the rate by a whole factor, after a windowed-sinc low-pass at the new half rate. */
function decimate(samples: Float32Array, from: number, to: number): Float32Array {
  const factor = from / to;
  if (!Number.isInteger(factor))
    throw new AlcapError("usage", `Audio at ${from} Hz cannot be shown at ${to} Hz.`, `Give a rate that divides ${from}.`);
  if (factor === 1) return samples;
  const reach = FILTER_REACH * factor;
  const taps = Float64Array.from({ length: 2 * reach + 1 }, (_, index) => windowedSinc((index - reach) / factor));
  const gain = taps.reduce((sum, tap) => sum + tap, 0);
  return Float32Array.from({ length: Math.floor(samples.length / factor) }, (_, index) => {
    let sum = 0;
    for (let tap = 0; tap < taps.length; tap++) sum += taps[tap]! * (samples[index * factor + tap - reach] ?? 0);
    return sum / gain;
  });
}

function windowedSinc(x: number): number {
  const hann = 0.5 + 0.5 * Math.cos((Math.PI * x) / FILTER_REACH);
  return x === 0 ? 1 : (Math.sin(Math.PI * x) / (Math.PI * x)) * hann;
}
