import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { shuffled, trainingRows } from "../data/batch";
import { TAGS } from "../data/songbook";
import { compile, dropout as drop, engineInfo, type Outside, type tf, type Value, value, valueAndGradAux } from "../engine";
import { tagLoss } from "../loss/tags";
import { macroAuc } from "../metric/auc";
import { musicEncoder, musicParams, tagLogits } from "../model/music-encoder";
import { initialise, type Params, type ParamValues, zerosLike } from "../model/params";
import { readSafetensors, writeSafetensors } from "../model/weights";
import type { Progress, Reporter } from "../progress";
import { type AdamSlots, adamw } from "../train/adamw";
import { type Curve, checkpointFile, writeWhole } from "../train/checkpoint";
import { fit, type Tick } from "../train/fit";
import type { Corpus } from "./corpus";
import { type MelCache, prepareMels } from "./mel-cache";
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
}

/** What captioning needs of the ears: the frozen encoder, each song's representation `[M, D]` by id, and a name for both. */
export interface Hearing {
  readonly encoder: TrainedEncoder;
  readonly music: ReadonlyMap<string, Value>;
  readonly hash: string;
}

const WEIGHTS = "music-encoder.safetensors";
const REPRESENTATIONS = "music.safetensors";

/**
 * Trains the music encoder on the corpus's tags, freezes it and computes every song's representation once, as the paper
 * does. Weights and representations are cached by recipe; audio is rendered only when one of them is missing.
 */
export async function learnToHear(preset: Preset, corpus: Corpus, folder: string, report: Reporter): Promise<Hearing> {
  const hash = fingerprint(encoderRecipe(preset, corpus, preset.seeds[0] as number));
  const home = path.join(folder, `encoder-${hash}`);
  const [weights, heard] = [path.join(home, WEIGHTS), path.join(home, REPRESENTATIONS)];
  const known = existsSync(weights) && existsSync(heard);
  if (!known) await hearAll(preset, corpus, folder, home, report);
  const encoder = readEncoder(weights);
  if (known) reportDone(corpus, encoder, report);
  const { tensors } = readSafetensors(readFileSync(heard));
  return { encoder, music: new Map(corpus.songs.map(({ id }) => [id, tensors[id] as Value])), hash };
}

async function hearAll(preset: Preset, corpus: Corpus, folder: string, home: string, report: Reporter): Promise<void> {
  const [weights, heard] = [path.join(home, WEIGHTS), path.join(home, REPRESENTATIONS)];
  const mels = await prepareMels(preset.corpus, folder, availableParallelism(), report(labels.render));
  const encoder = existsSync(weights)
    ? readEncoder(weights)
    : await trainEncoder(preset, corpus, mels, home, report(labels.train));
  writeWhole(heard, writeSafetensors(await listen(preset, corpus, mels, encoder, report(labels.listen))));
}

const labels = { render: "rendering songs", train: "training the music encoder", listen: "listening to the songs" };

/** What was found on disk reports itself as done, so that a first and a second execution of a notebook read the same. */
function reportDone(corpus: Corpus, { curve }: TrainedEncoder, report: Reporter): void {
  const { length } = corpus.songs;
  for (const [label, total] of [
    [labels.render, length],
    [labels.train, curve.steps.length],
    [labels.listen, length],
  ] as const) {
    report(label)(total, total);
  }
}

/** Everything that decides the trained encoder. */
const encoderRecipe = (preset: Preset, corpus: Corpus, seed: number) =>
  canonical({
    music: preset.music,
    tagging: preset.tagging,
    corpus: corpus.hash,
    seed,
    tags: TAGS,
    engine: numericsOf(engineInfo()),
  });

/**
 * Trains on the tags with binary cross-entropy (the paper's encoder was trained on the
 * Million Song Dataset's 50 tags), on random crops as Won et al. 2019. The weights are cached by recipe.
 */
