import type { DrumPiece } from "../music/styles";
import { noiseTable, sampleRate, sine, tableSize } from "./tables";

/** A drum: a tone whose pitch falls, and filtered noise, both dying away. */
interface Drum {
  readonly seconds: number;
  /** Hz at the stroke and after it. */
  readonly from: number;
  readonly to: number;
  readonly tone: number;
  readonly noise: number;
  /** 0..1: how much of the low part of the noise is taken away. */
  readonly thin: number;
  /** Seconds until the noise has fallen to 37 %. */
  readonly rattle: number;
}

const drums: Readonly<Record<DrumPiece, Drum>> = {
  kick: { seconds: 0.28, from: 150, to: 48, tone: 1, noise: 0.12, thin: 0.2, rattle: 0.008 },
  snare: { seconds: 0.22, from: 230, to: 180, tone: 0.35, noise: 0.75, thin: 0.6, rattle: 0.07 },
  hat: { seconds: 0.08, from: 0, to: 0, tone: 0, noise: 0.5, thin: 1, rattle: 0.02 },
  shaker: { seconds: 0.1, from: 0, to: 0, tone: 0, noise: 0.35, thin: 0.9, rattle: 0.035 },
  tom: { seconds: 0.35, from: 160, to: 95, tone: 0.8, noise: 0.15, thin: 0.3, rattle: 0.03 },
  clap: { seconds: 0.16, from: 0, to: 0, tone: 0, noise: 0.7, thin: 0.5, rattle: 0.05 },
  ride: { seconds: 0.5, from: 5200, to: 5100, tone: 0.08, noise: 0.3, thin: 1, rattle: 0.16 },
  clave: { seconds: 0.09, from: 2500, to: 2480, tone: 0.7, noise: 0.05, thin: 0.5, rattle: 0.004 },
  brush: { seconds: 0.24, from: 0, to: 0, tone: 0, noise: 0.35, thin: 0.75, rattle: 0.11 },
  conga: { seconds: 0.22, from: 330, to: 285, tone: 0.8, noise: 0.15, thin: 0.5, rattle: 0.012 },
};

/** Samples of one stroke of a drum at full strength. */
export function drumSound(piece: DrumPiece): Float32Array {
  const { seconds, from, to, tone, noise, thin, rattle } = drums[piece];
  const length = Math.round(seconds * sampleRate);
  const out = new Float32Array(length);
  const toneShrink = 1 - 1 / (0.3 * seconds * sampleRate);
  const noiseShrink = 1 - 1 / (rattle * sampleRate);
  const glide = 1 - 1 / (0.03 * sampleRate);
  let toneGain = tone;
  let noiseGain = noise;
  let extra = from - to;
  let phase = 0;
  let low = 0;
  for (let i = 0; i < length; i++) {
    const white = noiseTable[(i * 3 + piece.length * 5003) & (noiseTable.length - 1)]!;
    low += 0.35 * (white - low);
    const fade = Math.min(1, (length - i) / 64);
    out[i] = fade * (toneGain * sine[phase | 0]! + noiseGain * (white - thin * low));
    phase = (phase + ((to + extra) * tableSize) / sampleRate) % tableSize;
    toneGain *= toneShrink;
    noiseGain *= noiseShrink;
    extra *= glide;
  }
  return out;
}

/** Adds a stroke to `out`. */
export function addStroke(out: Float32Array, sound: Float32Array, start: number, velocity: number): void {
  const first = Math.round(start * sampleRate);
  const count = Math.min(sound.length, out.length - first);
  for (let i = 0; i < count; i++) out[first + i]! += velocity * sound[i]!;
}
