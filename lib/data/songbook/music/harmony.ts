import type { Mode, MusicPlan } from "../types";

/** Semitones of the seven scale degrees. */
const scales: Readonly<Record<Mode, readonly number[]>> = {
  major: [0, 2, 4, 5, 7, 9, 11],
  lydian: [0, 2, 4, 6, 7, 9, 11],
  mixolydian: [0, 2, 4, 5, 7, 9, 10],
  dorian: [0, 2, 3, 5, 7, 9, 10],
  minor: [0, 2, 3, 5, 7, 8, 10],
  phrygian: [0, 1, 3, 5, 7, 8, 10],
};

/** MIDI pitch of a scale degree; degree 0 is the home note nearest above `floor`, degrees go on over the octaves. */
export function pitchOf(plan: MusicPlan, degree: number, floor: number): number {
  const scale = scales[plan.mode];
  const octave = Math.floor(degree / 7);
  const home = floor + ((plan.tonic - (floor % 12) + 12) % 12);
  return home + 12 * octave + scale[degree - 7 * octave]!;
}

/** The chord root of a bar, as a scale degree. */
export const rootOf = (plan: MusicPlan, bar: number) => plan.progression[bar % plan.progression.length]!;

/** The member of the chord on `root` nearest to a degree. */
export function nearestChordTone(degree: number, root: number): number {
  for (const shift of [0, -1, 1, -2, 2]) {
    const within = (((degree + shift - root) % 7) + 7) % 7;
    if (within === 0 || within === 2 || within === 4) return degree + shift;
  }
  return degree;
}

/** Triad on the bar's root, voiced close to `floor`..`floor`+12, low to high. */
export function chord(plan: MusicPlan, bar: number, floor: number): number[] {
  const root = rootOf(plan, bar);
  return [0, 2, 4]
    .map((third) => {
      const pitch = pitchOf(plan, root + third, floor);
      return pitch >= floor + 14 ? pitch - 12 : pitch;
    })
    .sort((a, b) => a - b);
}
