import { excerptSeconds, melRecipe } from "../../recipe";
import { decodeAudio, decodeMiddle } from "./decode";
import { resample, resampledLength, type Span } from "./resample";
import type { Audio, Stretch } from "./sound";

/** The music encoder's rate, Hz. */
const SAMPLE_RATE = melRecipe.sampleRate;

/** The mean of the channels. */
export function toMono({ channels }: Pick<Audio, "channels">): Float32Array {
  const [first = new Float32Array(0)] = channels;
  if (channels.length === 1) return first;
  const mono = new Float32Array(first.length);
  for (let i = 0; i < mono.length; i++) {
    let sum = 0;
    for (const channel of channels) sum += channel[i]!;
    mono[i] = sum / channels.length;
  }
  return mono;
}

/**
 * Decodes a song and makes it what the music encoder takes: mono (mean of the channels), 16 kHz.
 *
 * @param file a path, or the file's bytes
 * @throws AlcapError `input` as `decodeAudio`
 */
export async function loadAudio(file: string | Uint8Array): Promise<Float32Array> {
  const audio = await decodeAudio(file);
  return resample(toMono(audio), audio.sampleRate, SAMPLE_RATE);
}

/**
 * The 15 s that stand for a song: "We resample each song at 16kHz and take a 15s excerpt" (paper, section 6.1). The paper does not say
 * which; here it is the middle, as in its rule for the NetEase songs, and a clip that is shorter is padded with silence at its end.
 *
 * @param x mono audio at `sampleRate`
 * @returns `[seconds · sampleRate]`
 */
export function excerpt(x: Float32Array, seconds: number = excerptSeconds, sampleRate: number = SAMPLE_RATE): Float32Array {
  const { start, length } = middle(x.length, Math.round(seconds * sampleRate));
  const cut = new Float32Array(Math.round(seconds * sampleRate));
  cut.set(x.subarray(start, start + length));
  return cut;
}

/** The middle `wanted` of `available` samples, or all of them. */
function middle(available: number, wanted: number): Span {
  const length = Math.min(available, wanted);
  return { start: Math.floor((available - length) / 2), length };
}

/**
 * `excerpt(await loadAudio(file), seconds)`, to the bit, but only what is kept is resampled, and of an mp3 little else is decoded: for a
 * whole song, a tenth of the work.
 *
 * @returns `[seconds · 16000]`
 * @throws AlcapError `input` as `decodeAudio`
 */
export async function loadExcerpt(file: string | Uint8Array, seconds: number = excerptSeconds): Promise<Float32Array> {
  return excerptOf(await decodeMiddle(file, seconds), seconds);
}

/** The middle of a song as sound of its own, mono and at 16 kHz; a song that is shorter is left as long as it is. */
export async function loadMiddle(file: string | Uint8Array, seconds: number = excerptSeconds): Promise<Audio> {
  return { sampleRate: SAMPLE_RATE, channels: [middleOf(await decodeMiddle(file, seconds), seconds)] };
}

/** The excerpt of decoded sound, mono and at 16 kHz: `[seconds · 16000]`. */
export function excerptOf(audio: Stretch, seconds: number = excerptSeconds): Float32Array {
  return excerpt(middleOf(audio, seconds), seconds);
}

function middleOf(audio: Stretch, seconds: number): Float32Array {
  const mono = inPlace(toMono(audio), audio.whole);
  const span = middle(resampledLength(mono.length, audio.sampleRate, SAMPLE_RATE), Math.round(seconds * SAMPLE_RATE));
  return resample(mono, audio.sampleRate, SAMPLE_RATE, span);
}

/** A part at its place in the song, with silence for the rest: the resampler's blocks start at fixed places. */
function inPlace(part: Float32Array, whole: Stretch["whole"]): Float32Array {
  if (!whole) return part;
  const song = new Float32Array(whole.length);
  song.set(part, whole.start);
  return song;
}
