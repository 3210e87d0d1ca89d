/** Learning rate over a run, whatever the number of its steps. */
export interface Schedule {
  /** Highest learning rate. */
  readonly peak: number;
  /** Steps of linear rise from zero. */
  readonly warmupSteps: number;
  /**
   * What follows: staying at the peak, falling linearly to zero at the last step, or PyTorch's StepLR: multiplied by
   * `factor` after every so many epochs of the whole run.
   */
  readonly after: "constant" | "linear" | { readonly factor: number; readonly everyEpochs: number };
}

/** Learning rate of step `step` (0-based) of `steps`, of which `perEpoch` make an epoch. */
export function learningRateAt(schedule: Schedule, step: number, steps: number, perEpoch: number): number {
  const { peak, warmupSteps, after } = schedule;
  if (step < warmupSteps) return (peak * (step + 1)) / warmupSteps;
  if (after === "constant") return peak;
  if (after === "linear") return (peak * (steps - step)) / Math.max(1, steps - warmupSteps);
  return peak * after.factor ** Math.floor(step / (after.everyEpochs * perEpoch));
}
