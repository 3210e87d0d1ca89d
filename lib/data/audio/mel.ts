import { AlcapError } from "../../errors";
import { melRecipe } from "../../recipe";
import { planPowerSpectrum } from "./fft";

/** The numbers of a log-mel spectrogram. */
export interface MelRecipe {
  /** Hz */
  readonly sampleRate: number;
  /** Samples in a frame: an even product of 2, 3, 5 and 7. */
  readonly nFft: number;
  /** Samples from one frame to the next. */
  readonly hop: number;
  /** Mel bands. */
  readonly mels: number;
  /** Lower end of the lowest band, Hz. */
  readonly fMin: number;
  /** Upper end of the highest band, Hz. */
  readonly fMax: number;
  /** Power under which a value counts as silence: 1e−10 is −100 dB. */
  readonly floor: number;
}

export interface MelSpectrogram {
  /** `[mels, frames]`, row-major, dB */
  readonly data: Float32Array;
  readonly mels: number;
  readonly frames: number;
}

/**
 * The log-mel spectrogram as torchaudio's `MelSpectrogram` and `AmplitudeToDB` make it: periodic Hann window, frames centred with
 * reflected ends, power 2, HTK bands without area normalisation, `10 log10(max(x, floor))`, no `top_db`.
 *
 * @param x mono audio at `recipe.sampleRate`, longer than half a frame
 * @returns `[mels, 1 + floor(length / hop)]` dB: 938 frames for 15 s
 * @throws AlcapError `input` when the audio is shorter than half a frame
 */
export function melSpectrogram(x: Float32Array, recipe: MelRecipe = melRecipe): MelSpectrogram {
  const { nFft, hop, mels, floor } = recipe;
  const centre = nFft >> 1;
  if (x.length <= centre)
    throw new AlcapError(
      "input",
      `The audio has ${x.length} samples; a mel spectrogram needs more than ${centre}.`,
      "Give a longer clip, or pad it with excerpt().",
    );
  const frames = 1 + Math.floor(x.length / hop);
  const window = periodicHann(nFft);
  const bands = sparseBands(melFilterbank(recipe), mels);
  const powerSpectrum = planPowerSpectrum(nFft);
  const frame = new Float64Array(nFft);
  const power = new Float64Array(centre + 1);
  const data = new Float32Array(mels * frames);
  for (let t = 0; t < frames; t++) {
    const start = t * hop - centre;
    for (let n = 0; n < nFft; n++) frame[n] = window[n]! * x[reflect(start + n, x.length)]!;
    powerSpectrum(frame, power);
    for (let m = 0; m < mels; m++) {
      const { first, weights } = bands[m]!;
      let energy = 0;
      for (let k = 0; k < weights.length; k++) energy += weights[k]! * power[first + k]!;
      data[m * frames + t] = 10 * Math.log10(Math.max(energy, floor));
    }
  }
  return { data, mels, frames };
}

/** Where a sample beyond the ends is taken from: mirrored about the first and the last one, neither repeated. */
function reflect(i: number, length: number): number {
  if (i < 0) return -i;
  return i < length ? i : 2 * (length - 1) - i;
}

function periodicHann(size: number): Float64Array {
  return Float64Array.from({ length: size }, (_, n) => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / size));
}

/**
 * Triangular mel filters with peaks of 1 (torchaudio's `melscale_fbanks` with `norm=None`, `mel_scale="htk"`).
 *
 * @returns `[nFft/2 + 1, mels]`, row-major
 */
export function melFilterbank(recipe: MelRecipe = melRecipe): Float32Array {
  const { sampleRate, nFft, mels, fMin, fMax } = recipe;
  const bins = (nFft >> 1) + 1;
  const low = hertzToMel(fMin);
  const step = (hertzToMel(fMax) - low) / (mels + 1);
  const corners = Array.from({ length: mels + 2 }, (_, i) => melToHertz(low + i * step));
  const bank = new Float32Array(bins * mels);
  for (let k = 0; k < bins; k++) {
    const hertz = (k * sampleRate) / nFft;
    for (let m = 0; m < mels; m++) {
      const rising = (hertz - corners[m]!) / (corners[m + 1]! - corners[m]!);
      const falling = (corners[m + 2]! - hertz) / (corners[m + 2]! - corners[m + 1]!);
      bank[k * mels + m] = Math.max(0, Math.min(rising, falling));
    }
  }
  return bank; // bins, mels
}

function hertzToMel(hertz: number): number {
  return 2595 * Math.log10(1 + hertz / 700);
}

function melToHertz(mel: number): number {
  return 700 * (10 ** (mel / 2595) - 1);
}

interface Band {
  /** First bin with a weight. */
  readonly first: number;
  readonly weights: Float64Array;
}

/** Each band touches a few neighbouring bins only: keeping those makes the matrix product forty times smaller. */
function sparseBands(bank: Float32Array, mels: number): Band[] {
  const bins = bank.length / mels;
  return Array.from({ length: mels }, (_, m) => {
    const column = Float64Array.from({ length: bins }, (_, k) => bank[k * mels + m]!);
    const first = column.findIndex((weight) => weight > 0);
    if (first < 0) return { first: 0, weights: new Float64Array(0) }; // narrower than a bin: silent, as in torchaudio
    return { first, weights: column.slice(first, column.findLastIndex((weight) => weight > 0) + 1) };
  });
}
