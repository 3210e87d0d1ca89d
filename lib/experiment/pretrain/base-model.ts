import { existsSync } from "node:fs";
import path from "node:path";
import { makeSong, type Song, type SongbookOptions } from "../../data/songbook";
import { loadTokeniser, type Tokeniser, trainBpe } from "../../data/text/tokeniser";
import { engineInfo, numericsOf } from "../../engine";
import { AlcapError } from "../../errors";
import { fingerprint, memoised, sha256Of } from "../../files/fingerprint";
import { projectRoot } from "../../files/project";
import { isFile, readBytes, readText } from "../../files/read";
import { writeWhole } from "../../files/whole-file";
import type { ParamValues } from "../../model/params";
import { findKept, readKept, writeKept } from "../../model/weights";
import { type Reporter, reportFound } from "../../progress";
import { type Trained, trainCaptioner } from "../../train/trainer";
import { examplesOf } from "../dataset/examples";
import { noMusic } from "../dataset/representations";
import type { BaseModelPlan, Preset } from "../preset/songbook";
import { denoise, EVALUATE_STEPS, textAlone } from "./denoising";

/** How a stage of the training went: the loss of every step, and of what was held out after the step that was kept. */
export type BaseModelStage = Pick<Trained, "best" | "curve">;

/** The stages of a base model's training, in their order. Losses are nats a token. */
export interface BaseModelStages {
  readonly denoising: BaseModelStage;
  /** Where the plan has it. */
  readonly intermediate?: BaseModelStage;
}

/** A pre-trained text model with its tokeniser: the small stand-in for `facebook/bart-base`. */
export interface BaseModel {
  readonly tokeniser: Tokeniser;
  readonly tokeniserFile: string;
  /** BART's parameters alone, which all three methods start from. */
  readonly params: ParamValues;
  readonly stages: BaseModelStages;
  /** Names everything that decides it. */
  readonly hash: string;
}

const MODEL = "model.safetensors";
const TOKENISER = "tokenizer.json";
/** Songs after the last one that is trained on; the step of each stage that does best on them is kept. */
const HELD_OUT_SONGS = 100;
/** Songs whose words go into the name: a change of the generator's language changes it. */
const NAMED_SONGS = 100;
/** The base model is the same whatever the number of threads of the process that makes it. */
const ENGINE = { threads: 1 } as const;

/** Where base models lie that come with the project, a folder each. */
export const shippedBaseModels = () => path.join(projectRoot(), "data", "bart-songbook");

const songsOf = (songbook: SongbookOptions, from: number, to: number): Song[] =>
  Array.from({ length: to - from }, (_, i) => makeSong({ ...songbook, songs: to }, from + i));

type IntermediatePlan = NonNullable<BaseModelPlan["intermediate"]>;

/** What listeners wrote about a song and nobody disliked. */
const comments = ({ interpretations }: Song): string[] =>
  interpretations.filter(({ votes }) => votes >= 0).map(({ text }) => text);

/** What listeners wrote about a song and others liked. */
const liked = ({ interpretations }: Song): string[] => interpretations.filter(({ votes }) => votes > 0).map(({ text }) => text);

/**
 * The texts of denoising pre-training, from other songs than the corpus has. A song gives two, its lyrics and what listeners wrote
 * about it, where nobody disliked that; they are never in one text, so denoising teaches nothing of which words go with which lyrics.
 */
export const denoisingTexts = ({ songs }: Pick<BaseModelPlan, "songs">, from: number, to: number): string[] =>
  songsOf(songs, from, to)
    .flatMap((song) => [song.lyrics, comments(song).join(" ")])
    .filter((text) => text !== "");

/** The rows of the intermediate task: the lyrics of the same songs, each with every liked interpretation. */
export const intermediateRows = (songs: SongbookOptions, { agreement }: IntermediatePlan, from: number, to: number) =>
  songsOf({ ...songs, agreement }, from, to).flatMap((song) => liked(song).map((text) => ({ song, text })));

/** Names a preset's base model: texts and rows, vocabulary, sizes, plans and seed. */
export const baseModelName = ({ baseModel, text, lyricsTokens, captionTokens }: Preset): string =>
  nameOf({ baseModel, text, lyricsTokens, captionTokens });

const nameOf = memoised(
  ({
    baseModel,
    text,
    lyricsTokens,
    captionTokens,
  }: Pick<Preset, "baseModel" | "text" | "lyricsTokens" | "captionTokens">): string => {
    const { songs, intermediate } = baseModel;
    const named = Math.min(NAMED_SONGS, songs.songs);
    const rows = intermediate && intermediateRows(songs, intermediate, 0, named).map(({ song, text }) => [song.lyrics, text]);
    return fingerprint({
      baseModel,
      texts: denoisingTexts(baseModel, 0, named),
      ...(rows && { rows }),
      text,
      lengths: [lyricsTokens, captionTokens],
    });
  },
);

/**
 * The preset's base model: the one that comes with the project, else one made before, else made now.
 *
 * @throws AlcapError `usage` when the corpus is drawn from the seed of the base model's songs: it would be trained on test songs
 */
export async function obtainBaseModel(preset: Preset, cache: string, report: Reporter): Promise<BaseModel> {
  if (preset.baseModel.songs.seed === preset.corpus.seed)
    throw new AlcapError(
      "usage",
      `The base model would be trained on the corpus itself: both are drawn from seed ${preset.corpus.seed}.`,
      "Give one of them another seed.",
    );
  const found = findBaseModel(preset, cache);
  return found === undefined ? trainBaseModel(preset, cache, report) : readBaseModel(found, baseModelName(preset), report);
}

