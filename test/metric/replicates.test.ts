import assert from "node:assert/strict";
import { test } from "node:test";
import { studentPower } from "alcap/dist/metric/distribution";
import {
  detectableDifference,
  equivalence,
  maxT,
  overReplicates,
  overSongs,
  peakTest,
  trend,
} from "alcap/dist/metric/replicates";
import seedrandom from "seedrandom";

/** Normal numbers by Box and Muller. */
function normals(seed: string) {
  const random = seedrandom.alea(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** The share of trials in which something happens. */
const shareOf = (trials: number, happens: () => boolean) => {
  let count = 0;
  for (let i = 0; i < trials; i++) if (happens()) count++;
  return count / trials;
};

const between = (x: number, low: number, high: number, what: string) => assert.ok(x >= low && x <= high, `${what}: ${x}`);
const list = <T>(length: number, make: (i: number) => T) => Array.from({ length }, (_, i) => make(i));

test("an interval over replicates by hand", () => {
  const { mean, low, high, p, deviation } = overReplicates([1, 2, 3]);
  assert.equal(mean, 2);
  assert.equal(deviation, 1);
  between(low, 2 - 2.48414, 2 - 2.48413, "4.302653 · 1 / √3 below");
  between(high, 2 + 2.48413, 2 + 2.48414, "above");
  between(p, 0.07417, 0.07419, "t = 3.4641, 2 degrees");
  assert.deepEqual([overReplicates([2, 2]).p, overReplicates([0, 0]).p], [0, 1]);
  assert.throws(() => overReplicates([1]), { code: "input" });
});

for (const replicates of [5, 10])
  test(`${replicates} replicates with songs of their own: 95 % intervals cover in 93 to 97 %, the test's size is at most 6 %`, () => {
    const next = normals(`cover/${replicates}`);
    const draw = (truth: number) =>
      list(replicates, () => {
        const trained = truth + 0.3 * next();
        return list(40, () => trained + 2 * next());
      });
    const covered = shareOf(3000, () => {
      const { low, high } = overSongs(draw(0.7));
      return low <= 0.7 && 0.7 <= high;
    });
    between(covered, 0.93, 0.97, "coverage");
    between(
      shareOf(3000, () => overSongs(draw(0)).p < 0.05),
      0.04,
      0.06,
      "size",
    );
  });

test("the songs' share of the spread is what it was drawn with", () => {
  const next = normals("share");
  const draw = (training: number) =>
    list(4000, () => {
      const trained = training * next();
      return list(25, () => trained + next()); // 1 / 25 of variance by songs
    });
  between(overSongs(draw(0)).songs, 0.93, 1, "songs alone");
  between(overSongs(draw(0.2)).songs, 0.46, 0.54, "half and half");
  between(overSongs(draw(0.6)).songs, 0.09, 0.115, "a tenth");
});

test("power is as computed, and the detectable difference is detected as often as asked", () => {
  between(studentPower(0, 4, 0.05), 0.0495, 0.0505, "size");
  const next = normals("power");
  for (const [replicates, power] of [
    [5, 0.8],
    [10, 0.8],
    [10, 0.5],
  ] as const) {
    const shift = detectableDifference(2, replicates, power);
    const found = shareOf(4000, () => overReplicates(list(replicates, () => shift + 2 * next())).p < 0.05);
    between(found, power - 0.025, power + 0.025, `${replicates} replicates`);
  }
});

test("equivalence is shown wrongly in at most 6 % at the margin, and rightly for equal methods", () => {
  const next = normals("equivalence");
  const trial = (truth: number, spread: number) => {
    const gains = list(10, () => 10 + next());
    return equivalence(
      gains.map(() => truth + spread * next()),
      gains,
      0.1,
    ).p;
  };
  between(
    shareOf(3000, () => trial(1, 0.3) < 0.05),
    0.035,
    0.06,
    "at the margin",
  );
  between(
    shareOf(500, () => trial(0, 0.3) < 0.05),
    0.99,
    1,
    "equal",
  );
  assert.ok(shareOf(500, () => trial(0, 3) < 0.05) < 0.06, "a design that cannot tell does not say so");
  assert.equal(equivalence([0, 0.1], [1, 3], 0.1).margin, 0.2);
});

test("a family is claimed wrongly in at most 6 %, and one clear endpoint is found", () => {
  const next = normals("family");
  const family = (truth: number) => {
    const common = list(8, next);
    return list(5, (e) => common.map((c) => (e === 0 ? truth : 0) + 0.7 * c + 0.7 * next()));
  };
  assert.ok(shareOf(600, () => Math.min(...maxT(family(0))) < 0.05) <= 0.06);
  assert.ok(shareOf(100, () => (maxT(family(3))[0] ?? 1) < 0.05) > 0.95);
  assert.deepEqual(maxT([[1, 2, 3, 4, 5]]), [2 / 32], "all signs but these two give less");
  const many = maxT([list(14, () => 1 + next() / 4), list(14, next)], "many");
  assert.ok((many[0] ?? 1) < 0.01 && (many[1] ?? 0) >= (many[0] ?? 1));
});

test("a trend and a peak by hand, and their sizes", () => {
  const rising = trend(
    [
      [0, 1, 2],
      [0, 2, 4],
      [1, 2, 3],
    ],
    [0, 1, 2],
  );
  assert.deepEqual([rising.mean, rising.replicates], [4 / 3, 3]);
  const next = normals("trend");
  const flat = () => list(5, () => list(4, next));
  between(
    shareOf(3000, () => trend(flat(), [0, 1, 2, 3]).p < 0.05),
    0.04,
    0.06,
    "trend",
  );
  assert.ok(shareOf(2000, () => peakTest(flat(), 1) < 0.05) <= 0.05, "a peak must be above both ends");
  const hill = list(5, () => [0, 2, 1, 0].map((y) => y + 0.3 * next()));
  assert.ok(peakTest(hill, 1) < 0.01);
});
