import assert from "node:assert/strict";
import { test } from "node:test";
import { fitGaussianCritic } from "alcap/dist/metric/information/gaussian-critic";
import { gaussianPairs, trueGaussianCritic } from "alcap/dist/metric/information/gaussian-pairs";
import {
  clubBound,
  donskerVaradhanBound,
  entropy,
  gaussianInformation,
  gaussianVectorInformation,
  infoNceBound,
  labelInformation,
  mutualInformation,
} from "alcap/dist/metric/information/information";
import fc from "fast-check";
import seedrandom from "seedrandom";

const near = (value: number, expected: number, within = 1e-12) =>
  assert.ok(Math.abs(value - expected) <= within, `${value} for ${expected}`);

test("discrete information, worked by hand", () => {
  near(
    mutualInformation([
      [1, 1],
      [1, 1],
    ]),
    0,
  );
  near(
    mutualInformation([
      [3, 0],
      [0, 3],
    ]),
    Math.log(2),
  );
  near(
    mutualInformation([
      [0.4, 0.1],
      [0.1, 0.4],
    ]),
    0.8 * Math.log(1.6) + 0.2 * Math.log(0.4),
  );
  near(labelInformation(["sad", "sad", "happy", "happy"], [1, 1, 2, 2]), Math.log(2));
  near(entropy([1, 1, 1, 1, 0]), Math.log(4));
  assert.throws(() => mutualInformation([[1, 2], [3]]), { name: "AlcapError" });
});

test("discrete information is symmetric, between 0 and the smaller entropy", () => {
  const table = fc.array(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 4, maxLength: 4 }), {
    minLength: 3,
    maxLength: 3,
  });
  fc.assert(
    fc.property(
      table.filter((rows) => rows.flat().some((cell) => cell > 0)),
      (rows) => {
        const transposed = rows[0]!.map((_, y) => rows.map((row) => row[y]!));
        const sums = (lists: number[][]) => lists.map((list) => list.reduce((a, b) => a + b, 0));
        const information = mutualInformation(rows);
        near(information, mutualInformation(transposed));
        assert.ok(information <= Math.min(entropy(sums(rows)), entropy(sums(transposed))) + 1e-12);
      },
    ),
    { seed: 5 },
  );
});

test("Gaussian information: the closed form, also from a covariance", () => {
  near(gaussianInformation(0), 0);
  near(gaussianInformation(0.8), -Math.log(0.6));
  near(gaussianVectorInformation([1, 0.8, 0.8, 1], 1), gaussianInformation(0.8));
  // Two independent pairs (x1, y1), (x2, y2), laid out x1 x2 y1 y2, with other units.
  const covariance = [4, 0, 2 * 0.8, 0, 0, 1, 0, 0.5, 2 * 0.8, 0, 1, 0, 0, 0.5, 0, 1];
  near(gaussianVectorInformation(covariance, 2), gaussianInformation(0.8) + gaussianInformation(0.5));
  assert.throws(() => gaussianVectorInformation([1, 1, 1, 1], 1), /positive definite/);
});

test("with the true critic the lower bounds come up to the information and CLUB down to it or above", () => {
  for (const rho of [0, 0.5, 0.8]) {
    const truth = gaussianInformation(rho);
    const runs = Array.from({ length: 20 }, (_, i) =>
      trueGaussianCritic(gaussianPairs(rho, 1, 200, seedrandom(`${rho}/${i}`)), rho),
    );
    const mean = (bound: (run: (typeof runs)[number]) => number) => runs.reduce((sum, run) => sum + bound(run), 0) / runs.length;
    const nce = mean(({ ratios }) => infoNceBound(ratios));
    const dv = mean(({ ratios }) => donskerVaradhanBound(ratios));
    const club = mean(({ conditionals }) => clubBound(conditionals));
    assert.ok(nce <= truth + 0.03 && nce > truth - 0.1, `InfoNCE ${nce} for ${truth}`);
    assert.ok(Math.abs(dv - truth) < 0.1, `Donsker–Varadhan ${dv} for ${truth}`);
    assert.ok(club >= truth - 0.05, `CLUB ${club} for ${truth}`);
    near(club, rho ** 2 / (1 - rho ** 2), 0.15 * Math.max(club, 0.2));
  }
});

test("InfoNCE never exceeds ln N, and a critic that says nothing gives 0", () => {
  const identity = Float64Array.from({ length: 64 }, (_, i) => (i % 9 === 0 ? 1000 : 0));
  near(infoNceBound({ scores: identity, samples: 8 }), Math.log(8), 1e-9);
  const flat = new Float64Array(64).fill(3);
  for (const bound of [infoNceBound, donskerVaradhanBound, clubBound]) near(bound({ scores: flat, samples: 8 }), 0);
  assert.throws(() => infoNceBound({ scores: flat, samples: 7 }), { name: "AlcapError" });
});

test("a fitted Gaussian critic brackets the information of held-out vectors", () => {
  const random = seedrandom("critic");
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const draw = (samples: number) => {
    const x = Array.from({ length: samples }, () => Float64Array.from({ length: 3 }, normal));
    // The first two dimensions correlate at 0.8 and 0.5, in other units and with an offset; the third is independent.
    const y = x.map((v) => [5 + 2 * (0.8 * v[0]! + 0.6 * normal()), 0.5 * v[1]! + Math.sqrt(0.75) * normal(), normal()]);
    return { x, y };
  };
  const truth = gaussianInformation(0.8) + gaussianInformation(0.5);
  const critic = fitGaussianCritic(draw(3000));
  const held = Array.from({ length: 10 }, () => draw(300));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const nce = mean(held.map((pairs) => infoNceBound(critic.ratios(pairs))));
  const dv = mean(held.map((pairs) => donskerVaradhanBound(critic.ratios(pairs))));
  const club = mean(held.map((pairs) => clubBound(critic.conditionals(pairs))));
  assert.ok(nce > truth - 0.1 && nce < truth + 0.05, `InfoNCE ${nce} for ${truth}`);
  assert.ok(Math.abs(dv - truth) < 0.1, `Donsker–Varadhan ${dv} for ${truth}`);
  assert.ok(club > truth, `CLUB ${club} for ${truth}`);
  const paired = draw(300);
  const shuffled = { x: paired.x, y: [...paired.y.slice(1), paired.y[0]!] };
  assert.ok(infoNceBound(critic.ratios(shuffled)) < 0, "pairs drawn at random have no information to find");
  assert.throws(() => fitGaussianCritic({ x: [[1]], y: [] }), { name: "AlcapError" });
  assert.throws(() => critic.ratios({ x: [[1]], y: [[1]] }), { name: "AlcapError" });
});
