import type { Captioner } from "../model/alcap";
import { bartBase, type Reading, readings, wonTagger } from "../recipe";
import type { StepPlan } from "../train/step";

/** The paper's corpora with their training rows (sections 5.1 and 5.2) and hours on one A100 40 GB (section 6.1). */
export const paperCorpora = {
  "si-full": { rows: 279_283, hours: 28 },
  "si-nonnegative": { rows: 265_360, hours: 28 },
  "si-positive": { rows: 49_736, hours: 5 },
  "ncm-review": { rows: 15_547, hours: 3 },
} as const;

export type PaperCorpus = keyof typeof paperCorpora;

/** The paper's run at full size. */
export interface PaperPreset {
  readonly name: "paper";
  readonly about: string;
  readonly reading: Reading;
  readonly captioner: Captioner;
  /** Positions that the music encoder gives for 15 s: the class vector and 118 frames. */
  readonly musicPositions: number;
  readonly step: StepPlan;
}

/** BART-base's dropout, as in its configuration. */
const dropout = bartBase.dropout;

/**
 * The paper's preset in one of the two readings: BART-base, batch 26, 512 lyrics and 512 caption tokens, λ 0.02, 20 epochs,
 * Adafactor, seeds 2020 to 2022. Micro-batches of 2 and chunks of 512 caption positions keep a step's memory near that of one song.
 */
export function paperPreset(reading: keyof typeof readings = "paper"): PaperPreset {
  const chosen = readings[reading];
  return {
    name: "paper",
    about: "the paper's corpora and sizes, for a machine with a large GPU; 28 h on an A100 for the largest corpus (paper)",
    reading: chosen,
    captioner: { method: "alcap", text: bartBase, musicWidth: 2 * wonTagger.channels, recipe: chosen.model },
    musicPositions: 119,
    step: { optimiser: chosen.training.optimiser, dropout, microBatch: 2, vocabularyRows: 512 },
  };
}
