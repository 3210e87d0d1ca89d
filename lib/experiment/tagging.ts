import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { shuffled, trainingRows } from "../data/batch";
import { soundFingerprint, TAGS } from "../data/songbook";
import { compile, dropout as drop, engineInfo, type Outside, tf, type Value, value, valueAndGradAux } from "../engine";
import { tagLoss } from "../loss/tags";
import { macroAuc } from "../metric/auc";
import { musicEncoder, musicParams, tagLogits } from "../model/music-encoder";
import { initialise, type Params, type ParamValues, zerosLike } from "../model/params";
import { readSafetensors, writeSafetensors } from "../model/weights";
import type { Progress } from "../progress";
import { type AdamSlots, adamw } from "../train/adamw";
import { type Curve, checkpointFile, writeWhole } from "../train/checkpoint";
import { fit, type Tick } from "../train/fit";
import type { Corpus } from "./corpus";
import type { MelCache } from "./mel-cache";
import type { Preset } from "./presets";
import { canonical, fingerprint, numericsOf } from "./workspace";

/** Running statistics are carried along, not trained. */
const isStatistic = (name: string) => name.endsWith(".running_mean") || name.endsWith(".running_var");

type TagState = { params: Params; statistics: Params; slots: AdamSlots };
type TagBatch = { mel: tf.Tensor; tags: tf.Tensor };

/** A music encoder that has learned Songbook's tags, ready to be frozen. */
export interface TrainedEncoder {
  readonly params: ParamValues;
  readonly curve: Curve;
  /** Mean over tags of the area under the ROC curve on the validation songs. */
  readonly auc: number;
  /** Seconds that the training took in the process that finished it. */
  readonly seconds: number;
  /** How probable the encoder finds each of `TAGS` in the validation and test songs, by song id: `[tags]`, 0..1. */
  readonly scores: ReadonlyMap<string, Float32Array>;
}

const files = (home: string) => ({
  weights: path.join(home, "music-encoder.safetensors"),
  scores: path.join(home, "tag-scores.safetensors"),
  checkpoint: path.join(home, "checkpoint.safetensors"),
});

/**
 * Everything that decides the trained encoder: how it is made, the music, its tags and splits. Words have no part in it, so
 * corpora that differ in their texts, in ρ or in which interpretations they keep share one encoder.
 */
export const encoderRecipe = (preset: Preset, corpus: Corpus, seed: number) =>
  canonical({
    music: preset.music,
    tagging: preset.tagging,
    songs: fingerprint(corpus.songs.map(({ id, split, tags, music }) => [id, split, tags, music])),
    sound: soundFingerprint(),
    seed,
    tags: TAGS,
    engine: numericsOf(engineInfo()),
  });

/** The encoder that was trained here before; undefined where there is none. */
export function findEncoder(home: string): TrainedEncoder | undefined {
  const { weights, scores } = files(home);
  if (!existsSync(weights) || !existsSync(scores)) return undefined;
  const { tensors, metadata } = readSafetensors(readFileSync(weights));
  const heard = readSafetensors(readFileSync(scores)).tensors;
  const about = JSON.parse(metadata.about ?? "{}") as Pick<TrainedEncoder, "curve" | "auc" | "seconds">;
  const byId = new Map(Object.entries(heard).map(([id, { data }]) => [id, data as Float32Array]));
  return { params: tensors as ParamValues, ...about, scores: byId };
}

/**
 * Trains on the tags with binary cross-entropy (the paper's encoder was trained on the Million Song Dataset's 50 tags), on
 * random crops as Won et al. 2019. A stopped training goes on where it was.
 */
export async function trainEncoder(
  preset: Preset,
  corpus: Corpus,
  mels: MelCache,
  home: string,
  progress: Progress,
): Promise<TrainedEncoder> {
  const started = performance.now();
  const seed = preset.seeds[0] as number;
  const train = corpus.songs.flatMap((song, index) => (song.split === "train" ? [index] : []));
  const { tagging } = preset;
  const rowsOf = trainingRows(train.length, tagging.batch, seed);
  const songsAt = (at: number) => rowsOf(at).map((row) => train[row] as number);
  const store = checkpointFile<Outside<TagState>>(files(home).checkpoint, encoderRecipe(preset, corpus, seed));
  const step = tagStep(preset);
  const fitted = await fit<TagState, TagBatch>(
    {
      step,
      initial: () => freshTagState(preset, seed),
      batch: (at) => tagBatch(corpus, mels, songsAt(at), tagging.cropFrames, `${seed}/crop/${at}`),
      steps: Math.floor((train.length * tagging.epochs) / tagging.batch),
      schedule: { ...tagging.schedule, warmup: tagging.schedule.warmupSteps },
      seed,
      checkpoint: { store, every: 100 },
    },
    progress,
  );
  await step.release();
  const params = { ...fitted.state.params, ...fitted.state.statistics } as ParamValues;
  const scores = await tagScores(preset, corpus, mels, params);
  const auc = validationAuc(corpus, scores);
  const about = { curve: fitted.curve, auc, seconds: (performance.now() - started) / 1000 };
  const asValues = Object.fromEntries([...scores].map(([id, row]) => [id, value(row, [row.length])]));
  writeWhole(files(home).scores, writeSafetensors(asValues));
  writeWhole(files(home).weights, writeSafetensors(params, { about: JSON.stringify(about), format: "pt" }));
  store.clear();
  return { params, ...about, scores };
}

