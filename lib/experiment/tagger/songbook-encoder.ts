import { existsSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { songCount, TAGS } from "../../data/songbook";
import { compile, engineInfo, numericsOf, tf, type Value, value } from "../../engine";
import { AlcapError } from "../../errors";
import { fingerprint } from "../../files/fingerprint";
import { projectRoot } from "../../files/project";
import { inWorkers } from "../../files/workers";
import { macroAuc } from "../../metric/auc";
import { tagLogits } from "../../model/music/music-encoder";
import type { Params } from "../../model/params";
import { findKept, writeKept } from "../../model/weights";
import { type Progress, type Reporter, reportFound } from "../../progress";
import type { Corpus } from "../dataset/corpus";
import type { Preset } from "../preset/songbook";
import { type Chunk, chunksOf, prepareMels } from "./mel-cache";
import type { RepresentJob } from "./represent-worker";
import { tagRow } from "./stages";
import { encoderName, encoderSongs, readTrained, type TrainedWeights, trainEncoder } from "./train-encoder";

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

const LABELS = {
  render: "rendering the music encoder's songs",
  train: "training the music encoder",
  represent: "representing the songs",
} as const;

const WEIGHTS = "music-encoder.safetensors";
/** Encoder and representations are the same whatever the number of threads of the process that makes them. */
const numerics = () => numericsOf(engineInfo({ threads: 1 }));

/** Where music encoders lie that come with the project, a folder each. */
export const shippedEncoders = () => path.join(projectRoot(), "data", "music-encoder");

/** The weights of the preset's encoder where they were made, or will be made, on this machine. */
export const madeEncoder = (preset: Preset, cache: string) =>
  path.join(cache, `encoder-${fingerprint([encoderName(preset), numerics()])}`, WEIGHTS);

/** The weights of the preset's encoder, where it need not be made. One that was made here and is damaged since counts as none. */
export function findEncoder(preset: Preset, cache: string): string | undefined {
  const shipped = path.join(shippedEncoders(), encoderName(preset), WEIGHTS);
  if (existsSync(shipped)) return shipped;
  const made = madeEncoder(preset, cache);
  return findKept(made) && made;
}

/** The name of a preset's encoder, which everything that decides it decides; its weights, and what it gives for a corpus. */
export function encoderFiles(
  preset: Preset,
  corpus: Corpus,
  cache: string,
  weights = findEncoder(preset, cache) ?? madeEncoder(preset, cache),
) {
  const hash = encoderName(preset);
  const sounds = corpus.songs.map(({ id, music }) => [id, music]);
  const shipped = weights.startsWith(shippedEncoders()); // one made here may differ from it in the last bits
  const home = path.join(cache, `representations-${fingerprint([hash, shipped, sounds, numerics()])}`);
  const [music, scores] = ["music", "tag-scores"].map((name) => path.join(home, `${name}.safetensors`));
  return { hash, home, weights, music: music as string, scores: scores as string };
}

/**
 * The preset's frozen music encoder, and every song's representation by it, computed once, as the paper does. The encoder is the
 * one that comes with the project, else one made before, else made now from songs of its own.
 *
 * @throws AlcapError `usage` when the corpus is drawn from the seed of the encoder's songs: it would be trained on test songs
 */
export async function obtainMusicEncoder(
  preset: Preset,
  corpus: Corpus,
  cache: string,
  report: Reporter,
): Promise<SongbookEncoder> {
  if (preset.tagger.songs.seed === preset.corpus.seed)
    throw new AlcapError(
      "usage",
      `The music encoder would be trained on the corpus itself: both are drawn from seed ${preset.corpus.seed}.`,
      "Give one of them another seed.",
    );
  const weights = await obtainEncoderWeights(preset, cache, report);
  return represented(preset, corpus, weights, cache, report);
}

/** The file of the preset's encoder, found or trained. What was found reports itself as done, so that a first and a second execution of a notebook read the same. */
export async function obtainEncoderWeights(preset: Preset, cache: string, report: Reporter): Promise<string> {
  const found = findEncoder(preset, cache);
  if (found === undefined) return makeEncoder(preset, cache, report);
  reportFound(report(LABELS.render), songCount(preset.tagger.songs));
  reportFound(report(LABELS.train), readTrained(found).curve.steps.length);
  return found;
}

/**
 * Trains the preset's encoder on this machine, or goes on with that; gives the file of its weights.
 *
 * @param songs gives the encoder's own songs, where they are needed
 */
export async function makeEncoder(
  preset: Preset,
  cache: string,
  report: Reporter,
  songs = () => encoderSongs(preset),
): Promise<string> {
  const weights = madeEncoder(preset, cache);
  if (findKept(weights)) return weights;
  const own = songs();
  const plans = own.songs.map(({ music }) => music);
  const mels = await prepareMels(plans, cache, availableParallelism(), report(LABELS.render));
  await trainEncoder(preset, own, mels, { home: path.dirname(weights), weights }, report(LABELS.train));
  return weights;
}

/** A trained encoder with the representations and tag scores of a corpus's songs, which are computed where they are missing. */
export async function represented(
  preset: Preset,
  corpus: Corpus,
  weights: string,
  cache: string,
  report: Reporter,
): Promise<SongbookEncoder> {
  const files = encoderFiles(preset, corpus, cache, weights);
  const trained = readTrained(weights);
  const progress = report(LABELS.represent);
  const [music, scored] = [findKept(files.music), findKept(files.scores)];
  const known = music && scored && { music: music.tensors as Values, scores: scored.tensors as Values };
  if (known) reportFound(progress, corpus.songs.length);
  const made = known ?? (await representCorpusSongs(preset, corpus, files, cache, progress));
  const scores = new Map(Object.entries(made.scores).map(([id, { data }]) => [id, data as Float32Array]));
  const encoder = { ...trained, scores, auc: validationAuc(corpus, scores) };
  return { encoder, music: new Map(corpus.songs.map(({ id }) => [id, made.music[id] as Value])), hash: files.hash };
}

type Files = ReturnType<typeof encoderFiles>;
type Values = Readonly<Record<string, Value>>;

/**
 * Plays and represents a corpus's songs on worker threads; finished chunks are not made again after a stop. Sounds are not kept.
 * Chunks are read before the work: another process that does the same may be done first and have removed them.
 */
async function representCorpusSongs(
  preset: Preset,
  corpus: Corpus,
  files: Files,
  cache: string,
  progress: Progress,
): Promise<{ readonly music: Values; readonly scores: Values }> {
  const { songs } = corpus;
  const plans = songs.map(({ music }) => music);
  const chunks = chunksOf(plans, cache);
  const partOf = ({ from }: Chunk) => path.join(files.home, `songs-${from}.safetensors`);
  const parts = chunks.map((chunk) => findKept(partOf(chunk))?.tensors as Values | undefined);
  const open = chunks.filter((_, i) => parts[i] === undefined);
  let done = songs.length - open.reduce((sum, chunk) => sum + chunk.plans.length, 0);
  const jobs = open.map((chunk): RepresentJob => ({ chunk, weights: files.weights }));
  await inWorkers<RepresentJob, readonly Value[]>(path.join(__dirname, "represent-worker.js"), jobs, {
    threads: availableParallelism(),
    what: "Representing songs",
    finished: (states, place) => {
      const chunk = open[place] as Chunk;
      const named: Values = Object.fromEntries(states.map((state, i) => [songs[chunk.from + i]?.id, state]));
      parts[chunks.indexOf(chunk)] = named;
      writeKept(partOf(chunk), named);
      done += states.length;
      progress(done, songs.length, "songs represented");
    },
  });
  const music: Values = Object.assign({}, ...parts);
  const scores = await tagScores(preset, corpus, readTrained(files.weights), music);
  writeKept(files.music, music);
  writeKept(files.scores, scores);
  for (const chunk of chunks) rmSync(partOf(chunk), { force: true });
  return { music, scores };
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
