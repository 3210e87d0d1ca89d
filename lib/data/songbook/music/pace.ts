/** Words for tempo, from slow to fast. */
export const paces = ["slow", "steady", "brisk", "fast"] as const;
export type Pace = (typeof paces)[number];

/** Beats a minute at which the second, third and fourth word begin. */
export const paceLimits = [84, 108, 132] as const;

/** The word for a tempo: slow below 84 beats a minute, steady below 108, brisk below 132, then fast. */
export function paceOf(tempo: number): Pace {
  return paces[paceLimits.filter((limit) => tempo >= limit).length]!;
}
