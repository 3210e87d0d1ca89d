import type { TrainingRecipe } from "../recipe";

/** Learning rate over the steps of a run. */
export interface Schedule {
  /** Highest learning rate. */
  readonly peak: number;
  /** Steps of linear rise from zero. */
  readonly warmup: number;
  /**
   * What follows: staying at the peak, falling linearly to zero at the last step, or PyTorch's StepLR: multiplied by
   * `factor` after every so many steps of the whole run.
   */
  readonly after: "constant" | "linear" | { readonly factor: number; readonly everySteps: number };
}

/** Learning rate of step `step` (0-based) of `steps`. */
export function learningRateAt(schedule: Schedule, step: number, steps: number): number {
  const { peak, warmup, after } = schedule;
  if (step < warmup) return (peak * (step + 1)) / warmup;
  if (after === "constant") return peak;
  if (after === "linear") return (peak * (steps - step)) / Math.max(1, steps - warmup);
  return peak * after.factor ** Math.floor(step / after.everySteps);
}

/** The schedule of a paper recipe: constant as released, where the step schedule is built and never stepped. */
export function recipeSchedule({ learningRate, schedule }: TrainingRecipe, stepsPerEpoch: number): Schedule {
  const { stepped, factor, epochs } = schedule;
  return { peak: learningRate, warmup: 0, after: stepped ? { factor, everySteps: epochs * stepsPerEpoch } : "constant" };
}
