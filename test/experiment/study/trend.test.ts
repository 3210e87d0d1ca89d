import assert from "node:assert/strict";
import { test } from "node:test";
import { intervalOver } from "alcap/dist/experiment/study/grid-runs";
import { alongDial, type Level, paired } from "alcap/dist/experiment/study/trend";

/** One map a level, from one list a replicate; a replicate may lack its last levels. */
const levels = (values: readonly (readonly number[])[], count = 3): Level[] =>
  Array.from(
    { length: count },
    (_, level) => new Map(values.flatMap((own, r) => (level in own ? [[r + 1, own[level] as number]] : []))),
  );

const byHand = [
  [1, 2, 1],
  [1, 3, 2],
  [2, 4, 1],
];

test("a dial worked by hand: levels, gains, trend, peak and where the best is", () => {
  const { at, gains, whole, trend, peak, best } = alongDial(levels(byHand), 1);
  assert.deepEqual([at.map((x) => x?.mean), whole, best], [[4 / 3, 3, 4 / 3], 3, [0, 3, 0]]);
  assert.deepEqual([gains[0], gains[1]?.mean, trend?.mean], [null, 5 / 3, 0]);
  assert.ok(Math.abs((peak ?? 0) - 0.0648) < 1e-4, String(peak));
  const low = alongDial(levels(byHand.map((own) => own.map((x) => -x))), 1, "lower");
  assert.deepEqual([low.peak, low.best], [peak, best], "where lower is better a valley is the peak");
});

test("replicates that lack a level take part in gains and in nothing else; an end is no peak; one replicate tests nothing", () => {
  const some = alongDial(levels([...byHand, [5, 6]]), 1);
  assert.deepEqual([some.whole, some.at[0]?.mean, some.gains[1]?.mean, some.gains[2]?.mean], [3, 4 / 3, 1.5, 0]);
  assert.deepEqual(
    [alongDial(levels(byHand), 0).peak, alongDial(levels(byHand), 2).peak, alongDial(levels(byHand), -1).peak],
    [null, null, null],
  );
  const one = alongDial(levels([[1, 2, 1]]), 1);
  assert.deepEqual([one.whole, one.trend, one.peak, one.at[1]], [1, null, null, { mean: 2, low: Number.NaN, high: Number.NaN }]);
  const none = alongDial([new Map(), new Map()], 1);
  assert.deepEqual([none.whole, none.at, none.gains], [0, [null, null], [null, null]]);
});

test("differences are paired by replicate, and an interval needs two", () => {
  assert.deepEqual(
    [
      ...paired(
        new Map([
          [1, 3],
          [2, 5],
        ]),
        new Map([
          [2, 1],
          [3, 1],
        ]),
      ),
    ],
    [[2, 4]],
  );
  assert.equal(intervalOver(new Map()), null);
  assert.deepEqual(intervalOver(new Map([[4, 1]])), { mean: 1, low: Number.NaN, high: Number.NaN });
  assert.ok(
    Math.abs(
      (intervalOver(
        new Map([
          [1, 1],
          [2, 2],
          [3, 3],
        ]),
      )?.high ?? 0) - 4.4841,
    ) < 1e-3,
  );
});
