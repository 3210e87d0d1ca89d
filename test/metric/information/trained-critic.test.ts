import assert from "node:assert/strict";
import { test } from "node:test";
import type { PairedVectors } from "alcap/dist/metric/information/gaussian-critic";
import { gaussianPairs, withNoise } from "alcap/dist/metric/information/gaussian-pairs";
import { donskerVaradhanBound, infoNceBound, mutualInformation } from "alcap/dist/metric/information/information";
import { trainCritic } from "alcap/dist/metric/information/trained-critic";
import seedrandom from "seedrandom";

/** Pairs of one-hot vectors of three classes that agree with probability ρ, else are drawn anew. */
function classes(rho: number, samples: number, seed: string): PairedVectors {
  const random = seedrandom(seed);
  const pick = () => Math.floor(3 * random());
  const one = (at: number) => [0, 1, 2].map((entry) => (entry === at ? 1 : 0));
  const pairs = Array.from({ length: samples }, () => {
    const x = pick();
    return [x, random() < rho ? x : pick()] as const;
  });
  return { x: pairs.map(([x]) => one(x)), y: pairs.map(([, y]) => one(y)) };
}

test("a trained critic finds the information of held-out classes, and none where there is none", () => {
  const same = (rho: number) => (rho + (1 - rho) / 3) / 3;
  const other = (rho: number) => (1 - rho) / 9;
  for (const rho of [0, 0.7]) {
    const truth = mutualInformation([0, 1, 2].map((x) => [0, 1, 2].map((y) => (x === y ? same(rho) : other(rho)))));
    const held = classes(rho, 300, `held ${rho}`);
    for (const bound of ["donsker-varadhan", "infonce"] as const) {
      const critic = trainCritic(classes(rho, 250, `train ${rho}`), { bound, steps: 60 });
      const found = (bound === "infonce" ? infoNceBound : donskerVaradhanBound)(critic(held));
      assert.ok(Math.abs(found - truth) < 0.08, `${bound}, ρ = ${rho}: ${found} for ${truth}`);
    }
  }
});

test("training raises its own bound, and noise on the vectors lowers what is found", () => {
  const pairs = classes(0.9, 120, "noise");
  const bound = "donsker-varadhan" as const;
  const found = (steps: number) => donskerVaradhanBound(trainCritic(pairs, { bound, steps })(pairs));
  assert.equal(found(0), 0);
  assert.ok(found(50) > found(10) && found(10) > 0);
  const random = seedrandom("sigma");
  const noisy = { x: withNoise(pairs.x, 1, random), y: withNoise(pairs.y, 1, random) };
  assert.ok(donskerVaradhanBound(trainCritic(noisy, { bound, steps: 50 })(noisy)) < found(50) - 0.1);
  assert.throws(() => trainCritic({ x: [[1]], y: [[1]] }, { bound }), { code: "input" });
});

test("Gaussian pairs have the correlation that was asked for, dimension by dimension", () => {
  const { x, y } = gaussianPairs(0.6, 2, 5000, seedrandom("pairs"));
  const product = (a: number, b: number) => x.reduce((sum, vector, i) => sum + vector[a]! * y[i]![b]!, 0) / x.length;
  for (const [a, b, expected] of [
    [0, 0, 0.6],
    [1, 1, 0.6],
    [0, 1, 0],
  ] as const)
    assert.ok(Math.abs(product(a, b) - expected) < 0.05, `${a} ${b}: ${product(a, b)}`);
});
