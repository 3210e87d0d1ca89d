import { idOf, type RunRecipe, recipeHash } from "alcap/dist/experiment/run/recipe";
import type { CaptionRecord, RunRecord } from "alcap/dist/experiment/run/records";
import { RECORD_FORM } from "alcap/dist/experiment/run/schema";
import { bartBase, paperRecipe } from "alcap/dist/recipe";

const { dropout: _, ...text } = bartBase;

/** A recipe of a run that nobody trained. */
export const someRecipe: RunRecipe = {
  method: "alcap",
  seed: 1,
  data: { set: "songbook-positive", hash: "def" },
  baseModel: "base",
  encoder: "encoder",
  text,
  fusion: paperRecipe.fusion,
  alignment: paperRecipe.alignment,
  caption: paperRecipe.caption,
  training: {
    batch: 2,
    epochs: 1,
    schedule: { peak: 1, warmupSteps: 0, after: "constant" },
    optimiser: { name: "adamw", beta1: 0.9, beta2: 0.98, epsilon: 1e-8, weightDecay: 0, clipNorm: 1 },
    lyricsTokens: 8,
    captionTokens: 8,
  },
  decoding: { kind: "greedy" },
  decodingBatch: 2,
  lastBatch: "scored",
  engine: { engine: "onnx", device: "cpu", threads: 1 },
};

const interval = { mean: 0.5, low: 0.4, high: 0.6 };

/** The record of a run that nobody trained, before it has captions. */
export const someRecord = (recipe: RunRecipe = someRecipe): Omit<RunRecord, "captions"> => ({
  form: RECORD_FORM,
  id: idOf(recipe),
  preset: "smoke",
  recipeHash: recipeHash(recipe),
  recipe,
  parameters: 1,
  engine: { versions: {} },
  curve: { step: [1, 2], losses: { caption: [2, 1] }, evaluations: { step: [], score: [] } },
  best: { step: 1, score: Number.NaN },
  metrics: Object.fromEntries(["rouge1", "rouge2", "rougeL", "meteor", "theme", "mood"].map((name) => [name, interval])),
  circumstances: { code: "none", machine: "", trainSeconds: 1, captionSeconds: 1, peakMemoryMiB: 1 },
});

/** Captions with these ROUGE-1 recalls. */
export const someCaptions = (scores: readonly number[]): CaptionRecord[] =>
  scores.map((rouge1, i) => ({ song: `s${i}`, reference: "a\u2028b", caption: 'c "quoted"\nline', scores: { rouge1 } }));
