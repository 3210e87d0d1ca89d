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

/**
 * How a mode is played, beside its scale: what players of such music do, so that a listener who cannot name
 * a scale still hears one mode from the other.
 */
export interface Idiom {
  /** Scale steps at which a second line follows the tune; none where it is left out. */
  readonly parallel?: number;
  /** What the strong notes of the tune are decorated with. */
  readonly ornament: "none" | "cut" | "sigh" | "trill";
  /** Degrees above the home note that sound under or over every chord. */
  readonly pedal: readonly number[];
  /** Chords of roots, fifths and octaves only. */
  readonly open: boolean;
}

export const idioms: Readonly<Record<Mode, Idiom>> = {
  // Thirds, as two voices sing them.
  major: { parallel: -2, ornament: "none", pedal: [], open: false },
  // The home note, the ninth and the raised fourth ring high above every chord.
  lydian: { ornament: "none", pedal: [14, 15, 17], open: false },
  // A piper's cut before each strong note, over a drone.
  mixolydian: { ornament: "cut", pedal: [-7, -3], open: false },
  // Parallel fourths and hollow chords, as in early two-part singing.
  dorian: { parallel: -3, ornament: "none", pedal: [], open: true },
  // Strong notes are leaned on from the step above.
  minor: { ornament: "sigh", pedal: [], open: false },
  // Trills with the lowered second, over a low drone.
  phrygian: { ornament: "trill", pedal: [-7], open: false },
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

/** Chord on the bar's root, its inner members voiced close to `floor`..`floor`+12, and the mode's pedal; low to high. */
export function chord(plan: MusicPlan, bar: number, floor: number, voicing: readonly number[]): number[] {
  const root = rootOf(plan, bar);
  const { open, pedal } = idioms[plan.mode];
  const members = open ? voicing.map((step) => hollow(step)) : voicing;
  const voiced = members.map((step) => {
    const pitch = pitchOf(plan, root + step, floor);
    return step > 0 && step < 7 && pitch >= floor + 14 ? pitch - 12 : pitch;
  });
  const held = pedal.map((degree) => pitchOf(plan, degree, floor));
  return [...new Set([...voiced, ...held])].sort((a, b) => a - b);
}

/** Thirds become fifths; roots and fifths stay. */
function hollow(step: number): number {
  const within = ((step % 7) + 7) % 7;
  if (within === 0 || within === 4) return step;
  return step - within + (within < 4 ? 4 : 7);
}
