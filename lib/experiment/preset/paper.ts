import type { Captioner } from "../../model/captioner";
import { methods } from "../../paper";
import { bartBase, type RecipeSource, recipes, type TextShape, wonTagger } from "../../recipe";
import { mixedPrecision } from "../../train/precision";
import type { RunPlan } from "./plan";

/** What a user may change of the paper's preset; each is part of the record. */
export interface PaperChanges {
  readonly epochs?: number;
  readonly batch?: number;
  readonly microBatch?: number;
  readonly lyricsTokens?: number;
  readonly captionTokens?: number;
  readonly decodingBatch?: number;
  /** Of products of matrices; float32 where it is left out. */
  readonly precision?: "float32" | "float16";
  /** λ of equation 4. */
  readonly alignmentWeight?: number;
}

/** The paper's runs at full size, but for the corpus. */
export type PaperPreset = Omit<RunPlan, "dataSet">;

/**
 * The paper's preset by one of the two recipes: BART-base, batch 26, 512 lyrics and 512 caption tokens, λ 0.02, 20 epochs,
 * Adafactor, seeds 2020 to 2022, beam sampling. Micro-batches of 2 and chunks of 512 caption positions keep a step's memory near
 * that of one song. It takes a machine with a large GPU: 28 h a seed on an A100 for the largest corpus (paper, section 6.1).
 *
 * Where the released code saves every fifth epoch and picks one by hand, the one with the best evaluation is taken here.
 */
export function paperPreset(source: RecipeSource = "paper", changes: PaperChanges = {}): PaperPreset {
  const { model, training, decoding, scoring } = recipes[source];
  const { factor, epochs: everyEpochs, stepped } = training.schedule;
  const captionTokens = changes.captionTokens ?? training.captionTokens;
  return {
    name: source === "paper" ? "paper" : `paper-${source}`,
    lyricsTokens: changes.lyricsTokens ?? training.lyricsTokens,
    captionTokens,
    recipe: {
      ...model,
      alignment: { ...model.alignment, weight: changes.alignmentWeight ?? model.alignment.weight },
    },
    captioning: {
      batch: changes.batch ?? training.batch,
      epochs: changes.epochs ?? training.epochs,
      schedule: { peak: training.learningRate, warmupSteps: 0, after: stepped ? { factor, everyEpochs } : "constant" },
      optimiser: training.optimiser,
      microBatch: changes.microBatch ?? 2,
      vocabularyRows: 512,
      evaluateEvery: training.checkpoint === "every-fifth-epoch" ? 5 : 1,
      checkpointSteps: 500,
      ...(changes.precision === "float16" && { precision: mixedPrecision }),
    },
    decoding: { kind: "beams", ...decoding, maxLength: captionTokens },
    decodingBatch: changes.decodingBatch ?? 12, // released test loader
    lastBatch: scoring.lastBatch,
    methods,
    seeds: training.seeds,
  };
}

/** The preset's largest model, ALCAP, on representations of the released music encoder. */
export const paperCaptioner = ({ recipe }: Pick<PaperPreset, "recipe">, text: TextShape = bartBase): Captioner => ({
  method: "alcap",
  text,
  musicWidth: 2 * wonTagger.channels,
  recipe,
});
