import { AlcapError } from "../../errors";
import { melRecipe } from "../../recipe";
import { inputOf, resampledLength, type Span } from "./resample";

/** Rates outside these are damage, not sound, Hz. */
const LOWEST_RATE = 4000;
const HIGHEST_RATE = 768000;

/** Throws `AlcapError` "input" for a rate that no sound has. */
export function checkRate(sampleRate: number, name: string): void {
  if (Number.isInteger(sampleRate) && sampleRate >= LOWEST_RATE && sampleRate <= HIGHEST_RATE) return;
  throw new AlcapError("input", `${name} claims a sampling rate of ${sampleRate} Hz.`, "The file is damaged; get it again.");
}

/** The middle `wanted` of `available` samples, or all of them. */
export function middleOf(available: number, wanted: number): Span {
  const length = Math.min(available, wanted);
  return { start: Math.floor((available - length) / 2), length };
}

/** The middle `seconds` of a song of so many samples, at the music encoder's rate. */
export function middleAt16k(length: number, sampleRate: number, seconds: number): Span {
  const to = melRecipe.sampleRate;
  return middleOf(resampledLength(length, sampleRate, to), Math.round(seconds * to));
}

/** The samples of a song that its middle `seconds` are resampled from. Throws `AlcapError` as `checkRate`. */
export function middleSpan(length: number, sampleRate: number, seconds: number, name: string): Span {
  checkRate(sampleRate, name);
  return inputOf(middleAt16k(length, sampleRate, seconds), length, sampleRate, melRecipe.sampleRate);
}
