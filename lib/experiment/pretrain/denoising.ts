import { captionBatch, type Example } from "../../data/text/batch";
import { denoisingPair } from "../../data/text/denoise";
import type { Tokeniser } from "../../data/text/tokeniser";
import type { Captioner } from "../../model/captioner";
import { type Progress, silent } from "../../progress";
import { releasedRecipe, type TextShape } from "../../recipe";
import { type TaskRows, type Trained, type TrainingTask, train } from "../../train/trainer";
import { noMusic } from "../dataset/representations";
import type { BaseModelPlan } from "../preset/songbook";

/** Denoising pre-training of a text model. */
export interface DenoisingTask extends Pick<TrainingTask, "seed" | "file" | "recipe" | "options"> {
  readonly texts: readonly string[];
  readonly heldOut: readonly string[];
  readonly tokeniser: Tokeniser;
  readonly shape: Omit<TextShape, "vocabulary">;
  /** Texts and their noisy forms have at most `tokens` tokens. */
  readonly plan: BaseModelPlan["denoising"];
}

/** The text model alone; its recipe's fusion and alignment take no part. */
export const textAlone = (shape: Omit<TextShape, "vocabulary">, { vocabSize }: Tokeniser): Captioner => ({
  method: "bart",
  text: { ...shape, vocabulary: vocabSize },
  musicWidth: noMusic.width,
  recipe: { ...releasedRecipe, caption: { labelPadding: "ignored" } },
});

/** Most steps from one evaluation and one checkpoint to the next. */
export const EVALUATE_STEPS = 200;

/**
 * Trains BART's denoising objective (Lewis et al. 2020): a captioner whose lyrics are noisy texts and whose captions are the
 * clean ones. Every epoch draws its noise anew, from the seed and the step; held-out texts have the same noise each time.
 * @throws AlcapError as `train`
 */
export function denoise(task: DenoisingTask, progress: Progress = silent): Promise<Trained> {
  const { texts, heldOut, tokeniser, shape, plan, ...shared } = task;
  const { noise, tokens, ...training } = plan;
  const rowsOf = (from: readonly string[], name: string): TaskRows => ({
    length: from.length,
    batch: (rows, at) => {
      const pairs = rows.map((row, i): Example => {
        const seed = `${task.seed}/${name}/${at}/${i}`;
        const { noisy, clean } = denoisingPair(from[row] as string, tokeniser, noise, tokens, seed);
        return { song: String(i), lyrics: noisy, caption: clean, music: noMusic.of(String(i)) };
      });
      return captionBatch(pairs, { lyricsTokens: tokens, captionTokens: tokens });
    },
  });
  return train(
    {
      ...shared,
      captioner: textAlone(shape, tokeniser),
      plan: { ...training, checkpointSteps: EVALUATE_STEPS },
      train: rowsOf(texts, "noise"),
      validation: rowsOf(heldOut, "held-out"),
      evaluateSteps: EVALUATE_STEPS,
    },
    progress,
  );
}
