import path from "node:path";
import { makeSong, soundFingerprint, TAGS } from "../../data/songbook";
import { shuffled, trainingRows } from "../../data/text/batch";
import { compile, type tf, type Value, type Values, value } from "../../engine";
import { fingerprint, memoised } from "../../files/fingerprint";
import { frameStride, lowerFrontEnd, upperFrontEnd } from "../../model/music/music-encoder";
import { isSideHead } from "../../model/music/side-head";
import type { Params, ParamValues } from "../../model/params";
import { readKept, writeKept } from "../../model/weights";
import type { Progress } from "../../progress";
import { type Curve, checkpointFile } from "../../train/checkpoint";
import { type FitTask, fit } from "../../train/fit";
import { type Corpus, songbookCorpus } from "../dataset/corpus";
import type { TrainingPlan } from "../preset/plan";
import type { Preset } from "../preset/songbook";
import { encoderMetadata } from "./encoder-file";
import { type MelCache, STEPS_PER_DB } from "./mel-cache";
import { freshTagState, type Stage, stageStep, stages, type TagBatch, type TagState, tagTargets } from "./stages";

/** A music encoder's weights after its training, and how that went. */
export interface TrainedWeights {
  readonly params: ParamValues;
  /** Tag loss over the three stages of the training, one after the other. */
  readonly curve: Curve;
  /** Seconds that the training took in the process that finished it. */
  readonly seconds: number;
}

/** Songs that go into the name: a change of the generator's music changes it. */
const NAMED_SONGS = 100;

/** The encoder's own songs with their tags and splits; their words take no part. */
export const encoderSongs = ({ tagger }: Pick<Preset, "tagger">): Corpus =>
  songbookCorpus({ corpus: tagger.songs, dataSet: "songbook-full" });

/** Names a preset's encoder: how it is made, and the music, tags and splits of its songs. What it is made for has no part in it. */
export const encoderName = ({ music, tagger }: EncoderPlan): string => nameOf({ music, tagger });

type EncoderPlan = Pick<Preset, "music" | "tagger">;

const nameOf = memoised(({ music, tagger }: EncoderPlan): string => {
  const named = Array.from({ length: Math.min(NAMED_SONGS, tagger.songs.songs) }, (_, i) => makeSong(tagger.songs, i));
  return fingerprint({
    music,
    tagger,
    songs: named.map(({ id, split, tags, music }) => [id, split, tags, music]),
    sound: soundFingerprint(),
    tags: TAGS,
  });
});

/** The weights that a training wrote. Throws `AlcapError` "weights" where they are damaged. */
export function readTrained(file: string): TrainedWeights {
  const { tensors, metadata } = readKept(file);
  const about = JSON.parse(metadata.about ?? "{}") as Pick<TrainedWeights, "curve" | "seconds">;
  return { params: tensors as ParamValues, ...about };
}

/** What the stages of a training share. */
interface Training {
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
 * al. 2019), then the other four on the output of the first three, then the transformer and the tag head on whole songs. Each stage is
 * frozen before the next one begins, so the blocks that cost most are not computed again, and none waits for a gradient
 * through all others. A stopped training goes on where it was.
 *
 * @param files folder of the checkpoints, and where the weights go
 */
export async function trainEncoder(
  preset: Preset,
  corpus: Corpus,
  mels: MelCache,
  { home, weights }: { readonly home: string; readonly weights: string },
  progress: Progress,
): Promise<void> {
  const started = performance.now();
  const train = corpus.songs.flatMap((song, index) => (song.split === "train" ? [index] : []));
  const { params, curve } = await trainStages({ preset, corpus, home, train, progress }, mels);
  const about = JSON.stringify({ curve, seconds: (performance.now() - started) / 1000 });
  const encoder = { params: withoutSide(params), shape: preset.music, stepsPerDb: STEPS_PER_DB };
  writeKept(weights, encoder.params, { ...encoderMetadata(encoder), about });
  for (const stage of stages) checkpointFile(checkpoint(home, stage), "").clear();
}

const checkpoint = (home: string, stage: Stage) => path.join(home, `checkpoint-${stage}.safetensors`);

type Trained = { readonly params: ParamValues; readonly curve: Curve };

async function trainStages(training: Training, mels: MelCache): Promise<Trained> {
  const { preset, train } = training;
  const { tagger } = preset;
  const positions = tagger.cropFrames / frameStride;
  const lower = await trainStage(training, "lower", (songs, seed) => melCrops(mels, songs, tagger.cropFrames, seed));
  const below = await featuresOf(lowerFrontEnd, lower.params, train.length, (row) => {
    return value(mels.of(train[row]!), [1, mels.mels, mels.frames]);
  });
  const middle = await trainStage(training, "middle", (rows, seed) => featureCrops(below, rows, positions, seed));
  const local = await featuresOf(upperFrontEnd, middle.params, train.length, (row) => value(below.of[row]!, [1, ...below.shape]));
  const top = await trainStage(training, "top", (rows, seed) => {
    const [, T, C] = local.shape;
    const { data } = featureCrops(local, rows, T, seed);
    return value(data as Float32Array, [rows.length, T, C]);
  });
  const parts = [lower, middle, top];
  const steps = parts.flatMap(({ curve }) => curve.steps).map(({ losses }, i) => ({ step: i + 1, losses }));
  return { params: Object.assign({}, ...parts.map(({ params }) => params)), curve: { steps, evaluations: [] } };
}

const stepsOf = ({ epochs, batch }: TrainingPlan, songs: number) => Math.floor((songs * epochs) / batch);

/** Trains one stage. `inputOf` makes a batch's input from places in the corpus (`lower`) or among the training songs. */
async function trainStage(
  { preset, corpus, home, train, progress }: Training,
  stage: Stage,
  inputOf: (songs: readonly number[], seed: string) => Value,
): Promise<Trained> {
  const { seed, [stage]: plan } = preset.tagger;
  const rowsOf = trainingRows(train.length, plan.batch, seed);
  const counts = stages.map((name) => stepsOf(preset.tagger[name], train.length));
  const [before, total] = [sum(counts.slice(0, stages.indexOf(stage))), sum(counts)];
  const store = checkpointFile<Values<TagState>>(checkpoint(home, stage), encoderName(preset));
  const step = stageStep(preset, stage);
  const task: FitTask<TagState, TagBatch> = {
    step,
    initial: () => freshTagState(preset, seed, stage),
    batch: (at) => {
      const rows = rowsOf(at);
      const songs = rows.map((row) => train[row]!);
      const input = inputOf(stage === "lower" ? songs : rows, `${seed}/crop/${at}`);
      return { input, tags: tagTargets(songs.map((song) => corpus.songs[song]!)) };
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

/** What frozen blocks give for each training song, `[F, T, C]`. */
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

/** Applies frozen blocks to `songs` inputs, one after the other. */
async function featuresOf(
  blocks: (params: Params, x: tf.Tensor) => tf.Tensor,
  trained: ParamValues,
  songs: number,
  inputOf: (song: number) => Value,
): Promise<Features> {
  const apply = compile((p: Params, x: tf.Tensor) => blocks(p, x), { baked: [0], threads: 1, name: "frozen blocks" });
  const params = withoutSide(trained);
  const outputs: Value[] = [];
  for (let song = 0; song < songs; song++) outputs.push(await apply(params, inputOf(song)));
  await apply.release();
  const [F = 0, T = 0, C = 0] = outputs[0]?.shape.slice(-3) ?? []; // local features are [1, T, C]: one band
  return { of: outputs.map(({ data }) => data as Float32Array), shape: [F, T, C] };
}
