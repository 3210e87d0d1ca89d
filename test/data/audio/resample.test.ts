import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { decodeAudio, resample, toMono } from "alcap/dist/data/audio";
import seedrandom from "seedrandom";
import { shared, tryRun, unless } from "../mutate";

const noSox = unless(tryRun("sox", ["--version"]) !== undefined, "sox is not installed");

/** sox's own band-limited resampler in its high quality, float in and out. */
function sox(x: Float32Array, from: number, to: number): Float32Array {
  const args = ["-t", "f32", "-r", String(from), "-c", "1", "-", "-t", "f32", "-", "rate", "-h", String(to)];
  const { stdout } = spawnSync("sox", args, { input: new Uint8Array(x.buffer, x.byteOffset, x.byteLength), maxBuffer: 1 << 28 });
  return new Float32Array(new Uint8Array(stdout).buffer);
}

/** Energy of the difference against that of the reference, dB. */
function difference(ours: Float32Array, reference: Float32Array): number {
  assert.ok(Math.abs(ours.length - reference.length) <= 1, `${ours.length} samples instead of ${reference.length}`);
  let error = 0;
  let energy = 0;
  for (let i = 0; i < Math.min(ours.length, reference.length); i++) {
    error += (ours[i]! - reference[i]!) ** 2;
    energy += reference[i]! ** 2;
  }
  return 10 * Math.log10(error / energy);
}

/** Coloured noise, as loud at each octave: what music's spectrum comes near. */
function pinkish(length: number, seed: string): Float32Array {
  const random = seedrandom(seed);
  const state = new Float64Array(7);
  return Float32Array.from({ length }, () => {
    for (let k = 0; k < state.length; k++) state[k] = state[k]! + (2 * random() - 1 - state[k]!) / 3 ** k;
    return state.reduce((sum, value) => sum + value, 0) / 10;
  });
}

for (const [from, to] of [
  [44100, 16000],
  [48000, 16000],
  [22050, 16000],
  [44100, 22050],
  [8000, 16000],
] as const)
  test(`${from} to ${to} Hz is within −60 dB of sox`, { skip: noSox }, () => {
    const x = pinkish(4 * from, `${from}/${to}`);
    const decibels = difference(resample(x, from, to), sox(x, from, to));
    assert.ok(decibels < -60, `${decibels.toFixed(1)} dB`);
  });

const song = shared("songs/fantasma.mp3");
test("a real song is within −60 dB of sox", { skip: unless(song, "../shared/songs is not here") || noSox }, async () => {
  const audio = await decodeAudio(song ?? "");
  const x = toMono(audio).slice(60 * audio.sampleRate, 75 * audio.sampleRate);
  const decibels = difference(resample(x, audio.sampleRate, 16000), sox(x, audio.sampleRate, 16000));
  assert.ok(decibels < -60, `${decibels.toFixed(1)} dB`);
});

const sine = (hertz: number, rate: number) =>
  Float32Array.from({ length: rate }, (_, i) => Math.sin((2 * Math.PI * hertz * i) / rate));

test("tones below the band's edge pass unchanged and in phase, those above are gone", () => {
  for (const [from, to] of [
    [44100, 16000],
    [44099, 16000], // no common factor: 16,000 phases, blended
    [11025, 16000],
    [16000, 44100],
    [96000, 16000],
  ] as const) {
    const edge = Math.min(from, to) / 2;
    for (const hertz of [100, 0.5 * edge, 0.9 * edge]) {
      const inner = difference(
        resample(sine(hertz, from), from, to).subarray(to / 4, to / 2),
        sine(hertz, to).subarray(to / 4, to / 2),
      );
      assert.ok(inner < -90, `${hertz} Hz, ${from} to ${to}: ${inner.toFixed(1)} dB`);
    }
    if (to > from) continue;
    const alias = resample(sine(1.05 * edge, from), from, to).subarray(to / 4, to / 2);
    assert.ok(
      alias.every((sample) => Math.abs(sample) < 1e-5),
      `${from} to ${to} folds back`,
    );
  }
});

test("a part of the output is that part of the whole, to the bit", () => {
  const x = pinkish(20000, "span");
  for (const [from, to] of [
    [44100, 16000],
    [44099, 16000],
    [16000, 16000],
  ] as const) {
    const whole = resample(x, from, to);
    assert.equal(whole.length, Math.ceil((x.length * to) / from));
    assert.deepEqual(resample(x, from, to, { start: 1003, length: 500 }), whole.slice(1003, 1503));
    assert.throws(() => resample(x, from, to, { start: whole.length, length: 1 }), { name: "AlcapError", code: "usage" });
  }
});

test("equal rates copy, no sound stays no sound, rates must be whole", () => {
  const x = Float32Array.of(1, 2, 3);
  const copy = resample(x, 16000, 16000);
  assert.deepEqual(copy, x);
  assert.notEqual(copy.buffer, x.buffer);
  assert.equal(resample(new Float32Array(0), 44100, 16000).length, 0);
  for (const rate of [0, -1, 44100.5, Number.NaN])
    assert.throws(() => resample(x, rate, 16000), { name: "AlcapError", code: "usage" });
});
