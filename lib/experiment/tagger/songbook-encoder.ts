import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { compile, type tf, type Value, value } from "../../engine";
import { fingerprint } from "../../files/fingerprint";
import { writeWhole } from "../../files/whole-file";
import { musicEncoder } from "../../model/music/music-encoder";
import type { Params } from "../../model/params";
import { readSafetensors, writeSafetensors } from "../../model/weights";
import { type Progress, type Reporter, reportFound } from "../../progress";
import type { Corpus } from "../dataset/corpus";
import type { Preset } from "../preset/songbook";
import { type MelCache, prepareMels } from "./mel-cache";
import { encoderRecipe, findEncoder, type TrainedEncoder, trainEncoder } from "./train-encoder";

export type { TrainedEncoder } from "./train-encoder";

/** What captioning needs of the ears: the frozen encoder, each song's representation `[M, D]` by id, and a name for both. */
export interface Hearing {
  readonly encoder: TrainedEncoder;
  readonly music: ReadonlyMap<string, Value>;
  readonly hash: string;
}

const REPRESENTATIONS = "music.safetensors";

/**
 * Trains the music encoder on the corpus's tags, freezes it and computes every song's representation once, as the paper
 * does. Weights and representations are cached by recipe; audio is rendered only when one of them is missing.
 */
export async function learnToHear(preset: Preset, corpus: Corpus, folder: string, report: Reporter): Promise<Hearing> {
  const hash = fingerprint(encoderRecipe(preset, corpus, preset.seeds[0] as number));
  const home = path.join(folder, `encoder-${hash}`);
  const heard = path.join(home, REPRESENTATIONS);
  const known = existsSync(heard) ? findEncoder(home) : undefined;
  const encoder = known ?? (await hearAll(preset, corpus, folder, home, report));
  if (known) reportDone(corpus, known, report);
  const { tensors } = readSafetensors(readFileSync(heard));
  return { encoder, music: new Map(corpus.songs.map(({ id }) => [id, tensors[id] as Value])), hash };
}

async function hearAll(preset: Preset, corpus: Corpus, folder: string, home: string, report: Reporter): Promise<TrainedEncoder> {
  const mels = await prepareMels(preset.corpus, folder, availableParallelism(), report(labels.render));
  const encoder = findEncoder(home) ?? (await trainEncoder(preset, corpus, mels, home, report(labels.train)));
  const music = await listen(preset, corpus, mels, encoder, report(labels.listen));
  writeWhole(path.join(home, REPRESENTATIONS), writeSafetensors(music));
  return encoder;
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
    reportFound(report(label), total);
  }
}

/** Songs heard at once by the frozen encoder. */
const LISTENING_BATCH = 8;

/** Each song heard whole by the frozen encoder, `[M, D]` by id. */
async function listen({ music }: Preset, corpus: Corpus, mels: MelCache, { params }: TrainedEncoder, progress: Progress) {
  const hear = compile((p: Params, mel: tf.Tensor) => musicEncoder(p, music, mel), { baked: [0], name: "hear" });
  const out: Record<string, Value> = {};
  for (let at = 0; at < corpus.songs.length; at += LISTENING_BATCH) {
    const part = corpus.songs.slice(at, at + LISTENING_BATCH);
    const { data, shape } = await hear(params, wholeMels(mels, at, part.length));
    const [, M = 0, D = 0] = shape;
    part.forEach(({ id }, row) => {
      out[id] = value((data as Float32Array).slice(row * M * D, (row + 1) * M * D), [M, D]);
    });
    progress(at + part.length, corpus.songs.length, "songs heard");
  }
  await hear.release();
  return out;
}

/** Whole spectrograms of songs in a row, `[count, mels, frames]`. */
function wholeMels(mels: MelCache, from: number, count: number): Value {
  const size = mels.mels * mels.frames;
  const data = new Float32Array(count * size);
  for (let i = 0; i < count; i++) data.set(mels.of(from + i), i * size);
  return value(data, [count, mels.mels, mels.frames]);
}
