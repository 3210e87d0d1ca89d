import { AlcapError } from "../errors";
import type { AdamW, Optimiser } from "../recipe";
import type { MixedPrecision } from "./precision";
import type { Schedule } from "./schedule";

/** How one network is trained. */
export interface TrainingPlan<O extends Optimiser = AdamW> {
  readonly batch: number;
  readonly epochs: number;
  readonly schedule: Schedule;
  readonly optimiser: O;
  readonly dropout: number;
}

/** How a captioner is trained. */
export interface CaptioningPlan extends Omit<TrainingPlan<Optimiser>, "dropout"> {
  /** As `StepPlan`'s; the text shape's own where it is left out. */
  readonly dropout?: number;
  /** Rows computed at once; InfoNCE still sees the whole batch. The whole batch where it is left out. */
  readonly microBatch?: number;
  /** Caption positions whose vocabulary scores are in memory at once; all of them where it is left out. */
  readonly vocabularyRows?: number;
  /** float32 where it is left out. */
  readonly precision?: MixedPrecision;
  /** Epochs from one evaluation on the validation rows to the next; 1 where it is left out. */
  readonly evaluateEvery?: number;
  /** Most steps from one checkpoint to the next; an epoch's where it is left out. Changes no result. */
  readonly checkpointSteps?: number;
}

/** Throws `AlcapError` "usage" where a batch cannot be computed in micro-batches of one size. */
export function checkMicroBatch({ batch, microBatch = batch }: Pick<CaptioningPlan, "batch" | "microBatch">): void {
  if (batch % microBatch === 0) return;
  const problem = `A batch of ${batch} cannot be split into micro-batches of ${microBatch}.`;
  throw new AlcapError("usage", problem, "Choose a divisor.");
}
