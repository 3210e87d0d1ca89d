import { excerptSeconds, melRecipe } from "../../recipe";
import { decodeAudio, decodeMiddle } from "./decode";
import { middleAt16k, middleOf } from "./middle";
import { resample } from "./resample";
import { type Audio, type Stretch, toMono } from "./sound";

/** The music encoder's rate, Hz. */
const SAMPLE_RATE = melRecipe.sampleRate;

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
  const { start, length } = middleOf(x.length, Math.round(seconds * sampleRate));
  const cut = new Float32Array(Math.round(seconds * sampleRate));
  cut.set(x.subarray(start, start + length));
  return cut;
}

/**
 * `excerpt(await loadAudio(file), seconds)`, to the bit, but only what is kept is held and resampled, so that memory does not grow with
 * the song, and of an mp3 little else is decoded: for a whole song, a tenth of the work.
 *
 * @returns `[seconds · 16000]`
 * @throws AlcapError `input` as `decodeAudio`
 */
export async function loadExcerpt(file: string | Uint8Array, seconds: number = excerptSeconds): Promise<Float32Array> {
  return excerptOf(await decodeMiddle(file, seconds), seconds);
}

/** The middle of a song as sound of its own, mono and at 16 kHz; a song that is shorter is left as long as it is. */
export async function loadMiddle(file: string | Uint8Array, seconds: number = excerptSeconds): Promise<Audio> {
  return { sampleRate: SAMPLE_RATE, channels: [middleSound(await decodeMiddle(file, seconds), seconds)] };
}

/** The excerpt of decoded sound, mono and at 16 kHz: `[seconds · 16000]`. */
export function excerptOf(audio: Stretch, seconds: number = excerptSeconds): Float32Array {
  return excerpt(middleSound(audio, seconds), seconds);
}

function middleSound(audio: Stretch, seconds: number): Float32Array {
  const mono = toMono(audio);
  const whole = audio.whole ?? { start: 0, length: mono.length };
  return resample(mono, audio.sampleRate, SAMPLE_RATE, middleAt16k(whole.length, audio.sampleRate, seconds), whole);
}
