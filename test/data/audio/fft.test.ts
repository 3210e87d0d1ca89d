import assert from "node:assert/strict";
import { test } from "node:test";
import { isSmooth, planFft, planPowerSpectrum } from "alcap/dist/data/audio/fft";
import seedrandom from "seedrandom";

/** The transform by its definition. */
function slowTransform(re: Float64Array, im: Float64Array): [Float64Array, Float64Array] {
  const size = re.length;
  const sum = (k: number, part: (n: number, angle: number) => number) =>
    re.reduce((total, _, n) => total + part(n, (-2 * Math.PI * ((k * n) % size)) / size), 0);
  const outRe = re.map((_, k) => sum(k, (n, angle) => re[n]! * Math.cos(angle) - im[n]! * Math.sin(angle)));
  const outIm = re.map((_, k) => sum(k, (n, angle) => re[n]! * Math.sin(angle) + im[n]! * Math.cos(angle)));
  return [outRe, outIm];
}

function noise(size: number, seed: string): Float64Array {
  const random = seedrandom(seed);
  return Float64Array.from({ length: size }, () => random() - 0.5);
}

function assertClose(a: Float64Array, b: Float64Array, what: string): void {
  assert.ok(
    a.every((value, i) => Math.abs(value - b[i]!) < 1e-11 * a.length),
    what,
  );
}

test("transforms of every radix and their mixtures are the definition's, and turn back", () => {
  for (const size of [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 14, 25, 30, 49, 64, 128, 210, 441, 640]) {
    const [re, im] = [noise(size, `re${size}`), noise(size, `im${size}`)];
    const [expectedRe, expectedIm] = slowTransform(re, im);
    const [gotRe, gotIm] = [re.slice(), im.slice()];
    const fft = planFft(size);
    fft(gotRe, gotIm);
    assertClose(gotRe, expectedRe, `real part, ${size} points`);
    assertClose(gotIm, expectedIm, `imaginary part, ${size} points`);
    fft(gotIm, gotRe); // the inverse, times the size
    assertClose(
      gotRe.map((value) => value / size),
      re,
      `back, ${size} points`,
    );
    assertClose(
      gotIm.map((value) => value / size),
      im,
      `back, ${size} points`,
    );
  }
});

test("the power spectrum of a real frame", () => {
  for (const size of [4, 16, 24, 512]) {
    const frame = noise(size, `frame${size}`);
    const [re, im] = slowTransform(frame, new Float64Array(size));
    const power = new Float64Array(size / 2 + 1);
    planPowerSpectrum(size)(frame, power);
    assertClose(
      power,
      power.map((_, k) => re[k]! ** 2 + im[k]! ** 2),
      `${size} points`,
    );
  }
});

test("sizes with other prime factors are refused", () => {
  assert.deepEqual([1, 7056, 2560, 11, 13 * 512, 0, 2.5].map(isSmooth), [true, true, true, false, false, false, false]);
  assert.throws(() => planFft(22), { name: "AlcapError", code: "usage", message: /22 points/ });
});