/** The folder of the preset's base model, where it need not be made. One that was made here and is damaged since counts as none. */
export function findBaseModel(preset: Preset, cache: string): string | undefined {
  const shipped = path.join(shippedBaseModels(), baseModelName(preset));
  if (existsSync(path.join(shipped, MODEL))) return shipped;
  const made = baseModelFolder(preset, cache);
  const words = path.join(made, TOKENISER);
  const model = findKept(path.join(made, MODEL));
  if (model === undefined || !isFile(words)) return undefined;
  const { tokeniser } = model.metadata;
  return tokeniser === undefined || tokeniser === sha256Of(words) ? made : undefined;
}

/** Where a base model lies that was made on this machine. */
export const baseModelFolder = (preset: Preset, cache: string) =>
  path.join(cache, `base-model-${fingerprint([baseModelName(preset), numericsOf(engineInfo(ENGINE))])}`);

const stageNames = ["denoising", "intermediate"] as const;
const LABELS = { denoising: "denoising pre-training", intermediate: "intermediate-task fine-tuning" } as const;

/** What was found reports itself as done, so that a first and a second execution of a notebook read the same. */
async function readBaseModel(folder: string, hash: string, report: Reporter): Promise<BaseModel> {
  const tokeniserFile = path.join(folder, TOKENISER);
  const file = path.join(folder, MODEL);
  const { tensors, metadata } = readKept(file);
  const stages = stagesOf(file, metadata.stages);
  for (const stage of stageNames) {
    const { length } = stages[stage]?.curve.steps ?? [];
    if (length !== undefined) reportFound(report(LABELS[stage]), length);
  }
  return { tokeniser: await loadTokeniser(tokeniserFile), tokeniserFile, params: tensors as ParamValues, stages, hash };
}

/** The stages that a base model's file tells of. Throws `AlcapError` "weights" where it does not. */
function stagesOf(file: string, text = "{}"): BaseModelStages {
  try {
    const stages = JSON.parse(text) as BaseModelStages;
    const told = [stages.denoising, ...(stages.intermediate ? [stages.intermediate] : [])];
    if (told.every(({ best, curve }) => best.score > 0 && curve.steps.length > 0)) return stages;
  } catch {
    // Said below: no JSON and JSON of something else are the same fault.
  }
  throw new AlcapError(
    "weights",
    `${file} does not say how it was trained.`,
    "Delete its folder and run the command again; one that came with the project is restored by git.",
  );
}

/** Trains tokeniser and base model, stage by stage, on one thread; a stopped training goes on where it was. */
export async function trainBaseModel(preset: Preset, cache: string, report: Reporter): Promise<BaseModel> {
  const { baseModel, text } = preset;
  const { seed, songs, vocabulary } = baseModel;
  const hash = baseModelName(preset);
  const folder = baseModelFolder(preset, cache);
  const texts = denoisingTexts(baseModel, 0, songs.songs);
  const heldOut = denoisingTexts(baseModel, songs.songs, songs.songs + HELD_OUT_SONGS);
  const tokeniserFile = path.join(folder, TOKENISER);
  const words = JSON.stringify(trainBpe(texts, { vocabSize: vocabulary }));
  if (!isFile(tokeniserFile) || readText(tokeniserFile) !== words) writeWhole(tokeniserFile, words);
  const tokeniser = await loadTokeniser(tokeniserFile);
  const stage = (name: keyof BaseModelStages) => ({
    seed,
    file: path.join(folder, name, MODEL),
    recipe: hash,
    options: ENGINE,
  });
  const denoising = { ...stage("denoising"), texts, heldOut, tokeniser, shape: text, plan: baseModel.denoising };
  const { params: denoised, ...first } = await denoise(denoising, report(LABELS.denoising));
  const task = intermediateTask(preset, tokeniser);
  const tuned =
    task && (await trainCaptioner({ ...task, ...stage("intermediate"), pretrained: denoised }, report(LABELS.intermediate)));
  const params = tuned?.params ?? denoised;
  const stages: BaseModelStages = {
    denoising: first,
    ...(tuned && { intermediate: { best: tuned.best, curve: tuned.curve } }),
  };
  const about = { stages: JSON.stringify(stages), tokeniser: sha256Of(tokeniserFile), format: "pt" };
  writeKept(path.join(folder, MODEL), params, about);
  return { tokeniser, tokeniserFile, params, stages, hash };
}

/** Training on an intermediate task with much data before the one at hand (Phang et al. 2018): BART as a captioner of lyrics. */
function intermediateTask({ baseModel, text, lyricsTokens, captionTokens }: Preset, tokeniser: Tokeniser) {
  const { intermediate, songs } = baseModel;
  if (intermediate === undefined) return undefined;
  const lengths = { lyricsTokens, captionTokens };
  const { agreement: _, ...plan } = intermediate;
  const examples = (from: number, to: number) =>
    examplesOf({ tokeniser, music: noMusic, preset: lengths }, intermediateRows(songs, intermediate, from, to));
  return {
    captioner: textAlone(text, tokeniser),
    preset: { ...lengths, captioning: { ...plan, checkpointSteps: EVALUATE_STEPS } },
    train: examples(0, songs.songs),
    validation: examples(songs.songs, songs.songs + HELD_OUT_SONGS),
  };
}

/** The files a base model is made of, for carrying it elsewhere. */
export const baseModelFiles = (folder: string) =>
  [MODEL, TOKENISER].map((name) => ({ name, bytes: readBytes(path.join(folder, name)) }));
