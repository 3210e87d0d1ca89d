import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { TAGS } from "../../data/songbook";
import { compile, tf, type Value, value } from "../../engine";
import { fingerprint } from "../../files/fingerprint";
import { writeWhole } from "../../files/whole-file";
import { macroAuc } from "../../metric/auc";
import { tagLogits } from "../../model/music/music-encoder";
import type { Params } from "../../model/params";
import { readSafetensors, writeSafetensors } from "../../model/weights";
import { type Reporter, reportFound } from "../../progress";
import type { Corpus } from "../dataset/corpus";
import type { Preset } from "../preset/songbook";
import { prepareMels, STEPS_PER_DB } from "./mel-cache";
import { representSongs } from "./represent";
import { tagRow } from "./stages";
import { encoderRecipe, readTrained, type TrainedWeights, trainEncoder } from "./train-encoder";

/** A music encoder that has learned Songbook's tags, frozen. */
export interface TrainedEncoder extends TrainedWeights {
  /** Mean over tags of the area under the ROC curve on the validation songs. */
  readonly auc: number;
  /** How probable the encoder finds each of `TAGS` in the validation and test songs, by song id: `[tags]`, 0..1. */
  readonly scores: ReadonlyMap<string, Float32Array>;
}

/** What captioning needs of the music: the frozen encoder, each song's representation `[M, D]` by id, and a name for both. */
export interface SongbookEncoder {
  readonly encoder: TrainedEncoder;
  readonly music: ReadonlyMap<string, Value>;
  readonly hash: string;
}

const labels = { render: "rendering songs", train: "training the music encoder", represent: "representing the songs" };

/** The name of a preset's encoder, which everything that decides it decides, and its files. */
export function encoderFiles(preset: Preset, corpus: Corpus, cache: string) {
  const hash = fingerprint(encoderRecipe(preset, corpus));
  const home = path.join(cache, `encoder-${hash}`);
  const [weights, music, scores] = ["music-encoder", "music", "tag-scores"].map((name) => path.join(home, `${name}.safetensors`));
  return { hash, home, weights: weights as string, music: music as string, scores: scores as string };
}

/**
 * Trains the music encoder on the corpus's tags, freezes it and computes every song's representation once, as the paper
 * does. Weights and representations are cached by recipe; audio is rendered only when one of them is missing.
 */
export async function obtainMusicEncoder(
  preset: Preset,
  corpus: Corpus,
  cache: string,
  report: Reporter,
): Promise<SongbookEncoder> {
  const files = encoderFiles(preset, corpus, cache);
  const known = [files.weights, files.music, files.scores].every((file) => existsSync(file));
  if (!known) await makeAll(preset, corpus, cache, report);
  const trained = readTrained(files.weights);
  if (known) reportDone(corpus, trained, report);
  const music = readSafetensors(readFileSync(files.music)).tensors;
  const tensors = readSafetensors(readFileSync(files.scores)).tensors;
  const scores = new Map(Object.entries(tensors).map(([id, { data }]) => [id, data as Float32Array]));
  const encoder = { ...trained, scores, auc: validationAuc(corpus, scores) };
  return { encoder, music: new Map(corpus.songs.map(({ id }) => [id, music[id] as Value])), hash: files.hash };
}

async function makeAll(preset: Preset, corpus: Corpus, cache: string, report: Reporter): Promise<void> {
  const { home, weights, music, scores } = encoderFiles(preset, corpus, cache);
  const cached = await prepareMels(preset.corpus, cache, availableParallelism(), report(labels.render));
  if (!existsSync(weights)) await trainEncoder(preset, corpus, cached, { home, weights }, report(labels.train));
  const trained = readTrained(weights);
  const { mels, frames } = cached;
  const represented: Record<string, Value> = {};
  await representSongs(
    { params: trained.params, shape: preset.music, stepsPerDb: STEPS_PER_DB },
    corpus.songs.map(({ id }) => id),
    (_, song) => ({ data: cached.of(song), mels, frames }),
    { has: () => false, keep: (song, representation) => Object.assign(represented, { [song]: representation }) },
    report(labels.represent),
  );
  writeWhole(music, writeSafetensors(represented));
  writeWhole(scores, writeSafetensors(await tagScores(preset, corpus, trained, represented)));
}

/** What was found on disk reports itself as done, so that a first and a second execution of a notebook look the same. */
function reportDone(corpus: Corpus, { curve }: TrainedWeights, report: Reporter): void {
  const { length } = corpus.songs;
  for (const [label, total] of [
    [labels.render, length],
    [labels.train, curve.steps.length],
    [labels.represent, length],
  ] as const) {
    reportFound(report(label), total);
  }
}

/** How probable the encoder finds each tag in the songs that it has not learned from. */
async function tagScores(
  { tagger }: Preset,
  corpus: Corpus,
  { params }: TrainedWeights,
  music: Readonly<Record<string, Value>>,
): Promise<Record<string, Value>> {
  const head = Object.fromEntries(Object.entries(params).filter(([name]) => /^(pooler\.)?dense\./.test(name)));
  const predict = compile((p: Params, states: tf.Tensor) => tf.sigmoid(tagLogits(p, states, tagger.pooling)), {
    baked: [0],
    threads: 1,
    name: "tags",
  });
  const scores: Record<string, Value> = {};
  for (const { id, split } of corpus.songs) {
    if (split === "train") continue;
    const { data, shape } = music[id] as Value;
    scores[id] = value((await predict(head, value(data, [1, ...shape]))).data, [TAGS.length]);
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
