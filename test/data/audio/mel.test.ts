import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { melFilterbank, melSpectrogram } from "alcap/dist/data/audio/mel";
import { loadWeights } from "alcap/dist/model/weights";
import { melRecipe } from "alcap/dist/recipe";
import { fixture, shared, unless } from "../mutate";

/** The reference files' test signal: three tones with a noise floor. */
function signal(seed: number, samples: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length: samples }, (_, i) => {
    const t = i / 16000;
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    const turn = 2 * Math.PI * t;
    const tones = 0.4 * Math.sin(turn * (220 + 30 * seed)) + 0.25 * Math.sin(turn * (660 + 7 * seed) * (1 + 0.1 * t));
    return tones + 0.1 * Math.sin(turn * 3000) * Math.sin(turn * 2) + 0.01 * (state / 2 ** 31 - 1);
  });
}

function worstDecibels(seed: number, samples: number, frames: number, expected: readonly (readonly number[])[]): number {
  const mel = melSpectrogram(signal(seed, samples));
  assert.equal(mel.frames, frames);
  const at = [0, 7, frames - 1];
  return Math.max(
    ...expected.flatMap((column, c) => column.map((decibels, m) => Math.abs(mel.data[m * frames + at[c]!]! - decibels))),
  );
}

test("log-mel frames match torchaudio's within 0.01 dB", () => {
  const { seed, samples, frames, melDb } = JSON.parse(readFileSync(fixture("audio/mel-reference.json"), "utf8"));
  assert.equal(melDb.flat().length, 3 * 128);
  assert.ok(worstDecibels(seed, samples, frames, melDb) < 1e-2);
});

const reference = shared("reference/cnnsa-tiny.json");
test("all frames of the shared reference match", { skip: unless(reference, "../shared/reference is not here") }, () => {
  const { seeds, samples, mel_db_shape, mel_db_frames_0_7_last } = JSON.parse(readFileSync(reference ?? "", "utf8"));
  for (const [row, seed] of seeds.entries())
    assert.ok(worstDecibels(seed, samples, mel_db_shape[2], mel_db_frames_0_7_last[row]) < 1e-2, `seed ${seed}`);
});

const checkpoint = shared("reference/cnnsa-tiny.pth");
test("the filterbank is torchaudio's, as stored in a checkpoint", {
  skip: unless(checkpoint, "../shared/reference is not here"),
}, async () => {
  const { tensors } = await loadWeights(checkpoint ?? "");
  const stored = tensors["spec.mel_scale.fb"];
  assert.deepEqual(stored?.shape, [257, 128]);
  const bank = melFilterbank();
  for (let i = 0; i < bank.length; i++) assert.ok(Math.abs(bank[i]! - stored.data[i]!) < 1e-4, `weight ${i}`);
});

test("15 s make 938 frames of 128 bands", () => {
  const mel = melSpectrogram(new Float32Array(240000));
  assert.deepEqual([mel.mels, mel.frames, mel.data.length], [128, 938, 128 * 938]);
  assert.ok(
    mel.data.every((decibels) => decibels === -100),
    "silence is the floor",
  );
});

test("a tone's energy stands in the band whose centre is nearest", () => {
  const toMel = (hertz: number) => 2595 * Math.log10(1 + hertz / 700);
  for (const hertz of [500, 1000, 2000, 5000]) {
    const x = Float32Array.from({ length: 16000 }, (_, i) => Math.sin((2 * Math.PI * hertz * i) / 16000));
    const { data, frames } = melSpectrogram(x);
    const column = Array.from({ length: 128 }, (_, m) => data[m * frames + 30]!);
    const loudest = column.indexOf(Math.max(...column));
    const expected = toMel(hertz) / (toMel(8000) / 129) - 1;
    assert.ok(Math.abs(loudest - expected) <= 1, `${hertz} Hz in band ${loudest}, expected near ${expected}`);
  }
});

test("filters at a coarse resolution, by hand", () => {
  // 4 bands over 0–8000 Hz: corners at equal mel steps of 568.0046; the first triangle peaks at 700 (10^(568.0046/2595) − 1) = 458.7 Hz.
  const bank = melFilterbank({ ...melRecipe, nFft: 32, mels: 4 });
  assert.equal(bank.length, 17 * 4);
  // Bin 1 is 500 Hz, between the first peak (458.7 Hz) and the second (1218.0 Hz): weights (1218.0 − 500)/759.3 and (500 − 458.7)/759.3.
  assert.ok(Math.abs(bank[4]! - 0.9456) < 1e-3);
  assert.ok(Math.abs(bank[5]! - 0.0544) < 1e-3);
});

test("audio shorter than half a frame is refused in one line", () => {
  assert.throws(() => melSpectrogram(new Float32Array(256)), { name: "AlcapError", code: "input", message: /256 samples/ });
  assert.equal(melSpectrogram(new Float32Array(257)).frames, 2);
  assert.throws(() => melSpectrogram(new Float32Array(1000), { ...melRecipe, nFft: 502 }), { name: "AlcapError", code: "usage" });
});
