import { fillNoise, sampleRate } from "./tables";

/** Root mean square of a signal. */
export function rms(samples: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < samples.length; i++) sum += samples[i]! * samples[i]!;
  return Math.sqrt(sum / samples.length);
}

/** Takes away what lies below about 15 Hz, as a coupling capacitor does: overdrive of a lopsided wave leaves a constant behind. */
export function blockOffset(samples: Float32Array): void {
  let before = 0;
  let out = 0;
  for (let i = 0; i < samples.length; i++) {
    const now = samples[i]!;
    out = now - before + 0.994 * out;
    before = now;
    samples[i] = out;
  }
}

/** Bends a signal (RMS about 1) as an overdriven amplifier does; `amount` 0 leaves it as it is. */
export function overdrive(samples: Float32Array, amount: number): void {
  if (amount <= 0) return;
  const push = 6 * amount;
  for (let i = 0; i < samples.length; i++) {
    const x = samples[i]!;
    samples[i] = ((1 + push) * x) / (1 + push * Math.abs(x));
  }
}

const combSeconds = [0.0297, 0.0371, 0.0411, 0.0437] as const;
const allpassSeconds = [0.005, 0.0017] as const;

/** Adds a room after Schroeder (1962): four damped combs side by side, two all-passes in a row. `space` 0..1 sets length and share. */
export function reverberate(samples: Float32Array, space: number): void {
  if (space <= 0) return;
  const wet = new Float32Array(samples.length);
  const feedback = 0.62 + 0.26 * space;
  for (const seconds of combSeconds) addComb(samples, wet, Math.round(seconds * sampleRate), feedback);
  for (const seconds of allpassSeconds) allpass(wet, Math.round(seconds * sampleRate));
  const share = 0.04 + 0.16 * space;
  for (let i = 0; i < samples.length; i++) samples[i]! += share * wet[i]!;
}

function addComb(dry: Float32Array, wet: Float32Array, delay: number, feedback: number): void {
  const line = new Float32Array(delay);
  let place = 0;
  let damped = 0;
  for (let i = 0; i < dry.length; i++) {
    const echo = line[place]!;
    damped += 0.65 * (echo - damped);
    line[place] = dry[i]! + feedback * damped;
    wet[i]! += echo;
    if (++place === delay) place = 0;
  }
}

function allpass(samples: Float32Array, delay: number): void {
  const line = new Float32Array(delay);
  let place = 0;
  for (let i = 0; i < samples.length; i++) {
    const stored = line[place]!;
    const input = samples[i]! + 0.7 * stored;
    line[place] = input;
    samples[i] = stored - 0.7 * input;
    if (++place === delay) place = 0;
  }
}

/** Adds the hiss and rumble of a room at a given amplitude. */
export function addBackground(samples: Float32Array, amplitude: number, seed: number): void {
  if (amplitude <= 0) return;
  const noise = fillNoise(new Float32Array(samples.length), seed ^ 0x5bd1e995);
  let low = 0;
  for (let i = 0; i < samples.length; i++) {
    low += 0.05 * (noise[i]! - low);
    samples[i]! += amplitude * (0.6 * noise[i]! + 3 * low);
  }
}
