import type { StepSizes } from "alcap/dist/bench/dry-run";
import { presetNamed } from "alcap/dist/experiment/preset/songbook";

/** A step between quick's size and BART-base's: 7.6 million parameters. */
export function midSizes(update: "whole" | "by-parameter") {
  const { text, recipe, captioning } = presetNamed("quick");
  const shape = { width: 256, inner: 1024, encoderLayers: 3, decoderLayers: 3, positions: 256, vocabulary: 8000 };
  return {
    captioner: { method: "alcap", text: { ...text, ...shape, dropout: 0 }, musicWidth: 32, recipe },
    optimiser: captioning.optimiser,
    batch: 4,
    microBatch: 2,
    lyricsTokens: 256,
    captionTokens: 128,
    musicPositions: 119,
    vocabularyRows: 64,
    update,
  } as const satisfies StepSizes;
}
