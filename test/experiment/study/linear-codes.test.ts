import assert from "node:assert/strict";
import { test } from "node:test";
import { alignLinearCodes, gradientSignal } from "alcap/dist/experiment/study/linear-codes";
import type { PairedVectors } from "alcap/dist/metric/information/gaussian-critic";
import seedrandom from "seedrandom";

/** One-hot vectors of four classes, equal with probability ρ. */
function classes(rho: number, samples: number, seed: string): PairedVectors {
  const random = seedrandom(seed);
  const pick = () => Math.floor(4 * random());
  const one = (at: number) => [0, 1, 2, 3].map((entry) => (entry === at ? 1 : 0));
  const pairs = Array.from({ length: samples }, () => {
    const x = pick();
    return [one(x), one(random() < rho ? x : pick())] as const;
  });
  return { x: pairs.map(([x]) => x), y: pairs.map(([, y]) => y) };
}
const plan = (seed: string) => ({ width: 4, batch: 16, epochs: 8, learningRate: 0.03, seed: 1, random: seedrandom(seed) });

test("aligned codes of paired classes meet, and held-out InfoNCE falls below ln N; without pairing it does not", async () => {
  const paired = await alignLinearCodes(classes(1, 160, "train"), classes(1, 64, "held"), plan("order"));
  assert.ok(paired.curve.at(-1)!.heldOut < Math.log(16) - 0.8, JSON.stringify(paired.curve.at(-1)));
  const { x, y } = paired.encode(classes(1, 8, "new"));
  for (const [at, code] of x.entries()) {
    assert.ok(Math.abs(Math.hypot(...Array.from(code)) - 1) < 1e-6);
    assert.ok(Array.from(code).reduce((sum, entry, d) => sum + entry * y[at]![d]!, 0) > 0.8);
  }
  const random = await alignLinearCodes(classes(0, 160, "train"), classes(0, 64, "held"), plan("order"));
  assert.ok(random.curve.at(-1)!.heldOut > Math.log(16) - 0.15, JSON.stringify(random.curve.at(-1)));
  await assert.rejects(alignLinearCodes(classes(1, 9, "few"), classes(1, 64, "held"), plan("order")), { code: "input" });
});

test("the gradient tells pairs from chance, and chance from nothing", async () => {
  const paired = await gradientSignal(classes(1, 640, "signal"), plan("batches"));
  const unpaired = await gradientSignal(classes(0, 640, "signal"), plan("batches"));
  assert.equal(paired.batches, 40);
  assert.ok(paired.signal > 5, JSON.stringify(paired));
  assert.ok(unpaired.signal < 3, JSON.stringify(unpaired));
});
