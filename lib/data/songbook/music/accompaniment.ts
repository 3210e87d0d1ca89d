import type { Draw } from "../draw";
import type { MusicPlan, WrittenNote } from "../types";
import { chord, pitchOf, rootOf } from "./harmony";
import { styleBooks } from "./styles";

/** A stroke of the style's rhythm, beats from the start of the bar and until the next one. */
interface Beat {
  readonly beat: number;
  readonly gap: number;
  /** 0..1. */
  readonly strength: number;
}

/** Chords under the melody: the rhythm is the style's, the manner the plan's. */
export function accompany(plan: MusicPlan, bars: number, draw: Draw): WrittenNote[] {
  const floor = Math.round(46 + 10 * plan.expression.register);
  const { voicing, chords } = styleBooks[plan.style];
  const rhythm = beatsOf(chords, plan.beatsPerBar);
  const notes: WrittenNote[] = [];
  for (let bar = 0; bar < bars; bar++) {
    const pitches = chord(plan, bar, floor, voicing);
    // A semitone above the root rubs against it.
    if (draw.chance(0.6 * plan.expression.dissonance)) pitches.push(pitches[0]! + 13);
    for (const note of barOf(plan, pitches, rhythm)) notes.push({ ...note, beat: note.beat + bar * plan.beatsPerBar });
  }
  return notes;
}

/** Strokes of a one-bar pattern of four steps a beat; the last one rings to the first of the next bar. */
function beatsOf(pattern: string, beatsPerBar: number): Beat[] {
  const struck = [...pattern].flatMap((symbol, step) =>
    symbol === "0" ? [] : [{ beat: step / 4, strength: Number(symbol) / 9 }],
  );
  return struck.map((stroke, i) => ({ ...stroke, gap: (struck[i + 1]?.beat ?? beatsPerBar + struck[0]!.beat) - stroke.beat }));
}

function barOf(plan: MusicPlan, pitches: readonly number[], rhythm: readonly Beat[]): WrittenNote[] {
  const joined = 0.3 + 0.7 * plan.expression.legato;
  const accent = (strength: number) => 0.45 + 0.5 * strength;
  switch (plan.accompaniment) {
    case "sustained":
      return main(rhythm, plan.beatsPerBar).flatMap(({ beat, gap, strength }) =>
        pitches.map((pitch) => ({ beat, beats: gap * Math.max(0.6, joined), pitch, accent: accent(strength) })),
      );
    case "arpeggio":
      return rhythm.flatMap(({ beat, gap, strength }, i) =>
        run(gap).map((offset, k) => ({
          beat: beat + offset,
          beats: 0.5 + plan.expression.legato,
          pitch: wave(pitches, i + k),
          accent: accent(k === 0 ? strength : 0.3),
        })),
      );
    case "strummed":
      return rhythm.flatMap(({ beat, gap, strength }) => strum(pitches, beat, Math.min(gap, 1) * 0.9 * joined, accent(strength)));
    case "offbeat":
      return rhythm.flatMap(({ beat, gap, strength }) => stab(pitches, beat, Math.min(gap, 0.4) * joined, accent(strength)));
    case "ostinato":
      return rhythm.flatMap(({ beat, gap, strength }, i) =>
        run(gap).map((offset, k) => ({
          beat: beat + offset,
          beats: 0.5 * joined,
          pitch: i % 4 === 3 ? pitches[pitches.length - 1]! - 12 : pitches[0]! - 12,
          accent: accent(k === 0 ? strength : 0.4),
        })),
      );
  }
}

/** The strokes that a held chord changes on: the strong ones, at most one a beat. */
function main(rhythm: readonly Beat[], beatsPerBar: number): Beat[] {
  const strong = rhythm.filter(({ strength, beat }, i) => strength > 0.7 && (i === 0 || Number.isInteger(2 * beat)));
  return strong.map((stroke, i) => ({
    ...stroke,
    gap: (strong[i + 1]?.beat ?? beatsPerBar + strong[0]!.beat) - stroke.beat,
  }));
}

/** Half beats that fill a gap, the first at its start. */
const run = (gap: number) => Array.from({ length: Math.max(1, Math.round(2 * gap)) }, (_, k) => k / 2);

/** Notes of a chord one after the other, a hundredth of a beat or two apart. */
const strum = (pitches: readonly number[], beat: number, beats: number, accent: number): WrittenNote[] =>
  pitches.map((pitch, i) => ({ beat: beat + 0.02 * i, beats, pitch, accent }));

/** Notes of a chord at once, the root left to the bass. */
const stab = (pitches: readonly number[], beat: number, beats: number, accent: number): WrittenNote[] =>
  pitches.map((pitch, i) => ({ beat, beats, pitch: i === 0 ? pitch + 12 : pitch, accent }));

/** Up and down through a chord. */
function wave(pitches: readonly number[], i: number): number {
  const top = Math.max(1, pitches.length - 1);
  const place = i % (2 * top);
  return pitches[place <= top ? place : 2 * top - place]!;
}

const bassSteps: Readonly<Record<string, number>> = { "1": 0, "3": 2, "5": 4, "8": 7 };

/** The style's bass pattern on the roots of the progression. */
export function bassLine(plan: MusicPlan, bars: number): WrittenNote[] {
  const pattern = styleBooks[plan.style].bass;
  const notes: WrittenNote[] = [];
  for (let bar = 0; bar < bars; bar++) {
    const root = rootOf(plan, bar);
    for (let step = 0; step < pattern.length; step++) {
      const above = bassSteps[pattern[step]!];
      if (above === undefined) continue;
      const next = pattern.slice(step + 1).search(/[^0]/);
      const beats = (next < 0 ? pattern.length - step : next + 1) / 2;
      notes.push({
        beat: bar * plan.beatsPerBar + step / 2,
        beats: beats * (0.4 + 0.55 * plan.expression.legato),
        pitch: pitchOf(plan, root + above, 28),
        accent: step === 0 ? 0.95 : 0.8,
      });
    }
  }
  return notes;
}
