/** Learning rate over the steps of a run. */
export interface Schedule {
  /** Highest learning rate. */
  readonly peak: number;
  /** Steps of linear rise from zero. */
  readonly warmup: number;
  /** What follows: staying at the peak, or falling linearly to zero at the last step. */
  readonly after: "constant" | "linear";
}

/** Learning rate of step `step` (0-based) of `steps`. */
export function learningRateAt(schedule: Schedule, step: number, steps: number): number {
  const { peak, warmup, after } = schedule;
  if (step < warmup) return (peak * (step + 1)) / warmup;
  if (after === "constant") return peak;
  return (peak * (steps - step)) / Math.max(1, steps - warmup);
}
