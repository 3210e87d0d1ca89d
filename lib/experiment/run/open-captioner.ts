import { excerptOf } from "../../data/audio/load";
import { melSpectrogram } from "../../data/audio/mel";
import type { Audio } from "../../data/audio/sound";
import { englishTest } from "../../data/corpus/source/english";
import { songBatch } from "../../data/text/batch";
import { plainText } from "../../data/text/plain";
import type { Value, Values } from "../../engine";
import { AlcapError } from "../../errors";
import { greedyDecoder, type SongBatch } from "../../model/decoding/greedy";
import { openMusicEncoder } from "../../model/music/open-encoder";
import { excerptSeconds, melRecipe } from "../../recipe";
import type { Bundle } from "./bundle";

/** Below this root-mean-square level (full scale is 1) a clip counts as silent: −66 dB. */
const SILENCE = 5e-4;

/** Characters by which a language is told. */
const ENOUGH = 20_000;

export interface SongCaption {
  readonly caption: string;
  /** What the user should know: what the model has learned from, and of the input silence, a short clip, cut or foreign lyrics. */
  readonly notes: readonly string[];
}

/** A trained captioner at work, compiled once for any number of songs. */
export interface SongCaptioner {
  /**
   * Captions the 15 s in the middle of decoded sound, of any rate and number of channels, with the song's lyrics.
   *
   * @throws AlcapError `input` for lyrics without a word: every method looks at music through the words, and none has learned without
   */
  caption(audio: Audio, lyrics: string): Promise<SongCaption>;
  /** Compiles the graphs that a song with these lyrics needs, by captioning silence: while a song's sound is still on its way. */
  ready(lyrics: string): Promise<void>;
  release(): Promise<void>;
}

/** Opens a trained captioner. Its three graphs are compiled with the first song and serve all others. */
export function openCaptioner({ about, tokeniser, encoder, params }: Bundle): SongCaptioner {
  const music = openMusicEncoder(encoder.params, encoder.shape, encoder.stepsPerDb);
  const decode = greedyDecoder(params, about.captioner, about.captionTokens);
  const written = async (samples: Float32Array, ids: Int32Array) => {
    const [representation] = await music.represent([melSpectrogram(samples)]);
    const song = songBatch([{ lyrics: ids, music: representation as Value }], about.lyricsTokens);
    const [caption = new Int32Array(0)] = await decode(song as Values<SongBatch>);
    return caption;
  };
  const idsOf = (lyrics: string) => tokeniser.encode(lyrics, { maxLength: about.lyricsTokens + 1 }); // one more tells that some are left
  return {
    ready: async (lyrics) => {
      await written(new Float32Array(excerptSeconds * melRecipe.sampleRate), idsOf(plainText(lyrics)));
    },
    caption: async (audio, words) => {
      const lyrics = plainText(words);
      if (!/[\p{L}\p{N}]/u.test(lyrics)) throw noWords();
      const samples = excerptOf(audio);
      const ids = idsOf(lyrics);
      const caption = await written(samples, ids);
      const notes = await notesOn(audio, samples, lyrics);
      if (ids.length > about.lyricsTokens)
        notes.push(`The lyrics have more than ${about.lyricsTokens} tokens; the first ${about.lyricsTokens} were used.`);
      return { caption: tokeniser.decode(caption).trim(), notes };
    },
    release: async () => {
      await music.release();
      await decode.release();
    },
  };
}

const noWords = () =>
  new AlcapError(
    "input",
    "The lyrics hold no words, and this model cannot caption from music alone.",
    "Give the song's words; an instrumental cannot be captioned.",
  );

/** What stands in the way of a good caption. */
async function notesOn(audio: Audio, samples: Float32Array, lyrics: string): Promise<string[]> {
  const seconds = (audio.channels[0]?.length ?? 0) / audio.sampleRate;
  const foreign = (await englishTest())(lyrics.slice(0, ENOUGH)).startsWith("other");
  return [
    "The model has learned from generated songs only: on real songs its captions are naive.",
    seconds < excerptSeconds && `The audio is ${seconds.toFixed(1)} s long; silence was added up to ${excerptSeconds} s.`,
    level(samples) < SILENCE && "The excerpt is silent: the caption rests on the lyrics alone.",
    foreign &&
      "The lyrics do not seem to be English, the only language that the model knows: the caption may have little to do with them.",
  ].filter((note) => note !== false);
}

/** Root mean square. */
function level(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / Math.max(1, samples.length));
}
