import { writeFileSync } from "node:fs";
import path from "node:path";
import seedrandom from "seedrandom";
import { captionBatch, type Example, trainingRows } from "../../data/text/batch";
import { loadTokeniser } from "../../data/text/tokeniser";
import { type Value, value } from "../../engine";
import { songbookCorpus } from "../../experiment/dataset/corpus";
import { type Preset, presetNamed } from "../../experiment/preset/songbook";
import { baseModelName, shippedBaseModels } from "../../experiment/pretrain/base-model";
import type { Captioner } from "../../model/captioner";
import { writeSafetensors } from "../../model/weights";
import { bartBase, bartTokens } from "../../recipe";
import { freshTraining } from "../../train/step";
import type { StepPlan } from "../../train/step-plan";

export type StepSize = "quick" | "base";

/** A step with rows to try it on. */
export interface StepCase {
  readonly captioner: Captioner;
  readonly plan: StepPlan;
  readonly lengths: { readonly lyricsTokens: number; readonly captionTokens: number };
  readonly batches: readonly (readonly Example[])[];
  /** The rows in words. */
  readonly rows: string;
  /** How PyTorch pads: its users to the longest row of the batch, the released code to the full length. */
  readonly paddings: readonly Padding[];
}

export type Padding = "longest" | "full";

/** What both sides of the measurement read of `config.json`. */
export interface StepConfig {
  readonly captioner: Captioner;
  readonly plan: StepPlan;
  readonly learningRate: number;
}

/** 15 s of music and the class vector. */
const MUSIC_POSITIONS = 119;
/** Of the corpus: enough for some batches. */
const SONGS = 800;
/** Median tokens of lyrics and captions at BART-base's size, and the deviation of their logarithm. */
const DRAWN = { lyrics: 250, caption: 110, deviation: 0.5 };

/** ALCAP with dropout off, on training rows of `quick` or, at BART-base's size, on rows of drawn lengths. */
export const stepCase = (size: StepSize, batches: number): StepCase =>
  size === "base" ? baseCase(batches) : songbookCase(presetNamed("quick"), batches);

/** A preset's first training batches. Music is random: it costs the same whatever it is. */
function songbookCase(preset: Preset, batches: number): StepCase {
  const { rows } = songbookCorpus({ ...preset, corpus: { ...preset.corpus, songs: SONGS } });
  const tokeniser = loadTokeniser(path.join(shippedBaseModels(), baseModelName(preset), "tokenizer.json"));
  const captioner = captionerFor(preset, tokeniser.vocabSize, 2 * preset.music.channels);
  const music = randomMusic(captioner.musicWidth);
  const orders = trainingRows(rows.train.length, preset.captioning.batch, 1);
  const example = (at: number): Example => {
    const { song, text } = rows.train[at]!;
    const encode = (words: string, maxLength: number) => tokeniser.encode(words, { maxLength });
    return {
      song: song.id,
      lyrics: encode(song.lyrics, preset.lyricsTokens),
      caption: encode(text, preset.captionTokens),
      music,
    };
  };
  return {
    captioner,
    plan: { ...preset.captioning, dropout: 0 },
    lengths: preset,
    batches: Array.from({ length: batches }, (_, step) => orders(step).map(example)),
    rows: `${batches} training batches of ${preset.captioning.batch} rows of ${preset.name}, at most ${preset.lyricsTokens} and ${preset.captionTokens} tokens`,
    paddings: ["longest"],
  };
}

function captionerFor({ text, recipe }: Pick<Preset, "text" | "recipe">, vocabulary: number, musicWidth: number): Captioner {
  return { method: "alcap", text: { ...text, vocabulary }, musicWidth, recipe };
}

/** BART-base with fusion and alignment where quick has them, after the last layer and before; padding takes part in nothing. */
function baseCase(batches: number): StepCase {
  const { recipe, captioning } = presetNamed("quick");
  const last = bartBase.encoderLayers - 1;
  const placed = {
    ...recipe,
    fusion: { ...recipe.fusion, layers: [last] },
    alignment: { ...recipe.alignment, layer: last, pooling: "without-padding" as const },
  };
  const text = { ...bartBase, dropout: 0, attentionDropout: 0, activationDropout: 0 };
  const captioner = captionerFor({ text, recipe: placed }, bartBase.vocabulary, 256);
  const random = seedrandom("bench/base");
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const drawn = (median: number) => {
    const length = Math.max(3, Math.min(512, Math.round(median * Math.exp(DRAWN.deviation * normal()))));
    const ids = Int32Array.from({ length }, () => 5 + Math.floor(random() * (bartBase.vocabulary - 5)));
    return ids.fill(bartTokens.bos, 0, 1).fill(bartTokens.eos, length - 1);
  };
  const music = randomMusic(captioner.musicWidth);
  const row = (song: string): Example => ({ song, lyrics: drawn(DRAWN.lyrics), caption: drawn(DRAWN.caption), music });
  const drawnBatches = Array.from({ length: batches }, () => [row("a"), row("b")]);
  const [first = []] = drawnBatches;
  const shown = first.map(({ lyrics, caption }) => `${lyrics.length}/${caption.length}`).join(" and ");
  return {
    captioner,
    plan: { ...captioning, dropout: 0 },
    lengths: { lyricsTokens: 512, captionTokens: 512 },
    batches: drawnBatches,
    rows: `batches of 2 rows, log-normal lengths of median ${DRAWN.lyrics} and ${DRAWN.caption} tokens (deviation of the logarithm ${DRAWN.deviation}), cut at 512, the first of ${shown}`,
    paddings: ["longest", "full"],
  };
}

function randomMusic(width: number): Value {
  const random = seedrandom("bench/music");
  return value(
    Float32Array.from({ length: MUSIC_POSITIONS * width }, () => random() - 0.5),
    [MUSIC_POSITIONS, width],
  );
}

export const batchFile = (padding: Padding, at: number) => `${padding}-${at}.safetensors`;

/** Writes a case where both sides find it. Ours gets full batches as training does, and packs them. */
export function writeCase(folder: string, { captioner, plan, lengths, batches }: StepCase, learningRate: number): void {
  const config: StepConfig = { captioner, plan, learningRate };
  writeFileSync(path.join(folder, "config.json"), JSON.stringify(config));
  const { params } = freshTraining(captioner, plan.optimiser, 0);
  writeFileSync(path.join(folder, "weights.safetensors"), writeSafetensors(params));
  batches.forEach((rows, at) => {
    const longest = (of: "lyrics" | "caption", most: number) => Math.min(most, Math.max(...rows.map((row) => row[of].length)));
    const shorter = {
      lyricsTokens: longest("lyrics", lengths.lyricsTokens),
      captionTokens: longest("caption", lengths.captionTokens),
    };
    writeFileSync(path.join(folder, batchFile("full", at)), writeSafetensors(captionBatch(rows, lengths)));
    writeFileSync(path.join(folder, batchFile("longest", at)), writeSafetensors(captionBatch(rows, shorter)));
  });
}
