import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { type CaptionValues, captionBatch, type Example, trainingRows } from "../../data/text/batch";
import { denoisingPair, type Noise } from "../../data/text/denoise";
import type { Tokeniser } from "../../data/text/tokeniser";
import { compile, type Values } from "../../engine";
import { AlcapError } from "../../errors";
import { fingerprint } from "../../files/fingerprint";
import { writeWhole } from "../../files/whole-file";
import { type Batch, objective } from "../../model/alcap";
import type { Captioner } from "../../model/captioner";
import type { Params, ParamValues } from "../../model/params";
import { readSafetensors, writeSafetensors } from "../../model/weights";
import { type Progress, silent } from "../../progress";
import { type Optimiser, releasedRecipe, type TextShape } from "../../recipe";
import { type Curve, checkpointFile } from "../../train/checkpoint";
import { fit } from "../../train/fit";
import type { OptimiserState } from "../../train/optimiser";
import type { Schedule } from "../../train/schedule";
import { captionerStep, freshTraining } from "../../train/step";
import { noMusic } from "../dataset/representations";

/** How the text model is pre-trained. */
export interface PretrainingPlan {
  readonly batch: number;
  readonly epochs: number;
  /** Longest text in tokens; noisy texts are at most as long. */
  readonly tokens: number;
  readonly noise: Noise;
  readonly optimiser: Optimiser;
  readonly schedule: Schedule;
  readonly dropout: number;
  readonly seed: number;
}

export interface PretrainingTask {
  /** Training texts: lyrics and captions of the training split. */
  readonly texts: readonly string[];
  /** Held-out texts; the step that denoises them best is kept. */
  readonly heldOut: readonly string[];
  readonly tokeniser: Tokeniser;
  readonly shape: Omit<TextShape, "vocabulary">;
  readonly plan: PretrainingPlan;
  /** Where the weights go, in safetensors with BART's names. */
  readonly file: string;
}

/** A pre-trained text model: BART's parameters alone, which all three methods start from. */
export interface Pretrained {
  readonly params: ParamValues;
  readonly best: { readonly step: number; readonly score: number };
  readonly curve: Curve;
}

/** The text model alone; its recipe's fusion and alignment take no part. */
export const textAlone = (shape: Omit<TextShape, "vocabulary">, { vocabSize }: Tokeniser): Captioner => ({
  method: "bart",
  text: { ...shape, vocabulary: vocabSize },
  musicWidth: noMusic.width,
  recipe: { ...releasedRecipe, caption: { labelPadding: "ignored" } },
});

/** Most steps from one evaluation and one checkpoint to the next. */
const EVALUATE_STEPS = 200;

/** Names a pre-training: texts, words, sizes and plan. A file name made of it is a cache by content. */
export function pretrainingFingerprint({ texts, heldOut, tokeniser, shape, plan }: PretrainingTask): string {
  const ids = (text: string) => [...tokeniser.encode(text)].join();
  return fingerprint([texts.map(ids), heldOut.map(ids), tokeniser.vocabSize, shape, plan]);
}

/**
 * BART's denoising objective on a corpus's own text: the small model's stand-in for `facebook/bart-base`. Read from `file` where
 * it is there; a stopped run goes on where it was. Every epoch draws its noise anew, from the seed and the step.
 * @throws AlcapError `weights` when `file` holds another pre-training
 */
export async function pretrain(task: PretrainingTask, progress: Progress = silent): Promise<Pretrained> {
  const name = pretrainingFingerprint(task);
  if (existsSync(task.file)) return readPretrained(task.file, name);
  const { texts, plan, file } = task;
  const captioner = textAlone(task.shape, task.tokeniser);
  const step = captionerStep(captioner, plan);
  const held = heldOutLoss(task, captioner);
  const rowsOf = trainingRows(texts.length, plan.batch, plan.seed);
  const perEpoch = Math.max(1, Math.floor(texts.length / plan.batch));
  const store = checkpointFile<Values<OptimiserState>>(path.join(path.dirname(file), "checkpoint.safetensors"), name);
  const fitted = await fit<OptimiserState, Batch>(
    {
      step,
      initial: () => freshTraining(captioner, plan.optimiser, plan.seed),
      batch: (at) =>
        noisyBatch(
          task,
          rowsOf(at).map((row) => texts[row] as string),
          `${plan.seed}/noise/${at}`,
        ) as Values<Batch>,
      steps: perEpoch * plan.epochs,
      schedule: plan.schedule,
      seed: plan.seed,
      evaluate: { every: Math.min(perEpoch, EVALUATE_STEPS), score: (state) => held.score(state.params as ParamValues) },
      checkpoint: { store, every: Math.min(perEpoch, EVALUATE_STEPS) },
    },
    progress,
  );
  await step.release();
  await held.release();
  const best = { step: fitted.best.step, score: fitted.best.score };
  const params = fitted.best.state.params as ParamValues;
  const about = JSON.stringify({ best, curve: fitted.curve });
  writeWhole(file, writeSafetensors(params, { pretraining: name, about, format: "pt" }));
  store.clear();
  return { params, best, curve: fitted.curve };
}

/**
 * Reads a pre-trained text model.
 * @throws AlcapError `weights` when the file holds another pre-training than the one named
 */
function readPretrained(file: string, name: string): Pretrained {
  const { tensors, metadata } = readSafetensors(readFileSync(file));
  if (metadata.pretraining !== name)
    throw new AlcapError(
      "weights",
      `${file} was pre-trained on other texts or by another plan.`,
      "Delete it or name another file.",
    );
  const about = JSON.parse(metadata.about ?? "{}") as Pick<Pretrained, "best" | "curve">;
  return { params: tensors as ParamValues, ...about };
}

/** Noisy texts with their clean ones as captions. */
function noisyBatch({ tokeniser, plan }: PretrainingTask, texts: readonly string[], seed: string): CaptionValues {
  const rows = texts.map((text, row): Example => {
    const { noisy, clean } = denoisingPair(text, tokeniser, plan.noise, plan.tokens, `${seed}/${row}`);
    const song = String(row);
    return { song, lyrics: noisy, caption: clean, music: noMusic.of(song) };
  });
  return captionBatch(rows, { lyricsTokens: plan.tokens, captionTokens: plan.tokens });
}

/** Mean denoising loss of the held-out texts, with noise of their own that is the same each time. */
function heldOutLoss(task: PretrainingTask, captioner: Captioner) {
  const { heldOut, plan } = task;
  if (heldOut.length === 0)
    throw new AlcapError("data", "There are no held-out texts.", "Give at least one text to choose a step by.");
  const batches = Array.from({ length: Math.ceil(heldOut.length / plan.batch) }, (_, at) => {
    const texts = Array.from({ length: plan.batch }, (_, i) => heldOut[(at * plan.batch + i) % heldOut.length] as string);
    return noisyBatch(task, texts, `${plan.seed}/held-out/${at}`) as Values<Batch>;
  });
  const loss = compile((params: Params, batch: Batch) => objective(params, captioner, batch).caption, { name: "denoising loss" });
  const score = async (params: ParamValues) => {
    let sum = 0;
    for (const batch of batches) sum += (await loss(params, batch)).data[0] ?? Number.NaN;
    return sum / batches.length;
  };
  return { score, release: () => loss.release() };
}
