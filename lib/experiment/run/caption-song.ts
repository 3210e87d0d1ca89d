import { excerpt } from "../../data/audio";
import { melSpectrogram } from "../../data/audio/mel";
import { songBatch } from "../../data/text/batch";
import { compile, type tf, type Values, value } from "../../engine";
import { greedyDecoder, type SongBatch } from "../../model/decoding/greedy";
import { musicEncoder } from "../../model/music/music-encoder";
import type { Params } from "../../model/params";
import { excerptSeconds, melRecipe } from "../../recipe";
import type { Bundle } from "./bundle";

/** Below this root-mean-square level (full scale is 1) a clip counts as silent: −66 dB. */
const SILENCE = 5e-4;

export interface SongCaption {
  readonly caption: string;
  /** What the reader should know of the input: silence, a short clip, empty lyrics, cut lyrics. */
  readonly notes: readonly string[];
}

/** Captions one song: mono audio at 16 kHz and its lyrics. */
export async function captionSong(bundle: Bundle, audio: Float32Array, lyrics: string): Promise<SongCaption> {
  const { about, tokeniser } = bundle;
  const heard = excerpt(audio, excerptSeconds);
  const { data, mels, frames } = melSpectrogram(heard);
  const hear = compile((p: Params, mel: tf.Tensor) => musicEncoder(p, about.music, mel), { baked: [0], name: "hear" });
  const states = await hear(bundle.encoder, value(data, [1, mels, frames]));
  const music = value(states.data, states.shape.slice(1));
  const ids = tokeniser.encode(lyrics);
  const decode = greedyDecoder(bundle.params, about.captioner, about.captionTokens);
  const [caption = new Int32Array(0)] = await decode(
    songBatch([{ lyrics: ids, music }], about.lyricsTokens) as Values<SongBatch>,
  );
  await hear.release();
  await decode.release();
  return { caption: tokeniser.decode(caption).trim(), notes: notesOn(audio, lyrics, ids.length, about.lyricsTokens) };
}

function notesOn(audio: Float32Array, lyrics: string, tokens: number, limit: number): string[] {
  const notes: string[] = [];
  const seconds = audio.length / melRecipe.sampleRate;
  if (seconds < excerptSeconds)
    notes.push(`The audio is ${seconds.toFixed(1)} s long; silence was added up to ${excerptSeconds} s.`);
  if (level(excerpt(audio, excerptSeconds)) < SILENCE)
    notes.push("The excerpt is silent: the caption rests on the lyrics alone.");
  if (lyrics.trim() === "") notes.push("There are no lyrics: the caption rests on the music alone.");
  if (tokens > limit) notes.push(`The lyrics have ${tokens} tokens; the first ${limit} were read.`);
  return notes;
}

/** Root mean square. */
function level(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / Math.max(1, samples.length));
}
