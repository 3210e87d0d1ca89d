import type { Note, Player } from "../music/score";
import type { Expression } from "../types";
import { hertz, noiseTable, sampleRate, sine, tableFor, tableSize } from "./tables";
import { type Timbre, timbre, vowels } from "./timbres";

const block = 64;
const noiseMask = noiseTable.length - 1;

/** Adds one note to `out`. `salt` picks the noise, so that no two notes share it. */
export function playNote(out: Float32Array, instrument: Player, note: Note, expression: Expression, salt: number): void {
  if (instrument === "drums" || note.start * sampleRate >= out.length) return;
  if (instrument === "guitar") pluck(out, note, expression, salt);
  else if (instrument === "bells") strike(out, note, expression);
  else if (instrument === "voice") sustain(out, timbre(vowels[(salt * 5) & 3]!), note, expression, salt);
  else sustain(out, timbre(instrument), note, expression, salt);
}

/** Wavetable voice: a dark and a bright cycle blended by loudness and time, several strings, vibrato and breath. */
function sustain(out: Float32Array, sound: Timbre, note: Note, expression: Expression, salt: number): void {
  const start = Math.round(note.start * sampleRate);
  const held = Math.round(note.duration * sampleRate);
  const end = Math.min(out.length, start + held + Math.round(2 * sound.release * sampleRate));
  const dark = tableFor(sound.dark, note.pitch);
  const bright = tableFor(sound.bright, note.pitch);
  const base = Math.min(1, 0.15 + 0.5 * expression.brightness + 0.35 * note.velocity);
  for (let string = 0; string < sound.unison.length; string++) {
    const level = note.velocity / Math.sqrt(sound.unison.length);
    const increment = (hertz(note.pitch + sound.unison[string]! / 100) * tableSize) / sampleRate;
    let phase = (salt * 389 + string * 271) % tableSize;
    let gain = 0;
    for (let from = start; from < end; from += block) {
      const to = Math.min(end, from + block);
      const now = (to - start) / sampleRate;
      const target = to < end ? level * envelope(sound, now, note.duration) * beating(sound.tremolo, now, salt) : 0;
      const fading = sound.fade > 0 ? base * (0.25 + 0.75 * fall(now / sound.fade)) : base;
      const blend = fading * beating(sound.sweep, now, salt);
      const step = increment * wobble(sound.vibrato, now, salt) * (1 - cent * (sound.scoop ?? 0) * fall(now / 0.04));
      const rise = (target - gain) / (to - from);
      for (let i = from; i < to; i++) {
        const index = phase | 0;
        const part = phase - index;
        const low = dark[index]! + part * (dark[index + 1]! - dark[index]!);
        const high = bright[index]! + part * (bright[index + 1]! - bright[index]!);
        gain += rise;
        out[i]! += gain * (low + blend * (high - low));
        phase += step;
        if (phase >= tableSize) phase -= tableSize;
      }
    }
  }
  if (sound.breath > 0 || sound.chiff) breathe(out, sound, note, start, end, salt);
}

/** Strength of a wavetable tone, 0..1, `now` seconds after its start. */
function envelope(sound: Timbre, now: number, duration: number): number {
  const body = sound.decay === Number.POSITIVE_INFINITY ? 1 : fall(now / sound.decay);
  const attack = Math.min(1, now / sound.attack);
  const release = now > duration ? fall((now - duration) / (0.4 * sound.release)) : 1;
  return attack * body * release;
}

/** About e^-x, as (1 + x/8 + x²/128)^-8: arithmetic alone, no platform exponential. */
function fall(x: number): number {
  const a = 1 / (1 + x * (0.125 + x * 0.0078125));
  const b = a * a;
  const c = b * b;
  return c * c;
}

/** Relative frequency of a cent, near enough for small intervals. */
const cent = 0.000578;

/** Frequency factor of a 5.3 Hz vibrato that sets in after a quarter of a second. */
function wobble(cents: number, now: number, salt: number): number {
  if (cents === 0) return 1;
  const onset = Math.min(1, now / 0.25);
  const place = ((now * 5.3 + salt * 0.137) * tableSize) & (tableSize - 1);
  return 1 + cent * cents * onset * sine[place]!;
}

