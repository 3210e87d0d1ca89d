import type { Draw } from "../draw";
import type { MusicPlan, WrittenNote } from "../types";
import { type Idiom, idioms, nearestChordTone, pitchOf, rootOf } from "./harmony";
import { styleBooks } from "./styles";

/** Two bars of melody: when notes begin (beats), how long they last, and how the line moves (scale steps). */
interface Motif {
  readonly onsets: readonly number[];
  readonly lengths: readonly number[];
  readonly steps: readonly number[];
}

/** A note of the line before it is decorated: a scale degree where it is still needed. */
interface Tone extends WrittenNote {
  readonly degree: number;
  readonly strong: boolean;
}

const motifBars = 2;

/** A melody in phrases A A' B A', two bars each, repeated as long as the song lasts, in the rhythm of the style and the idiom of the mode. */
export function melody(plan: MusicPlan, bars: number, draw: Draw): WrittenNote[] {
  const first = motif(plan, draw);
  const varied = { ...first, steps: [...first.steps.slice(0, -2), draw.pick([-1, 1, -2]), draw.pick([-1, 0, 1])] };
  const second = motif(plan, draw);
  const form = [first, varied, second, varied];
  const floor = Math.round(52 + 24 * plan.expression.register);
  const idiom = idioms[plan.mode];
  const notes: WrittenNote[] = [];
  for (let bar = 0; bar < bars; bar += motifBars) {
    const phrase = form[(bar / motifBars) % form.length]!;
    for (const tone of phraseTones(plan, phrase, bar, floor, draw)) notes.push(...decorated(plan, idiom, tone, floor));
  }
  return notes;
}

/** What a singer takes from the tune: its notes on the beats, each held until the next. */
export function sungLine(plan: MusicPlan, tune: readonly WrittenNote[]): WrittenNote[] {
  const beats = [...new Map(tune.filter(({ beat }) => Number.isInteger(beat)).map((note) => [note.beat, note])).values()];
  return beats.map((note, i) => ({
    ...note,
    beats: 0.92 * Math.min(plan.beatsPerBar, (beats[i + 1]?.beat ?? note.beat + 2) - note.beat),
    pitch: 55 + ((((Math.round(note.pitch) - 55) % 12) + 12) % 12),
  }));
}

function motif(plan: MusicPlan, draw: Draw): Motif {
  const { density, dissonance, contour } = plan.expression;
  const beats = motifBars * plan.beatsPerBar;
  const tune = styleBooks[plan.style].tune.repeat(motifBars);
  const onsets: number[] = [0];
  // The last beat is left free to breathe.
  for (let step = 1; step < tune.length - 4; step++) {
    const weight = Number(tune[step]) / 9;
    const likely = step % (4 * plan.beatsPerBar) === 0 ? 1 : weight * (0.3 + 1.2 * density) * (step % 4 === 0 ? 1.2 : 1);
    if (weight > 0 && draw.chance(likely)) onsets.push(step / 4);
  }
  const lengths = onsets.map((onset, i) => (onsets[i + 1] ?? beats) - onset);
  const steps = onsets.map(() => {
    if (draw.chance(0.6 * dissonance)) return 0;
    const size = draw.pick([1, 1, 1, 2, 2, 3]);
    return draw.chance(0.5 + 0.3 * contour) ? size : -size;
  });
  return { onsets, lengths, steps };
}

function phraseTones(plan: MusicPlan, phrase: Motif, bar: number, floor: number, draw: Draw): Tone[] {
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
      degree,
      strong: Number.isInteger(onset) || phrase.lengths[i]! >= 1,
    };
  });
}

/** A note of the tune as the mode's idiom has it played. */
function decorated(plan: MusicPlan, idiom: Idiom, tone: Tone, floor: number): WrittenNote[] {
  const { degree, strong, ...note } = tone;
  const shade =
    idiom.parallel === undefined
      ? []
      : [{ ...note, pitch: pitchOf(plan, degree + idiom.parallel, floor), accent: 0.85 * note.accent }];
  if (!strong) return [note, ...shade];
  // Ornaments take their time from the clock, not from the beat.
  const beatsIn = (seconds: number) => (seconds * plan.tempo) / 60;
  switch (idiom.ornament) {
    case "none":
      return [note, ...shade];
    case "cut": {
      const cut = beatsIn(0.07);
      const above = { ...note, beats: cut, pitch: pitchOf(plan, degree + 2, floor) };
      return [above, { ...note, beat: note.beat + cut, beats: Math.max(cut, note.beats - cut) }];
    }
    case "sigh": {
      const lean = Math.min(0.5, 0.5 * note.beats);
      const above = { ...note, beats: lean, pitch: pitchOf(plan, degree + 1, floor), accent: 1 };
      return [above, { ...note, beat: note.beat + lean, beats: note.beats - lean, accent: 0.75 * note.accent }];
    }
    case "trill":
      return trill(note, pitchOf(plan, degree, floor) + 1, beatsIn(0.075));
  }
}

/** A note and its neighbour in turn, `step` beats each, then the note alone; four turns at most. */
function trill(note: WrittenNote, neighbour: number, step: number): WrittenNote[] {
  const turns = Math.max(1, Math.min(4, Math.floor(note.beats / (2 * step))));
  const notes: WrittenNote[] = [];
  for (let turn = 0; turn < 2 * turns; turn++) {
    notes.push({ ...note, beat: note.beat + turn * step, beats: step, pitch: turn % 2 === 0 ? note.pitch : neighbour });
  }
  const rest = note.beats - 2 * turns * step;
  return rest > 0.5 * step ? [...notes, { ...note, beat: note.beat + 2 * turns * step, beats: rest }] : notes;
}

/** Folds a degree back into the singable range -3..10. */
const reflect = (degree: number) => (degree > 10 ? 20 - degree : degree < -3 ? -6 - degree : degree);
