import { existsSync } from "node:fs";
import path from "node:path";
import type { Tokeniser } from "../data/tokeniser";
import { engineInfo, type Value } from "../engine";
import type { Progress, Reporter } from "../progress";
import { type Corpus, songbookCorpus } from "./corpus";
import { type Pretrained, type PretrainingTask, pretrain, pretrainingFingerprint } from "./denoise";
import { learnToHear, type TrainedEncoder } from "./hearing";
import type { Preset } from "./presets";
import { learnWords } from "./words";
import { fingerprint, numericsOf, type Workspace, workspaceOf } from "./workspace";

/** What all runs of a preset share: the corpus, its words, and what the frozen music encoder heard. */
export interface Material {
  readonly preset: Preset;
  readonly workspace: Workspace;
  readonly corpus: Corpus;
  readonly tokeniser: Tokeniser;
  readonly tokeniserFile: string;
  readonly encoder: TrainedEncoder;
  /** Music representation `[M, D]` of each song, by id. */
  readonly music: ReadonlyMap<string, Value>;
  /** Names the encoder that made the representations. */
  readonly encoderHash: string;
  /** BART as it was pre-trained on the corpus's text: what every method starts from. */
  readonly pretrained: Pretrained;
  /** Names the pre-training. */
  readonly pretrainedHash: string;
}

/** Makes or reads a preset's material: corpus, tokeniser, music encoder, representations. */
export async function prepareMaterial(preset: Preset, report: Reporter): Promise<Material> {
  const workspace = workspaceOf(preset);
  const corpus = songbookCorpus(preset);
  const { tokeniser, file } = await learnWords(preset, corpus, workspace.cache);
  const { encoder, music, hash } = await learnToHear(preset, corpus, workspace.cache, report);
  const text = await learnToRead(preset, corpus, tokeniser, workspace.cache, report("pre-training BART"));
  return { preset, workspace, corpus, tokeniser, tokeniserFile: file, encoder, music, encoderHash: hash, ...text };
}

/** Pre-trains the text model on the training split's lyrics and interpretations; cached by everything that decides it. */
async function learnToRead(preset: Preset, corpus: Corpus, tokeniser: Tokeniser, folder: string, progress: Progress) {
  const { schedule, ...plan } = preset.pretraining;
  const task: Omit<PretrainingTask, "file"> = {
    texts: textsOf(corpus, "train"),
    heldOut: textsOf(corpus, "validation"),
    tokeniser,
    shape: preset.text,
    plan: {
      ...plan,
      tokens: preset.lyricsTokens,
      schedule: { ...schedule, warmup: schedule.warmupSteps },
      seed: preset.seeds[0] as number,
    },
  };
  const hash = fingerprint([pretrainingFingerprint({ ...task, file: "" }), numericsOf(engineInfo())]);
  const file = path.join(folder, `bart-${hash}`, "model.safetensors");
  const known = existsSync(file);
  const pretrained = await pretrain({ ...task, file }, progress);
  const steps = pretrained.curve.steps.length;
  if (known) progress(steps, steps);
  return { pretrained, pretrainedHash: hash };
}

const textsOf = ({ songs, rows }: Corpus, split: "train" | "validation") => [
  ...songs.filter((song) => song.split === split).map(({ lyrics }) => lyrics),
  ...rows[split].map(({ text }) => text),
];
