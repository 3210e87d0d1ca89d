import type { Draw } from "../draw";
import type { MusicPlan } from "../types";
import { chord, pitchOf, rootOf } from "./harmony";
import type { WrittenNote } from "./score";
import { styleBooks } from "./styles";

/** Chords under the melody, in the manner of `plan.accompaniment`. */
export function accompany(plan: MusicPlan, bars: number, draw: Draw): WrittenNote[] {
  const floor = Math.round(46 + 10 * plan.expression.register);
  const notes: WrittenNote[] = [];
  for (let bar = 0; bar < bars; bar++) {
    const pitches = chord(plan, bar, floor);
    // A semitone above the root rubs against it.
    if (draw.chance(0.6 * plan.expression.dissonance)) pitches.push(pitches[0]! + 13);
    for (const note of barOf(plan, pitches)) notes.push({ ...note, beat: note.beat + bar * plan.beatsPerBar });
  }
  return notes;
}

function barOf(plan: MusicPlan, pitches: readonly number[]): WrittenNote[] {
  const beats = plan.beatsPerBar;
  const { legato, density } = plan.expression;
  const joined = 0.3 + 0.7 * legato;
  switch (plan.accompaniment) {
    case "sustained":
      return pitches.map((pitch) => ({ beat: 0, beats: beats * Math.max(0.6, joined), pitch, accent: 0.8 }));
    case "arpeggio":
      return steps(beats, 0.5).map((beat, i) => ({
        beat,
        beats: 0.5 + legato,
        pitch: wave(pitches, i),
        accent: i === 0 ? 0.9 : 0.7,
      }));
    case "strummed": {
      const strokes = density > 0.5 ? steps(beats, 0.5).filter((beat) => beat !== 0.5) : steps(beats, 1);
      return strokes.flatMap((beat) =>
        strum(pitches, beat, (Number.isInteger(beat) ? 0.9 : 0.6) * joined, beat % 2 === 0 ? 0.9 : 0.7),
      );
    }
    case "offbeat":
      return steps(beats, 1).flatMap((beat) => strum(pitches, beat + 0.5, 0.4 * joined, 0.85));
    case "ostinato":
      return steps(beats, 0.5).map((beat, i) => ({
        beat,
        beats: 0.5 * joined,
        pitch: i % 4 === 3 ? pitches[pitches.length - 1]! - 12 : pitches[0]! - 12,
        accent: i % 4 === 0 ? 1 : 0.75,
      }));
  }
}

/** Notes of a chord one after the other, a hundredth of a beat or two apart. */
const strum = (pitches: readonly number[], beat: number, beats: number, accent: number): WrittenNote[] =>
  pitches.map((pitch, i) => ({ beat: beat + 0.015 * i, beats, pitch, accent }));

/** 0, step, 2·step … below `beats`. */
const steps = (beats: number, step: number) => Array.from({ length: Math.round(beats / step) }, (_, i) => i * step);

/** Up and down through a chord. */
function wave(pitches: readonly number[], i: number): number {
  const top = pitches.length - 1;
  const place = i % (2 * top);
  return pitches[place <= top ? place : 2 * top - place]!;
}

/** The style's bass pattern on the roots of the progression. */
export function bassLine(plan: MusicPlan, bars: number): WrittenNote[] {
  const pattern = styleBooks[plan.style].bass;
  const notes: WrittenNote[] = [];
  for (let bar = 0; bar < bars; bar++) {
    const root = rootOf(plan, bar);
    for (let step = 0; step < pattern.length; step++) {
      const symbol = pattern[step]!;
      if (symbol === "0") continue;
      const degree = root + (symbol === "5" ? 4 : symbol === "8" ? 7 : 0);
      const next = pattern.slice(step + 1).search(/[^0]/);
      const beats = (next < 0 ? pattern.length - step : next + 1) / 2;
      const pitch = pitchOf(plan, degree, 31);
      notes.push({
        beat: bar * plan.beatsPerBar + step / 2,
        beats: beats * (0.4 + 0.55 * plan.expression.legato),
        pitch,
        accent: step === 0 ? 0.95 : 0.8,
      });
    }
  }
  return notes;
}
