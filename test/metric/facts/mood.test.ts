import assert from "node:assert/strict";
import { test } from "node:test";
import { moodNames } from "alcap/dist/data/songbook";
import { AlcapError } from "alcap/dist/errors";
import { estimatedInformation, moodInformation } from "alcap/dist/metric/facts/mood";
import fc from "fast-check";
import seedrandom from "seedrandom";

test("mood information equals the sum over the joint table, for every ρ", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (agreement) => {
      const n = moodNames.length;
      let sum = 0;
      for (const music of moodNames) {
        for (const lyrics of moodNames) {
          const joint = (agreement * (music === lyrics ? 1 : 0) + (1 - agreement) / n) / n;
          if (joint > 0) sum += joint * Math.log(joint * n * n);
        }
      }
      assert.ok(Math.abs(moodInformation(agreement) - sum) < 1e-12);
    }),
    { seed: 1 },
  );
  assert.ok(Math.abs(moodInformation(0)) < 1e-12);
  assert.ok(Math.abs(moodInformation(1) - Math.log(6)) < 1e-12);
});

/** A joint table of moods, counted from `songs` draws with agreement ρ. */
function drawnTable(agreement: number, songs: number, seed: string): number[][] {
  const random = seedrandom.alea(seed);
  const n = moodNames.length;
  const table = moodNames.map(() => moodNames.map(() => 0));
  for (let i = 0; i < songs; i++) {
    const music = Math.floor(random() * n);
    const lyrics = random() < agreement ? music : Math.floor(random() * n);
    table[lyrics]![music]!++;
  }
  return table;
}

for (const agreement of [0, 0.1, 0.3, 0.7, 1]) {
  test(`the estimate's interval covers the exact information at ρ = ${agreement}`, () => {
    const trials = 200;
    const truth = moodInformation(agreement);
    const estimates = Array.from({ length: trials }, (_, trial) =>
      estimatedInformation(drawnTable(agreement, 600, `table/${agreement}/${trial}`), { seed: trial, resamples: 200 }),
    );
    const covered = estimates.filter(({ low, high }) => low <= truth && truth <= high).length / trials;
    assert.ok(covered >= 0.9, `covers ${covered}`);
    const bias = estimates.reduce((sum, { mean }) => sum + mean - truth, 0) / trials;
    assert.ok(Math.abs(bias) < 0.01, `bias ${bias}`);
  });
}

test("an estimate from an empty table is an error", () => {
  assert.throws(
    () =>
      estimatedInformation(
        [
          [0, 0],
          [0, 0],
        ],
        { seed: 1 },
      ),
    AlcapError,
  );
});

test("an agreement outside 0..1 is a usage error", () => {
  for (const agreement of [-0.1, 1.1, Number.NaN])
    assert.throws(
      () => moodInformation(agreement),
      (error: unknown) => error instanceof AlcapError && error.code === "usage",
    );
});
