import assert from "node:assert/strict";
import { test } from "node:test";
import {
  approximateRandomisation,
  bootstrapInterval,
  bootstrapIntervals,
  holm,
  meanAndDeviation,
  pairedBootstrap,
  quantile,
  wilsonInterval,
} from "alcap/dist/metric/certainty";
import { normalDistribution, studentQuantile } from "alcap/dist/metric/distribution";
import seedrandom from "seedrandom";

type Draw = (random: () => number) => number;

/** Share of trials whose 95 % interval holds the true mean. */
function coverage(draw: Draw, trueMean: number, songs: number, trials: number): number {
  const random = seedrandom("coverage");
  let covered = 0;
  for (let trial = 0; trial < trials; trial++) {
    const scores = Float64Array.from({ length: songs }, () => draw(random));
    const { low, high } = bootstrapInterval(scores, { seed: trial, resamples: 500 });
    if (low <= trueMean && trueMean <= high) covered++;
  }
  return covered / trials;
}

const uniform: Draw = (random) => random();
const normal: Draw = (random) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
const skewed: Draw = (random) => random() ** 2;

test("95 % intervals cover the true mean in 93 to 97 % of 2,000 trials", () => {
  const found = [coverage(uniform, 1 / 2, 100, 2000), coverage(normal, 0, 30, 2000), coverage(skewed, 1 / 3, 100, 2000)];
  for (const share of found) assert.ok(share >= 0.93 && share <= 0.97, `coverages: ${found.join(", ")}`);
});

test("both paired tests reject a true null in about 5 % of trials, and find a true difference", () => {
  const random = seedrandom("null");
  for (const compare of [pairedBootstrap, approximateRandomisation]) {
    let rejected = 0;
    for (let trial = 0; trial < 1000; trial++) {
      const base = Float64Array.from({ length: 60 }, () => random());
      const a = base.map((score) => score + 0.3 * normal(random));
      const b = base.map((score) => score + 0.3 * normal(random));
      if (compare(a, b, { seed: trial, resamples: 300 }).p < 0.05) rejected++;
    }
    assert.ok(rejected >= 30 && rejected <= 75, `${compare.name} rejected ${rejected} of 1000`);

    const worse = Float64Array.from({ length: 100 }, () => random());
    const better = worse.map((score) => score + 0.1 + 0.05 * normal(random));
    const { difference, p } = compare(better, worse, { seed: 1 });
    assert.ok(p < 0.001 && difference.low > 0.08 && difference.high < 0.12);
  }
});

test("intervals of several scores are those of each alone", () => {
  const random = seedrandom("columns");
  const columns = [1, 2, 3].map((power) => Float64Array.from({ length: 300 }, () => random() ** power));
  const told: number[] = [];
  const together = bootstrapIntervals(columns, { seed: 5, resamples: 400 }, (done) => told.push(done));
  for (const [i, scores] of columns.entries()) {
    const alone = bootstrapInterval(scores, { seed: 5, resamples: 400 });
    for (const part of ["mean", "low", "high"] as const) assert.ok(Math.abs(together[i]![part] - alone[part]) < 1e-13);
  }
  assert.equal(told.at(-1), 400);
});

test("equal runs are not different", () => {
  const scores = [0.1, 0.5, 0.3];
  assert.equal(pairedBootstrap(scores, scores, { seed: 1 }).p, 1);
  assert.equal(approximateRandomisation(scores, scores, { seed: 1 }).p, 1);
});

test("the same seed gives the same interval and another seed another one", () => {
  const scores = Float64Array.from({ length: 50 }, (_, i) => (i * 37) % 50);
  const first = bootstrapInterval(scores, { seed: "songbook/7" });
  assert.deepEqual(bootstrapInterval(scores, { seed: "songbook/7" }), first);
  assert.notDeepEqual(bootstrapInterval(scores, { seed: "songbook/8" }), first);
});

test("one score has a mean and no interval; no score and a missing score are refused", () => {
  assert.deepEqual(bootstrapInterval([0.4], { seed: 1 }), { mean: 0.4, low: Number.NaN, high: Number.NaN });
  assert.throws(() => bootstrapInterval([], { seed: 1 }), { name: "AlcapError", code: "input" });
  assert.throws(() => bootstrapInterval([0.1, Number.NaN], { seed: 1 }), /NaN at place 1/);
  assert.throws(() => pairedBootstrap([1, 2], [1], { seed: 1 }), /2 and 1 scores/);
});

test("Holm's correction, worked by hand", () => {
  const corrected = holm([0.01, 0.04, 0.03, 0.005]);
  const expected = [0.03, 0.06, 0.06, 0.02];
  corrected.forEach((p, i) => {
    assert.ok(Math.abs(p - expected[i]!) < 1e-12, `${corrected}`);
  });
  assert.deepEqual(holm([0.9, 0.8]), [1, 1]);
});

test("mean and deviation over seeds", () => {
  assert.deepEqual(meanAndDeviation([2, 4, 6]), { mean: 4, sd: 2 });
  assert.ok(Number.isNaN(meanAndDeviation([3]).sd));
});

test("quantiles are linear between neighbours", () => {
  assert.equal(quantile([1, 2, 3, 4], 0.5), 2.5);
  assert.equal(quantile([1, 2, 3, 4], 1), 4);
});

test("normal and Student distributions against tables", () => {
  const near = (value: number, expected: number, within: number) =>
    assert.ok(Math.abs(value - expected) <= within, `${value} for ${expected}`);
  near(normalDistribution(-1.959963984540054), 0.025, 1e-15);
  near(normalDistribution(-5), 2.866515718791939e-7, 1e-19);
  near(normalDistribution(1), 0.8413447460685429, 1e-15);
  near(studentQuantile(0.025, 1), -12.706204736432095, 1e-9);
  near(studentQuantile(0.025, 4), -2.7764451051977934, 1e-9);
  near(studentQuantile(0.975, 29), 2.045229642132703, 1e-9);
  near(studentQuantile(0.025, 999), -1.9623414611334487, 1e-9);
  near(studentQuantile(0.025, 5000), -1.9604386466615242, 1e-5);
});

test("Wilson's interval against Newcombe (1998, table I), and it has a length at 0", () => {
  const { mean, low, high } = wilsonInterval(81, 263);
  assert.ok(Math.abs(mean - 0.308) < 1e-3 && Math.abs(low - 0.2553) < 1e-4 && Math.abs(high - 0.3662) < 1e-4, `${low} ${high}`);
  const none = wilsonInterval(0, 20);
  assert.ok(Math.abs(none.low) < 1e-12 && Math.abs(none.high - 0.1611) < 1e-4, String(none.high));
});
