import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { soundFingerprint, TAGS } from "../../data/songbook";
import { shuffled, trainingRows } from "../../data/text/batch";
import { compile, engineInfo, numericsOf, tf, type Value, type Values, value } from "../../engine";
import { canonical, fingerprint } from "../../files/fingerprint";
import { writeWhole } from "../../files/whole-file";
import { macroAuc } from "../../metric/auc";
import { frameStride, lowerFrontEnd, musicEncoder, tagLogits, upperFrontEnd } from "../../model/music/music-encoder";
import { isSideHead } from "../../model/music/side-head";
import type { Params, ParamValues } from "../../model/params";
import { readSafetensors, writeSafetensors } from "../../model/weights";
import type { Progress } from "../../progress";
import { type Curve, checkpointFile } from "../../train/checkpoint";
import { type FitTask, fit } from "../../train/fit";
import type { Corpus } from "../dataset/corpus";
import type { TrainingPlan } from "../preset/plan";
import type { Preset } from "../preset/songbook";
import type { MelCache } from "./mel-cache";
import { freshTagState, type Stage, stageStep, stages, type TagBatch, type TagState, tagRow, tagTargets } from "./stages";

/** A music encoder that has learned Songbook's tags, ready to be frozen. */
export interface TrainedEncoder {
  readonly params: ParamValues;
  /** Tag loss over the three stages of the training, one after the other. */
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
  checkpoint: (stage: Stage) => path.join(home, `checkpoint-${stage}.safetensors`),
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

/** Everything that decides a stage: the encoder's recipe without the stages that come later. */
function stageRecipe(preset: Preset, corpus: Corpus, seed: number, stage: Stage): string {
  const later = stages.slice(stages.indexOf(stage) + 1);
  const known = Object.entries(preset.tagging).filter(([name]) => !later.some((other) => other === name));
  return encoderRecipe({ ...preset, tagging: Object.fromEntries(known) as Preset["tagging"] }, corpus, seed);
}

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

/** What the stages of a training share. */
interface Lesson {
  readonly preset: Preset;
  readonly corpus: Corpus;
  readonly home: string;
  /** Places of the training songs in the corpus. */
  readonly train: readonly number[];
  readonly progress: Progress;
}

/**
 * Trains on the tags with binary cross-entropy (the paper's encoder was trained on the Million Song Dataset's 50 tags), from
 * shallow to deep, as in greedy layer-wise training (Bengio et al. 2007): three convolution blocks on random crops (as Won et
 * al. 2019), then the other four on what the first hear, then the transformer and the tag head on whole songs. Each stage is
 * frozen before the next one begins, so the blocks that cost most are not computed again, and none waits for a gradient
 * through all others. A stopped training goes on where it was.
 */
export async function trainEncoder(
  preset: Preset,
  corpus: Corpus,
  mels: MelCache,
  home: string,
  progress: Progress,
): Promise<TrainedEncoder> {
  const started = performance.now();
  const train = corpus.songs.flatMap((song, index) => (song.split === "train" ? [index] : []));
  const learned = await learnStages({ preset, corpus, home, train, progress }, mels);
  const params = withoutSide(learned.params);
  const scores = await tagScores(preset, corpus, mels, params);
  const auc = validationAuc(corpus, scores);
  const about = { curve: learned.curve, auc, seconds: (performance.now() - started) / 1000 };
  const asValues = Object.fromEntries([...scores].map(([id, row]) => [id, value(row, [row.length])]));
  writeWhole(files(home).scores, writeSafetensors(asValues));
  writeWhole(files(home).weights, writeSafetensors(params, { about: JSON.stringify(about), format: "pt" }));
  for (const stage of stages) checkpointFile(files(home).checkpoint(stage), "").clear();
  return { params, ...about, scores };
}

type Learned = { readonly params: ParamValues; readonly curve: Curve };

async function learnStages(lesson: Lesson, mels: MelCache): Promise<Learned> {
  const { tagging } = lesson.preset;
  const positions = tagging.cropFrames / frameStride;
  const lower = await learn(lesson, "lower", (songs, seed) => melCrops(mels, songs, tagging.cropFrames, seed));
  const heard = await lowerFeatures(lesson, mels, lower.params);
  const middle = await learn(lesson, "middle", (rows, seed) => featureCrops(heard, rows, positions, seed));
  const local = await localFeatures(heard, middle.params);
  const top = await learn(lesson, "top", (rows, seed) => {
    const [, T, C] = local.shape;
    const { data } = featureCrops(local, rows, T, seed);
    return value(data as Float32Array, [rows.length, T, C]);
  });
  const parts = [lower, middle, top];
  const steps = parts.flatMap(({ curve }) => curve.steps).map(({ losses }, i) => ({ step: i + 1, losses }));
  return { params: Object.assign({}, ...parts.map(({ params }) => params)), curve: { steps, evaluations: [] } };
}

const stepsOf = ({ epochs, batch }: TrainingPlan, songs: number) => Math.floor((songs * epochs) / batch);

/** Trains one stage. `heardBy` makes a batch's input from places in the corpus (`lower`) or among the training songs. */
async function learn(
  { preset, corpus, home, train, progress }: Lesson,
  stage: Stage,
  heardBy: (songs: readonly number[], seed: string) => Value,
): Promise<Learned> {
  const seed = preset.seeds[0]!;
  const plan = preset.tagging[stage];
  const rowsOf = trainingRows(train.length, plan.batch, seed);
  const counts = stages.map((name) => stepsOf(preset.tagging[name], train.length));
  const [before, total] = [sum(counts.slice(0, stages.indexOf(stage))), sum(counts)];
  const store = checkpointFile<Values<TagState>>(files(home).checkpoint(stage), stageRecipe(preset, corpus, seed, stage));
  const step = stageStep(preset, stage);
  const task: FitTask<TagState, TagBatch> = {
    step,
    initial: () => freshTagState(preset, seed, stage),
    batch: (at) => {
      const rows = rowsOf(at);
      const songs = rows.map((row) => train[row]!);
      const heard = heardBy(stage === "lower" ? songs : rows, `${seed}/crop/${at}`);
      return { heard, tags: tagTargets(songs.map((song) => corpus.songs[song]!)) };
    },
    steps: stepsOf(plan, train.length),
    perEpoch: train.length / plan.batch,
    schedule: plan.schedule,
    seed,
    checkpoint: { store, every: 200 },
  };
  const { state, curve } = await fit(task, (done, _, note) => progress(before + done, total, note));
  await step.release();
  return { params: { ...state.params, ...state.statistics } as ParamValues, curve };
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

/** Seeded places of crops, 0 to `last`. */
function placesOf(count: number, last: number, seed: string): number[] {
  const places = shuffled(last + 1, seed);
  return Array.from({ length: count }, (_, row) => places[row % places.length]!);
}

/** Crops of spectrograms at seeded places, `[songs, mels, frames]`. */
function melCrops(mels: MelCache, songs: readonly number[], frames: number, seed: string): Value {
  const size = mels.mels * frames;
  const places = placesOf(songs.length, mels.frames - frames, seed);
  const data = new Float32Array(songs.length * size);
  songs.forEach((song, row) => {
    mels.crop(song, places[row]!, frames, data, row * size);
  });
  return value(data, [songs.length, mels.mels, frames]);
}

/** What frozen blocks hear in each training song, `[F, T, C]`. */
interface Features {
  readonly of: readonly Float32Array[];
  readonly shape: readonly [F: number, T: number, C: number];
}

/** Crops of features at seeded places, `[rows, F, positions, C]`. */
function featureCrops({ of, shape: [F, T, C] }: Features, rows: readonly number[], positions: number, seed: string): Value {
  const places = placesOf(rows.length, T - positions, seed);
  const data = new Float32Array(rows.length * F * positions * C);
  rows.forEach((song, row) => {
    for (let f = 0; f < F; f++) {
      const from = (f * T + places[row]!) * C;
      data.set(of[song]!.subarray(from, from + positions * C), (row * F + f) * positions * C);
    }
  });
  return value(data, [rows.length, F, positions, C]);
}

const withoutSide = (params: ParamValues): ParamValues =>
  Object.fromEntries(Object.entries(params).filter(([name]) => !isSideHead(name)));

async function lowerFeatures({ train }: Lesson, mels: MelCache, lower: ParamValues): Promise<Features> {
  const hear = compile((p: Params, mel: tf.Tensor) => lowerFrontEnd(p, mel), { baked: [0], name: "lower blocks" });
  const params = withoutSide(lower);
  const heard: Value[] = [];
  for (const song of train) heard.push(await hear(params, value(mels.of(song), [1, mels.mels, mels.frames])));
  await hear.release();
  const [, F = 0, T = 0, C = 0] = heard[0]?.shape ?? [];
  return { of: heard.map(({ data }) => data as Float32Array), shape: [F, T, C] };
}

async function localFeatures({ of, shape }: Features, middle: ParamValues): Promise<Features> {
  const hear = compile((p: Params, heard: tf.Tensor) => upperFrontEnd(p, heard), { baked: [0], name: "middle blocks" });
  const params = withoutSide(middle);
  const local: Value[] = [];
  for (const data of of) local.push(await hear(params, value(data, [1, ...shape])));
  await hear.release();
  const [, T = 0, C = 0] = local[0]?.shape ?? [];
  return { of: local.map(({ data }) => data as Float32Array), shape: [1, T, C] };
}

/** How probable the encoder finds each tag in the songs it has not learned from, each heard whole. */
async function tagScores({ music, tagging }: Preset, corpus: Corpus, mels: MelCache, params: ParamValues) {
  const predict = compile((p: Params, mel: tf.Tensor) => tf.sigmoid(tagLogits(p, musicEncoder(p, music, mel), tagging.readout)), {
    baked: [0],
    name: "tags",
  });
  const scores = new Map<string, Float32Array>();
  for (const [song, { id, split }] of corpus.songs.entries()) {
    if (split === "train") continue;
    scores.set(id, (await predict(params, value(mels.of(song), [1, mels.mels, mels.frames]))).data as Float32Array);
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
