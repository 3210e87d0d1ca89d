import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { shuffled, trainingRows } from "../data/batch";
import { soundFingerprint, TAGS } from "../data/songbook";
import { compile, engineInfo, type Outside, tf, type Value, value } from "../engine";
import { macroAuc } from "../metric/auc";
import { lowerFrontEnd, musicEncoder, tagLogits } from "../model/music-encoder";
import type { Params, ParamValues } from "../model/params";
import { isSideHead } from "../model/side-head";
import { readSafetensors, writeSafetensors } from "../model/weights";
import type { Progress } from "../progress";
import { type Curve, checkpointFile, writeWhole } from "../train/checkpoint";
import { type FitTask, fit } from "../train/fit";
import type { Corpus } from "./corpus";
import type { MelCache } from "./mel-cache";
import type { Preset, TrainingPlan } from "./presets";
import { freshTagState, lowerStep, type Stage, type TagBatch, type TagState, tagRow, tagTargets, upperStep } from "./tag-steps";
import { canonical, fingerprint, numericsOf } from "./workspace";

/** A music encoder that has learned Songbook's tags, ready to be frozen. */
export interface TrainedEncoder {
  readonly params: ParamValues;
  /** Tag loss of the second stage, which trains the head; the first stage's is `lowerCurve`. */
  readonly curve: Curve;
  readonly lowerCurve: Curve;
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

/** The encoder that was trained here before; undefined where there is none. */
export function findEncoder(home: string): TrainedEncoder | undefined {
  const { weights, scores } = files(home);
  if (!existsSync(weights) || !existsSync(scores)) return undefined;
  const { tensors, metadata } = readSafetensors(readFileSync(weights));
  const heard = readSafetensors(readFileSync(scores)).tensors;
  const about = JSON.parse(metadata.about ?? "{}") as Pick<TrainedEncoder, "curve" | "lowerCurve" | "auc" | "seconds">;
  const byId = new Map(Object.entries(heard).map(([id, { data }]) => [id, data as Float32Array]));
  return { params: tensors as ParamValues, ...about, scores: byId };
}

/** What both stages of a training share. */
interface Lesson {
  readonly preset: Preset;
  readonly corpus: Corpus;
  readonly mels: MelCache;
  readonly home: string;
  /** Places of the training songs in the corpus. */
  readonly train: readonly number[];
  readonly progress: Progress;
}

/**
 * Trains on the tags with binary cross-entropy (the paper's encoder was trained on the Million Song Dataset's 50 tags), on
 * random crops as Won et al. 2019, and in two stages, each from shallow to deep as in greedy layer-wise training (Bengio et al.
 * 2007): the three lower blocks, which cost most of a step and shorten a song to an eighth, learn through a head of their own;
 * then they are frozen, the songs are passed through them once, and all that lies above learns on what they hear, with the
 * tag head that stays. A stopped training goes on where it was.
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
  const [first, second] = [stepsOf(preset.tagging.lower, train.length), stepsOf(preset.tagging, train.length)];
  const share =
    (before: number): Progress =>
    (done, _, note) =>
      progress(before + done, first + second, note);
  const lesson = { preset, corpus, mels, home, train };
  const lower = await learnLower({ ...lesson, progress: share(0) });
  const upper = await learnUpper({ ...lesson, progress: share(first) }, lower.params);
  const learned = Object.entries({ ...lower.params, ...upper.params });
  const params: ParamValues = Object.fromEntries(learned.filter(([name]) => !isSideHead(name)));
  const scores = await tagScores(preset, corpus, mels, params);
  const auc = validationAuc(corpus, scores);
  const about = { curve: upper.curve, lowerCurve: lower.curve, auc, seconds: (performance.now() - started) / 1000 };
  const asValues = Object.fromEntries([...scores].map(([id, row]) => [id, value(row, [row.length])]));
  writeWhole(files(home).scores, writeSafetensors(asValues));
  writeWhole(files(home).weights, writeSafetensors(params, { about: JSON.stringify(about), format: "pt" }));
  for (const stage of ["lower", "upper"] as const) checkpointFile(files(home).checkpoint(stage), "").clear();
  return { params, ...about, scores };
}

const stepsOf = ({ epochs, batch }: TrainingPlan, songs: number) => Math.floor((songs * epochs) / batch);

function learnLower(lesson: Lesson): Promise<Learned> {
  const { corpus, mels, preset } = lesson;
  const { cropFrames, lower } = preset.tagging;
  return learn(lesson, "lower", lower, lowerStep(preset), (songs, seed) => {
    const places = placesOf(songs.length, mels.frames - cropFrames, seed);
    const heard = cropsOf(
      mels,
      songs.map((song, row) => ({ song, from: places[row]! })),
      cropFrames,
    );
    return { heard, tags: tagTargets(songs.map((song) => corpus.songs[song]!)) };
  });
}

async function learnUpper(lesson: Lesson, lower: ParamValues): Promise<Learned> {
  const { corpus, preset, train } = lesson;
  const features = await lowerFeatures(lesson, lower);
  const placeOf = new Map(train.map((song, place) => [song, place]));
  const positions = preset.tagging.cropFrames / 8;
  return learn(lesson, "upper", preset.tagging, upperStep(preset), (songs, seed) => {
    const [F, T, C] = features.shape;
    const places = placesOf(songs.length, T - positions, seed);
    const data = new Float32Array(songs.length * F * positions * C);
    songs.forEach((song, row) => {
      const whole = features.of[placeOf.get(song)!]!;
      for (let f = 0; f < F; f++) {
        const from = (f * T + places[row]!) * C;
        data.set(whole.subarray(from, from + positions * C), (row * F + f) * positions * C);
      }
    });
    return {
      heard: value(data, [songs.length, F, positions, C]),
      tags: tagTargets(songs.map((song) => corpus.songs[song]!)),
    };
  });
}

type Learned = { readonly params: ParamValues; readonly curve: Curve };

async function learn(
  { preset, corpus, home, train, progress }: Lesson,
  stage: Stage,
  plan: TrainingPlan,
  step: FitTask<TagState, TagBatch>["step"] & { release(): Promise<void> },
  batchOf: (songs: readonly number[], seed: string) => Outside<TagBatch>,
): Promise<Learned> {
  const seed = preset.seeds[0] as number;
  const rowsOf = trainingRows(train.length, plan.batch, seed);
  const recipe = encoderRecipe(preset, corpus, seed);
  const store = checkpointFile<Outside<TagState>>(files(home).checkpoint(stage), `${stage} ${recipe}`);
  const task: FitTask<TagState, TagBatch> = {
    step,
    initial: () => freshTagState(preset, seed, stage),
    batch: (at) =>
      batchOf(
        rowsOf(at).map((row) => train[row]!),
        `${seed}/crop/${at}`,
      ),
    steps: stepsOf(plan, train.length),
    schedule: { ...plan.schedule, warmup: plan.schedule.warmupSteps },
    seed,
    checkpoint: { store, every: 200 },
  };
  const { state, curve } = await fit(task, progress);
  await step.release();
  return { params: { ...state.params, ...state.statistics } as ParamValues, curve };
}

/** Seeded places of crops, 0 to `last`. */
function placesOf(count: number, last: number, seed: string): number[] {
  const places = shuffled(last + 1, seed);
  return Array.from({ length: count }, (_, row) => places[row % places.length]!);
}

/** What the frozen lower blocks hear in each training song, `[F, T, C]`. */
async function lowerFeatures({ mels, train }: Lesson, lower: ParamValues) {
  const hear = compile((p: Params, mel: tf.Tensor) => lowerFrontEnd(p, mel), { baked: [0], name: "lower blocks" });
  const params = Object.fromEntries(Object.entries(lower).filter(([name]) => !isSideHead(name)));
  const of: Float32Array[] = [];
  let shape: readonly number[] = [];
  for (const song of train) {
    const heard = await hear(params, value(mels.of(song), [1, mels.mels, mels.frames]));
    of.push(heard.data as Float32Array);
    shape = heard.shape.slice(1);
  }
  await hear.release();
  return { of, shape: shape as readonly [F: number, T: number, C: number] };
}

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
    const mean = (tag: number) => places.reduce((sum, _, crop) => sum + data[crop * TAGS.length + tag]!, 0) / places.length;
    scores.set(
      id,
      Float32Array.from(TAGS, (_, tag) => mean(tag)),
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
