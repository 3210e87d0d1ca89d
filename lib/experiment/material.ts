import { existsSync } from "node:fs";
import path from "node:path";
import type { Tokeniser } from "../data/tokeniser";
import { engineInfo } from "../engine";
import type { ParamValues } from "../model/params";
import type { Progress, Reporter } from "../progress";
import type { TextShape } from "../recipe";
import { type Corpus, type SongText, songbookCorpus } from "./corpus";
import { type Pretrained, type PretrainingTask, pretrain, pretrainingFingerprint } from "./denoise";
import { learnToHear, type TrainedEncoder } from "./hearing";
import type { RunPlan } from "./plan";
import type { Preset } from "./presets";
import { obtainReader } from "./reading";
import { heldRepresentations, type Representations } from "./representations";
import { fingerprint, numericsOf, type Workspace, workspaceOf } from "./workspace";

/** What runs share, whatever corpus they are trained on. */
export interface RunMaterial<S extends SongText = SongText> {
  readonly preset: RunPlan;
  readonly workspace: Workspace;
  readonly corpus: Corpus<S>;
  readonly tokeniser: Tokeniser;
  readonly text: TextShape;
  /** What the frozen music encoder heard. */
  readonly music: Representations;
  /** What every method starts from. */
  readonly start: TextStart;
}

/** The text model's parameters before captioning. */
export interface TextStart {
  /** BART's; empty where all parameters are drawn afresh. */
  readonly params: ParamValues;
  /** Names them. */
  readonly hash: string;
}

/** What all runs of a Songbook preset share: beside the corpus and its words the encoder and the text model that learned from it. */
export interface Material extends RunMaterial<Corpus["songs"][number]> {
  readonly preset: Preset;
  readonly tokeniserFile: string;
  readonly encoder: TrainedEncoder;
  /** BART as it was pre-trained on its reading. */
  readonly pretrained: Pretrained;
}

/**
 * Makes or reads a preset's material: corpus, tokeniser, music encoder, representations. Words, encoder and text model are
 * the same for all data sets, as the paper's are.
 *
 * @param out folder for the results in the place of the preset's own
 */
export async function prepareMaterial(preset: Preset, report: Reporter, out?: string): Promise<Material> {
  const workspace = workspaceOf(preset, out);
  const corpus = songbookCorpus(preset);
  const common = preset.dataSet === "songbook-positive" ? corpus : songbookCorpus({ ...preset, dataSet: "songbook-positive" });
  const { encoder, music, hash } = await learnToHear(preset, common, workspace.cache, report);
  const reader = await obtainReader(preset, workspace.cache, report);
  const { tokeniser, tokeniserFile, pretrained } = reader;
  return {
    preset,
    workspace,
    corpus,
    tokeniser,
    tokeniserFile,
    text: { ...preset.text, vocabulary: tokeniser.vocabSize },
    encoder,
    music: heldRepresentations(music, hash),
    pretrained,
    start: { params: pretrained.params, hash: reader.hash },
  };
}

/** A pre-training whose file is named by what decides it. */
export type DenoisingTask = Omit<PretrainingTask, "file">;

/** Pre-trains a text model by denoising; cached by everything that decides it. */
export async function learnToRead(
  task: DenoisingTask,
  folder: string,
  progress: Progress,
): Promise<{ pretrained: Pretrained; hash: string }> {
  const hash = fingerprint([pretrainingFingerprint({ ...task, file: "" }), numericsOf(engineInfo())]);
  const file = path.join(folder, `bart-${hash}`, "model.safetensors");
  const known = existsSync(file);
  const pretrained = await pretrain({ ...task, file }, progress);
  const steps = pretrained.curve.steps.length;
  if (known) progress(steps, steps);
  return { pretrained, hash };
}

/** Lyrics and interpretations of a split. */
export const textsOf = ({ songs, rows }: Corpus<SongText>, split: "train" | "validation") => [
  ...songs.filter((song) => song.split === split).map(({ lyrics }) => lyrics),
  ...rows[split].map(({ text }) => text),
];
