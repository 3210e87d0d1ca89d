import type { Draw } from "../draw";
import type { MusicPlan } from "../types";
import { nearestChordTone, pitchOf, rootOf } from "./harmony";
import type { WrittenNote } from "./score";

/** Two bars of melody: when notes begin (beats), how long they last, and how the line moves (scale steps). */
interface Motif {
  readonly onsets: readonly number[];
  readonly lengths: readonly number[];
  readonly steps: readonly number[];
}

const motifBars = 2;

/** A melody in phrases A A' B A', two bars each, repeated as long as the song lasts. */
export function melody(plan: MusicPlan, bars: number, draw: Draw): WrittenNote[] {
  const first = motif(plan, draw);
  const varied = { ...first, steps: [...first.steps.slice(0, -2), draw.pick([-1, 1, -2]), draw.pick([-1, 0, 1])] };
  const second = motif(plan, draw);
  const form = [first, varied, second, varied];
  const floor = Math.round(52 + 24 * plan.expression.register);
  const notes: WrittenNote[] = [];
  for (let bar = 0; bar < bars; bar += motifBars) {
    const phrase = form[(bar / motifBars) % form.length]!;
    notes.push(...phraseNotes(plan, phrase, bar, floor, draw));
  }
  return notes;
}

function motif(plan: MusicPlan, draw: Draw): Motif {
  const { density, dissonance, contour } = plan.expression;
  const beats = motifBars * plan.beatsPerBar;
  const onsets: number[] = [0];
  for (let slot = 1; slot < 2 * beats - 2; slot++) {
    const onBeat = slot % 2 === 0;
    const strong = slot % (2 * plan.beatsPerBar) === 0;
    const probability = strong ? 0.5 + density : onBeat ? 0.1 + 0.85 * density : 0.95 * density * density;
    if (draw.chance(probability)) onsets.push(slot / 2);
  }
  const lengths = onsets.map((onset, i) => (onsets[i + 1] ?? beats) - onset);
  const steps = onsets.map(() => {
    if (draw.chance(0.6 * dissonance)) return 0;
    const size = draw.pick([1, 1, 1, 2, 2, 3]);
    return draw.chance(0.5 + 0.3 * contour) ? size : -size;
  });
  return { onsets, lengths, steps };
}

function phraseNotes(plan: MusicPlan, phrase: Motif, bar: number, floor: number, draw: Draw): WrittenNote[] {
  const { contour, legato, dissonance } = plan.expression;
  // A falling line starts high and a rising one low, so both stay within the octave and a half of the register.
  let degree = Math.round(4 - 3 * contour);
  return phrase.onsets.map((onset, i) => {
    degree = reflect(degree + phrase.steps[i]!);
    const strong = onset % plan.beatsPerBar === 0;
    const root = rootOf(plan, bar + Math.floor(onset / plan.beatsPerBar));
    if (strong) degree = nearestChordTone(degree, root);
    const bent = !strong && draw.chance(0.3 * dissonance) ? draw.pick([-1, 1]) : 0;
    const last = i === phrase.onsets.length - 1;
    return {
      beat: bar * plan.beatsPerBar + onset,
      beats: phrase.lengths[i]! * (0.3 + 0.68 * legato) * (last ? 0.8 : 1),
      pitch: pitchOf(plan, degree, floor) + bent,
      accent: strong ? 0.95 : Number.isInteger(onset) ? 0.82 : 0.7,
    };
  });
}

/** Folds a degree back into the singable range -3..10. */
const reflect = (degree: number) => (degree > 10 ? 20 - degree : degree < -3 ? -6 - degree : degree);