async function trainEncoder(
  preset: Preset,
  corpus: Corpus,
  mels: MelCache,
  home: string,
  progress: Progress,
): Promise<TrainedEncoder> {
  const seed = preset.seeds[0] as number;
  const recipe = encoderRecipe(preset, corpus, seed);
  const train = corpus.songs.flatMap((song, index) => (song.split === "train" ? [index] : []));
  const { tagging } = preset;
  const steps = Math.floor((train.length * tagging.epochs) / tagging.batch);
  const rowsOf = trainingRows(train.length, tagging.batch, seed);
  const step = tagStep(preset);
  const fitted = await fit<TagState, TagBatch>(
    {
      step,
      initial: () => freshTagState(preset, seed),
      batch: (at) =>
        tagBatch(
          corpus,
          mels,
          rowsOf(at).map((row) => train[row] as number),
          tagging.cropFrames,
          `${seed}/crop/${at}`,
        ),
      steps,
      schedule: { ...tagging.schedule, warmup: tagging.schedule.warmupSteps },
      seed,
      checkpoint: { store: checkpointFile(path.join(home, "checkpoint.safetensors"), recipe), every: 100 },
    },
    progress,
  );
  await step.release();
  const params = { ...fitted.state.params, ...fitted.state.statistics } as ParamValues;
  const auc = await validationAuc(preset, corpus, mels, params);
  writeWhole(
    path.join(home, WEIGHTS),
    writeSafetensors(params, { about: JSON.stringify({ curve: fitted.curve, auc }), format: "pt" }),
  );
  checkpointFile(path.join(home, "checkpoint.safetensors"), recipe).clear();
  return { params, curve: fitted.curve, auc };
}

function readEncoder(file: string): TrainedEncoder {
  const { tensors, metadata } = readSafetensors(readFileSync(file));
  return { params: tensors as ParamValues, ...(JSON.parse(metadata.about ?? "{}") as { curve: Curve; auc: number }) };
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
  const mel = new Float32Array(songs.length * mels.mels * cropFrames);
  songs.forEach((song, row) => {
    mels.crop(song, places[row % places.length]!, cropFrames, mel, row * mels.mels * cropFrames);
  });
  return { mel: value(mel, [songs.length, mels.mels, cropFrames]), tags: tagMatrix(corpus, songs) };
}

function tagMatrix(corpus: Corpus, songs: readonly number[]): Value {
  const rows = songs.flatMap((song) => TAGS.map((tag) => (corpus.songs[song]?.tags.includes(tag) ? 1 : 0)));
  return value(Float32Array.from(rows), [songs.length, TAGS.length]);
}

/** Songs heard at once by the frozen encoder. */
const LISTENING_BATCH = 8;

async function validationAuc({ music, tagging }: Preset, corpus: Corpus, mels: MelCache, params: ParamValues): Promise<number> {
  const songs = corpus.songs.flatMap((song, index) => (song.split === "validation" ? [index] : []));
  const predict = compile((p: Params, mel: tf.Tensor) => tagLogits(p, musicEncoder(p, music, mel), tagging.readout), {
    baked: [0],
    name: "tags",
  });
  const scores: number[] = [];
  for (let at = 0; at < songs.length; at += LISTENING_BATCH) {
    const part = songs.slice(at, at + LISTENING_BATCH);
    scores.push(...(await predict(params, wholeMels(mels, part))).data);
  }
  await predict.release();
  return macroAuc(Float32Array.from(scores), tagMatrix(corpus, songs).data as Float32Array, TAGS.length);
}

function wholeMels(mels: MelCache, songs: readonly number[]): Value {
  const size = mels.mels * mels.frames;
  const data = new Float32Array(songs.length * size);
  songs.forEach((song, row) => {
    data.set(mels.of(song), row * size);
  });
  return value(data, [songs.length, mels.mels, mels.frames]);
}

async function listen({ music }: Preset, corpus: Corpus, mels: MelCache, { params }: TrainedEncoder, progress: Progress) {
  const hear = compile((p: Params, mel: tf.Tensor) => musicEncoder(p, music, mel), { baked: [0], name: "hear" });
  const out: Record<string, Value> = {};
  for (let at = 0; at < corpus.songs.length; at += LISTENING_BATCH) {
    const part = corpus.songs.slice(at, at + LISTENING_BATCH);
    const { data, shape } = await hear(
      params,
      wholeMels(
        mels,
        part.map((_, i) => at + i),
      ),
    );
    const [, M = 0, D = 0] = shape;
    part.forEach(({ id }, row) => {
      out[id] = value((data as Float32Array).slice(row * M * D, (row + 1) * M * D), [M, D]);
    });
    progress(Math.min(at + LISTENING_BATCH, corpus.songs.length), corpus.songs.length, "songs heard");
  }
  await hear.release();
  return out;
}