/** One compiled step: forward with batch statistics, gradients, AdamW. */
function tagStep({ music, tagging }: Preset) {
  return compile(
    (state: TagState, batch: TagBatch, tick: Tick) => {
      const { loss, grads, ...statistics } = valueAndGradAux((params: Params) => {
        const updates: Params = {};
        const all = { ...params, ...state.statistics };
        const dropout = (x: tf.Tensor) => drop(x, tagging.dropout, tick.key);
        const states = musicEncoder(all, music, batch.mel, { statistics: { from: "batch", updates }, dropout });
        return { loss: tagLoss(tagLogits(all, states, tagging.readout, dropout), batch.tags), ...updates };
      }, state.params);
      const next = adamw(state.params, grads, state.slots, tick.step, tick.learningRate, tagging.optimiser);
      return { state: { ...next, statistics: statistics as Params }, losses: { tags: loss } };
    },
    { resident: "state", name: "tag step" },
  );
}

function freshTagState({ music }: Preset, seed: number): Outside<TagState> {
  const all = Object.entries(initialise(musicParams(music), seed));
  const params = Object.fromEntries(all.filter(([name]) => !isStatistic(name)));
  return {
    params,
    statistics: Object.fromEntries(all.filter(([name]) => isStatistic(name))),
    slots: { m: zerosLike(params), v: zerosLike(params) },
  };
}

/** Crops `[B, mels, cropFrames]` at seeded places, and tags `[B, tags]`. */
function tagBatch(corpus: Corpus, mels: MelCache, songs: readonly number[], cropFrames: number, seed: string): Outside<TagBatch> {
  const places = shuffled(mels.frames - cropFrames, seed);
  const crops = songs.map((song, row) => ({ song, from: places[row % places.length] as number }));
  const rows = songs.flatMap((song) => tagRow(corpus.songs[song]?.tags ?? []));
  return { mel: cropsOf(mels, crops, cropFrames), tags: value(Float32Array.from(rows), [songs.length, TAGS.length]) };
}

const tagRow = (tags: readonly string[]) => TAGS.map((tag) => (tags.includes(tag) ? 1 : 0));

/** Parts of songs, `[parts, mels, frames]`. */
function cropsOf(mels: MelCache, parts: readonly { song: number; from: number }[], frames: number): Value {
  const size = mels.mels * frames;
  const data = new Float32Array(parts.length * size);
  parts.forEach(({ song, from }, row) => {
    mels.crop(song, from, frames, data, row * size);
  });
  return value(data, [parts.length, mels.mels, frames]);
}

/** The fewest crops that cover a song, evenly spread. */
export function coveringCrops(frames: number, cropFrames: number): number[] {
  const count = Math.ceil(frames / cropFrames);
  if (count <= 1) return [0];
  return Array.from({ length: count }, (_, i) => Math.round((i * (frames - cropFrames)) / (count - 1)));
}

/**
 * How probable the encoder finds each tag in the songs it has not learned from: the mean over crops that cover the whole
 * song, each as long as those of the training, as Won et al. 2019 evaluate.
 */
async function tagScores({ music, tagging }: Preset, corpus: Corpus, mels: MelCache, params: ParamValues) {
  const predict = compile((p: Params, mel: tf.Tensor) => tf.sigmoid(tagLogits(p, musicEncoder(p, music, mel), tagging.readout)), {
    baked: [0],
    name: "tags",
  });
  const places = coveringCrops(mels.frames, tagging.cropFrames);
  const scores = new Map<string, Float32Array>();
  for (const [song, { id, split }] of corpus.songs.entries()) {
    if (split === "train") continue;
    const crops = cropsOf(
      mels,
      places.map((from) => ({ song, from })),
      tagging.cropFrames,
    );
    const { data } = await predict(params, crops);
    scores.set(
      id,
      Float32Array.from(
        TAGS,
        (_, tag) => places.reduce((sum, _, crop) => sum + data[crop * TAGS.length + tag]!, 0) / places.length,
      ),
    );
  }
  await predict.release();
  return scores;
}

function validationAuc(corpus: Corpus, scores: ReadonlyMap<string, Float32Array>): number {
  const songs = corpus.songs.filter(({ split }) => split === "validation");
  const rows = songs.flatMap(({ id }) => [...(scores.get(id) ?? [])]);
  return macroAuc(
    rows,
    songs.flatMap(({ tags }) => tagRow(tags)),
    TAGS.length,
  );
}
