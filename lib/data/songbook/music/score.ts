import { type Draw, drawFrom } from "../draw";
import type { Instrument, MusicPlan, WrittenNote } from "../types";
import { accompany, bassLine } from "./accompaniment";
import { melody, sungLine } from "./melody";
import { type DrumPiece, drumPieces, styleBooks } from "./styles";

/** Length of every song, seconds. */
export const songSeconds = 15;

export interface Note {
  /** Seconds from the start of the song. */
  readonly start: number;
  /** Seconds until the release. */
  readonly duration: number;
  /** MIDI number, 69 = 440 Hz; cents are fractions. */
  readonly pitch: number;
  /** 0..1. */
  readonly velocity: number;
}

/** What plays a part: an instrument or a singer. */
export type Player = Instrument | "voice";

export interface Part {
  readonly instrument: Player;
  /** Share in the mix. */
  readonly gain: number;
  readonly notes: readonly Note[];
}

export interface Stroke {
  readonly piece: DrumPiece;
  readonly start: number;
  readonly velocity: number;
}

/** Every note of a song. */
export interface Score {
  readonly parts: readonly Part[];
  readonly strokes: readonly Stroke[];
}

/** Writes out a plan: melody, accompaniment, singer, bass and drums, with the players' timing and tuning. */
export function compose(plan: MusicPlan): Score {
  const draw = (part: string) => drawFrom(`score/${plan.seed}/${part}`);
  const bars = Math.ceil((songSeconds * plan.tempo) / (60 * plan.beatsPerBar));
  const tune = melody(plan, bars, draw("melody"));
  const parts: Part[] = [
    { instrument: plan.lead, gain: 1, notes: perform(tune, plan, draw("lead")) },
    { instrument: plan.harmony, gain: 0.8, notes: perform(accompany(plan, bars, draw("accompaniment")), plan, draw("harmony")) },
  ];
  if (plan.singer) parts.push({ instrument: "voice", gain: 0.9, notes: perform(sungLine(plan, tune), plan, draw("singer")) });
  if (plan.bass) parts.push({ instrument: "bass", gain: 0.75, notes: perform(bassLine(plan, bars), plan, draw("bass")) });
  return { parts, strokes: plan.drums > 0 ? drumming(plan, bars, draw("drums")) : [] };
}

/** Seconds of a beat, with the off-beats of a swinging style pushed late. */
function seconds(beat: number, plan: MusicPlan): number {
  const whole = Math.floor(beat);
  const part = beat - whole;
  const { swing } = styleBooks[plan.style];
  const swung = part < 0.5 ? 2 * part * swing : swing + 2 * (part - 0.5) * (1 - swing);
  return ((whole + swung) * 60) / plan.tempo;
}

/** Dynamics at a moment: flat, or growing over the song with `swell`. */
function dynamics(start: number, plan: MusicPlan): number {
  const { loudness, swell } = plan.expression;
  return (0.35 + 0.65 * loudness) * (1 - 0.8 * swell * (1 - start / songSeconds));
}

function perform(written: readonly WrittenNote[], plan: MusicPlan, draw: Draw): Note[] {
  return written.map((note) => {
    const start = Math.max(0, seconds(note.beat, plan) + plan.looseness * draw.normal());
    const duration = Math.max(0.05, seconds(note.beat + note.beats, plan) - seconds(note.beat, plan));
    const pitch = note.pitch + (plan.detune * draw.normal()) / 100;
    return { start, duration, pitch, velocity: Math.min(1, note.accent * dynamics(start, plan) * draw.between(0.88, 1.12)) };
  });
}

function drumming(plan: MusicPlan, bars: number, draw: Draw): Stroke[] {
  const patterns = styleBooks[plan.style].drums;
  const strokes: Stroke[] = [];
  for (let bar = 0; bar < bars; bar++) {
    const fill = bar % 4 === 3 && draw.chance(0.5);
    for (const piece of drumPieces) {
      const pattern = patterns[piece] ?? "";
      for (let step = 0; step < pattern.length; step++) {
        const strength = Number(pattern[step]) / 9;
        const chosen = fill && piece === "snare" && step >= pattern.length - 4 ? 0.6 : strength;
        if (chosen === 0) continue;
        const beat = bar * plan.beatsPerBar + step / 4;
        const start = Math.max(0, seconds(beat, plan) + 0.5 * plan.looseness * draw.normal());
        strokes.push({ piece, start, velocity: plan.drums * chosen * dynamics(start, plan) * draw.between(0.85, 1.1) });
      }
    }
  }
  return strokes;
}

/** Seconds that a stroke of the drums is taken to sound. */
const STROKE = 0.1;

/** How many voices of a score sound, on average, in each of equal stretches of the song: `[stretches]`. A stroke of the drums counts as a short note. */
export function soundingVoices({ parts, strokes }: Score, stretches: number): Float64Array {
  const length = songSeconds / stretches;
  const voices = new Float64Array(stretches);
  const sounds = [...parts.flatMap(({ notes }) => notes), ...strokes.map(({ start }) => ({ start, duration: STROKE }))];
  for (const { start, duration } of sounds) {
    const end = Math.min(songSeconds, start + duration);
    for (let at = Math.max(0, Math.floor(start / length)); at < stretches && at * length < end; at++)
      voices[at]! += (Math.min(end, (at + 1) * length) - Math.max(start, at * length)) / length;
  }
  return voices;
}
