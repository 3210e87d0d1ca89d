import { compose, type Song, soundingVoices } from "../../../data/songbook";
import { songBatch } from "../../../data/text/batch";
import type { Tokeniser } from "../../../data/text/tokeniser";
import { compile, type Value, type Values } from "../../../engine";
import { AlcapError } from "../../../errors";
import { type AttentionMap, attentionConcentration, type Concentration } from "../../../metric/attention";
import type { Captioner } from "../../../model/captioner";
import type { SongBatch } from "../../../model/decoding/one-token";
import { fusionMap } from "../../../model/fusion-map";
import type { Params, ParamValues } from "../../../model/params";
import { moodTokens } from "./likelihood";

/** Where the words of one song look in its music: `[tokens, moments]` without padding; the class vector, which is no moment, stands apart. */
export interface SongMap extends AttentionMap {
  /** The tokens' texts, the special ones by their names. */
  readonly texts: readonly string[];
  /** Share of attention on the class vector, mean over the tokens. */
  readonly ofClass: number;
}

/** A trained captioner's fusion, looked into song by song. */
export interface FusionMaps {
  of(lyrics: string, music: Value): Promise<SongMap>;
  release(): Promise<void>;
}

/** What of a trained captioner its fusion depends on. */
export interface TrainedFusion {
  readonly captioner: Captioner;
  readonly params: ParamValues;
  readonly tokeniser: Tokeniser;
  readonly lyricsTokens: number;
}

/**
 * Opens the fusion of a trained captioner, compiled with the first song.
 *
 * @throws AlcapError `usage` for BART, which looks at no music
 */
export function openFusionMaps({ captioner, params, tokeniser, lyricsTokens }: TrainedFusion): FusionMaps {
  if (captioner.method === "bart")
    throw new AlcapError("usage", "BART has no cross-attention over music.", "Look into BART-fusion or ALCAP.");
  const look = compile((p: Params, song: SongBatch) => fusionMap(p, captioner, song), {
    baked: [0],
    threads: 1,
    name: "fusion map",
  });
  const textOf = (id: number) => (id === tokeniser.bos ? "<s>" : id === tokeniser.eos ? "</s>" : tokeniser.decode([id]));
  return {
    of: async (lyrics, music) => {
      const ids = tokeniser.encode(lyrics, { maxLength: lyricsTokens });
      const { data, shape } = await look(params, songBatch([{ lyrics: ids, music }], lyricsTokens) as Values<SongBatch>);
      const [tokens, positions] = [ids.length, shape.at(-1) ?? 1];
      const frames = positions - 1;
      const weights = Float32Array.from({ length: tokens * frames }, (_, i) => {
        return data[Math.floor(i / frames) * positions + 1 + (i % frames)] as number;
      });
      const onClass = Array.from({ length: tokens }, (_, t) => data[t * positions] as number);
      return { weights, tokens, frames, texts: [...ids].map(textOf), ofClass: onClass.reduce((a, b) => a + b, 0) / tokens };
    },
    release: () => look.release(),
  };
}

/** What is measured of one song's attention. */
export interface Focus {
  /** How unevenly each moment is seen by the tokens: the axis that the paper's figure 3 speaks of. */
  readonly tokens: Concentration;
  /** How unevenly each token looks over the moments: the axis that the softmax sums over. */
  readonly time: Concentration;
  /** How much of a moment's attention comes from the words for the lyrics' mood, over these words' share of the tokens; null where none is read. */
  readonly moodWords: number | null;
  /** How many voices sound at the moments that are looked at, over how many sound on average: 1 where the eye does not follow the players. */
  readonly voices: number;
}

/** The measures of a song's map, against what is known of the song. */
export function focusOf(map: SongMap, { truth, music }: Pick<Song, "truth" | "music">): Focus {
  const { weights, tokens, frames, texts } = map;
  const spoken = moodTokens(
    texts.map((text) => (/^<\/?s>$/.test(text) ? "" : text)),
    truth.lyricsMood,
  );
  const voices = soundingVoices(compose(music), frames);
  const total = weightedSum(map, () => 1);
  const usual = voices.reduce((a, b) => a + b, 0) / frames;
  const named = spoken.filter(Boolean).length;
  return {
    tokens: attentionConcentration(map, { over: "tokens" }),
    time: attentionConcentration(map, { over: "frames" }),
    moodWords: named === 0 ? null : shareOfTokens(weights, tokens, frames, spoken) / (named / tokens),
    voices: weightedSum(map, (_, frame) => voices[frame] as number) / total / usual,
  };
}

function weightedSum({ weights, frames }: SongMap, of: (token: number, frame: number) => number): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += (weights[i] as number) * of(Math.floor(i / frames), i % frames);
  return sum;
}

/** Mean over the moments of the share of their attention that comes from some tokens. */
function shareOfTokens(weights: ArrayLike<number>, tokens: number, frames: number, counted: readonly boolean[]): number {
  let share = 0;
  for (let frame = 0; frame < frames; frame++) {
    let [own, all] = [0, 0];
    for (let token = 0; token < tokens; token++) {
      const weight = weights[token * frames + frame] as number;
      all += weight;
      if (counted[token]) own += weight;
    }
    share += own / all / frames;
  }
  return share;
}
