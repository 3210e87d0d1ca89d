import { type SongbookDataSet, songbookDataSets } from "../../data/corpus/layout/data-sets";
import type { SongbookOptions } from "../../data/songbook";
import { bartNoise, type Noise } from "../../data/text/denoise";
import { AlcapError } from "../../errors";
import type { Pooling } from "../../model/music/music-encoder";
import { methods } from "../../paper";
import { type AdamW, type MusicShape, releasedRecipe, type TextShape } from "../../recipe";
import type { RunPlan, TrainingPlan } from "./plan";

export type PresetName = "smoke" | "quick" | "standard";

/** Songbook's data sets by name: by votes, as the paper's Song Interpretation data sets, and the playlists. */
export const dataSetNames = Object.keys(songbookDataSets) as readonly SongbookDataSet[];

/** Everything that fixes a set of runs on Songbook. A preset is data: change a field and the runs get other names and other records. */
export interface Preset extends RunPlan {
  readonly name: PresetName;
  /** What it promises: results to expect, time, command. */
  readonly about: string;
  readonly corpus: SongbookOptions;
  readonly dataSet: SongbookDataSet;
  readonly music: MusicShape;
  /** Tag training of the music encoder: three stages, the first two on crops of this many mel frames (16 ms each), a multiple of 8. */
  readonly tagger: {
    /** Its own, so that runs of any seeds share one encoder. */
    readonly seed: number;
    /** What it is trained and tested on; drawn from another seed than the corpus. Their words take no part. */
    readonly songs: SongbookOptions;
    readonly cropFrames: number;
    readonly pooling: Pooling;
    /** The first three convolution blocks. */
    readonly lower: TrainingPlan;
    /** The other four. */
    readonly middle: TrainingPlan;
    /** The transformer and the tag head. */
    readonly top: TrainingPlan;
  };
  readonly text: Omit<TextShape, "vocabulary">;
  readonly baseModel: BaseModelPlan;
}

/** How the base model is made that all methods start from, without music: the small stand-in for facebook/bart-base. */
export interface BaseModelPlan {
  /** Of all stages: one base model serves the runs of all seeds, as BART-base does. */
  readonly seed: number;
  /** Whose words it is trained on; drawn from another seed than the corpus. */
  readonly songs: SongbookOptions;
  /** Size of the byte-level BPE vocabulary, trained on the denoising texts. */
  readonly vocabulary: number;
  /** Denoising pre-training. */
  readonly denoising: TrainingPlan & { readonly noise: Noise; readonly tokens: number };
  /**
   * Intermediate-task fine-tuning after it, an option: from a song's lyrics to what a listener wrote. The songs are the same, but their words follow
   * the music's mood as often as `agreement` says.
   */
  readonly intermediate?: TrainingPlan & { readonly agreement: number };
}

const adamw: AdamW = { name: "adamw", beta1: 0.9, beta2: 0.98, epsilon: 1e-8, weightDecay: 0.01, clipNorm: 1 };

/** How every stage of the music encoder is trained. */
const stagePlan = { schedule: { peak: 4e-3, after: "linear", warmupSteps: 20 }, optimiser: adamw, dropout: 0 } as const;

/**
 * quick: the whole method on two cores in under ten minutes. As in the paper all three methods start from one pre-trained
 * base model and represent music by one frozen encoder; here both are small, were made from other songs, and come with the project.
 * ρ = 0.5: the lyrics tell enough of the music's mood to be worth reading, and leave enough untold for the music to matter.
 *
 * Rate, epochs and dropout are among those that `results/tune` found best, the shortest of them. Command: `npm run reproduce`.
 */