/** Factor 1 - depth..1 that goes round `hertz` times a second. */
function beating(motion: readonly [hertz: number, depth: number] | undefined, now: number, salt: number): number {
  if (motion === undefined) return 1;
  const place = ((now * motion[0] + salt * 0.137) * tableSize) & (tableSize - 1);
  return 1 - motion[1] * (0.5 + 0.5 * sine[place]!);
}

function breathe(out: Float32Array, sound: Timbre, note: Note, start: number, end: number, salt: number): void {
  let place = (salt * 7919) & noiseMask;
  let smooth = 0;
  let gain = 0;
  for (let from = start; from < end; from += block) {
    const to = Math.min(end, from + block);
    const now = (to - start) / sampleRate;
    const air = sound.breath * envelope(sound, now, note.duration) + (sound.chiff ?? 0) * fall(now / 0.02);
    const target = to < end ? 0.5 * air * note.velocity : 0;
    const rise = (target - gain) / (to - from);
    for (let i = from; i < to; i++) {
      smooth += 0.5 * (noiseTable[place]! - smooth);
      place = (place + 1) & noiseMask;
      gain += rise;
      out[i]! += gain * smooth;
    }
  }
}

/** Plucked string after Karplus and Strong (1983), tuned by an all-pass as in Jaffe and Smith (1983): a delay line with a loss filter. */
function pluck(out: Float32Array, note: Note, expression: Expression, salt: number): void {
  const start = Math.round(note.start * sampleRate);
  const released = start + Math.round(note.duration * sampleRate);
  const frequency = hertz(note.pitch);
  // Short strings go round more often: they lose less each time, or high notes would only click.
  const loss = 0.5 * Math.min(1, 220 / frequency);
  const ring = 1 - 1 / (0.9 * frequency);
  const period = sampleRate / frequency - loss;
  const length = Math.floor(period - 0.1);
  const tuning = (1 - (period - length)) / (1 + (period - length));
  const sharp = 0.12 + 0.5 * Math.min(1, 0.5 * expression.brightness + 0.5 * note.velocity);
  const string = pluckedShape(length, sharp, salt);
  const end = Math.min(out.length, released + Math.round(0.25 * sampleRate));
  const gain = 0.9 * note.velocity;
  let before = string[length - 1]!;
  let tuned = before;
  let last = before;
  let place = 0;
  for (let i = start; i < end; i++) {
    const now = string[place]!;
    tuned = tuning * (now - tuned) + before;
    before = now;
    string[place] = (i < released ? ring : 0.96) * (tuned + loss * (last - tuned));
    last = tuned;
    if (++place === length) place = 0;
    out[i]! += gain * now;
  }
}

/** A string drawn aside at a fifth of its length, roughened by noise; without a constant, which would never die away. */
function pluckedShape(length: number, sharp: number, salt: number): Float32Array {
  const string = new Float32Array(length);
  let smooth = 0;
  let mean = 0;
  for (let i = 0; i < length; i++) {
    smooth += sharp * (noiseTable[(salt * 7919 + i) & noiseMask]! - smooth);
    const along = i / length;
    string[i] = 0.6 * smooth + 0.7 * (along < 0.2 ? 5 * along : 1.25 * (1 - along));
    mean += string[i]! / length;
  }
  for (let i = 0; i < length; i++) string[i]! -= mean;
  return string;
}

const partials = [
  [1, 1, 1.6],
  [2.756, 0.45, 0.7],
  [5.404, 0.25, 0.35],
  [8.933, 0.1, 0.15],
] as const;

/** Struck bar: the inharmonic partials of a glockenspiel, ratios of a free bar, each with its own decay (seconds). */
function strike(out: Float32Array, note: Note, expression: Expression): void {
  const start = Math.round(note.start * sampleRate);
  for (const [ratio, strength, seconds] of partials) {
    const frequency = hertz(note.pitch + 12) * ratio;
    if (frequency > 0.46 * sampleRate) continue;
    const step = (frequency * tableSize) / sampleRate;
    const shrink = 1 - 1 / (seconds * 0.5 * sampleRate);
    let gain = 0.5 * note.velocity * (ratio === 1 ? 1 : strength * (0.4 + 1.2 * expression.brightness));
    const end = Math.min(out.length, start + Math.round(2.5 * seconds * sampleRate));
    let phase = 0;
    for (let i = start; i < end; i++) {
      out[i]! += gain * sine[phase | 0]!;
      gain *= shrink;
      phase += step;
      if (phase >= tableSize) phase -= tableSize;
    }
  }
}