const quick: Preset = {
  name: "quick",
  about: "700 songs and 200 test songs, a small model, three seeds: the default of `npm run reproduce`",
  corpus: { seed: 7, songs: 700, testSongs: 200, audience: 8, agreement: 0.5, noise: 0.3 },
  dataSet: "songbook-positive",
  lyricsTokens: 104,
  captionTokens: 56,
  music: { mels: 128, channels: 16, heads: 4, inner: 128, layers: 2, tags: 50 },
  tagger: {
    seed: 2020,
    songs: { seed: 20_240_601, songs: 2600, testSongs: 500, agreement: 0, noise: 0.3 },
    cropFrames: 128,
    pooling: "mean",
    lower: { ...stagePlan, batch: 8, epochs: 8 },
    middle: { ...stagePlan, batch: 16, epochs: 40 },
    top: { ...stagePlan, batch: 16, epochs: 20 },
  },
  text: {
    width: 128,
    encoderLayers: 2,
    decoderLayers: 2,
    heads: 4,
    inner: 256,
    positions: 128,
    dropout: 0,
    attentionDropout: 0,
    activationDropout: 0,
    initialDeviation: 0.06,
  },
  recipe: {
    ...releasedRecipe,
    fusion: { ...releasedRecipe.fusion, layers: [1] }, // after the last layer, so that the alignment before it sees words only
    alignment: { ...releasedRecipe.alignment, layer: 1 },
    caption: { ...releasedRecipe.caption, labelPadding: "ignored" },
  },
  baseModel: {
    seed: 2022,
    songs: { seed: 20_231_206, songs: 24_000, testSongs: 0, agreement: 0, noise: 0 },
    vocabulary: 4000,
    denoising: {
      batch: 26,
      epochs: 1,
      tokens: 128,
      noise: bartNoise,
      schedule: { peak: 3e-3, after: "linear", warmupSteps: 50 },
      optimiser: adamw,
      dropout: 0,
    },
  },
  captioning: {
    batch: 26,
    epochs: 4,
    schedule: { peak: 6e-4, after: "linear", warmupSteps: 50 },
    optimiser: adamw,
    dropout: 0,
  },
  methods,
  seeds: [2020, 2021, 2022],
  decoding: { kind: "greedy" },
  decodingBatch: 32,
};

/** With the base model fine-tuned on an intermediate task after its denoising, as an ablation of where the methods start from. */
export const withIntermediateTask = (preset: Preset): Preset => {
  const { tokens: _, noise: __, ...plan } = preset.baseModel.denoising;
  // The task's words follow the music's mood as often as the corpus's; dropout is BART's own rate.
  const intermediate = { ...plan, agreement: preset.corpus.agreement, dropout: 0.1 };
  return { ...preset, baseModel: { ...preset.baseModel, intermediate } };
};

/** smoke: the same path on a handful of songs, for tests of the notebooks; its numbers mean nothing. */
const smoke: Preset = {
  ...quick,
  name: "smoke",
  about: "tens of songs and a few steps: tests that everything runs; its numbers mean nothing",
  corpus: { ...quick.corpus, songs: 40, testSongs: 8 },
  lyricsTokens: 64,
  captionTokens: 32,
  music: { ...quick.music, channels: 8, inner: 32 },
  tagger: {
    ...quick.tagger,
    songs: { ...quick.tagger.songs, songs: 25, testSongs: 8 },
    lower: { ...stagePlan, batch: 8, epochs: 1 },
    middle: { ...stagePlan, batch: 8, epochs: 1 },
    top: { ...stagePlan, batch: 8, epochs: 1 },
  },
  text: { ...quick.text, width: 32, inner: 64 },
  baseModel: {
    ...quick.baseModel,
    songs: { ...quick.baseModel.songs, songs: 40 },
    vocabulary: 600,
    denoising: { ...quick.baseModel.denoising, tokens: 64, batch: 8 },
  },
  seeds: [2022],
  captioning: { ...quick.captioning, epochs: 5, batch: 8, schedule: { ...quick.captioning.schedule, peak: 3e-3 } },
};

/**
 * standard: the runs that decide, `results/PROTOCOL.md`. Its own corpus is that of the first confirmation replicate; the grids `table1`, `lambda`
 * and `controls` go through all of them. Everything about it was chosen on the development corpora of `quick`'s size.
 *
 * Expected: `alcap runs verdict --preset standard`.
 * Commands: `alcap sweep table1 --preset standard` and the others make what is not recorded; the notebooks show these runs without any weights.
 */
const standard: Preset = {
  ...quick,
  name: "standard",
  about: "1,600 songs and 1,000 test songs, confirmation corpora: its runs are committed",
  corpus: { ...quick.corpus, seed: 101, songs: 1600, testSongs: 1000 },
  captioning: { ...quick.captioning, epochs: 6, schedule: { ...quick.captioning.schedule, peak: 3e-4 } },
  seeds: [2020],
};

const presets: Readonly<Record<PresetName, Preset>> = { smoke, quick, standard };

export const presetNames = Object.keys(presets) as readonly PresetName[];

/** The preset that `ALCAP_PRESET` names, `quick` where it is not set: what a notebook runs on. */
export const presetFromEnvironment = (): Preset => presetNamed(process.env.ALCAP_PRESET ?? "quick");

/** Looks a preset up. Throws `AlcapError` "usage" for an unknown name. */
export function presetNamed(name: string): Preset {
  if (Object.hasOwn(presets, name)) return presets[name as PresetName];
  throw new AlcapError("usage", `There is no preset "${name}".`, `Choose one of ${presetNames.join(", ")}.`);
}
