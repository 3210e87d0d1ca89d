import assert from "node:assert/strict";
import { test } from "node:test";
import type { Focus } from "alcap/dist/experiment/run/scoring/attention";
import { focusOverReplicates } from "alcap/dist/experiment/study/focus-runs";
import seedrandom from "seedrandom";

const random = seedrandom("focus over replicates");
const spread = (centre: number) => {
  const entropy = centre + 0.1 * random();
  return { entropy, evenness: entropy / 4, gini: 1 - entropy / 4, topMass: 1 - entropy / 5 };
};
/** Attention of so many replicates with songs that differ, and trainings that differ as much as `training`. */
const levels = (replicates: number, entropy: number, training: number) =>
  new Map(
    Array.from({ length: replicates }, (_, r) => {
      const own = entropy + training * (random() - 0.5);
      const songs = Array.from(
        { length: 200 },
        (): Focus => ({ tokens: spread(own), time: spread(own), moodWords: 1, voices: 1 }),
      );
      return [r + 1, songs] as const;
    }),
  );

test("what trainings differ by is no difference of methods, however many songs there are", () => {
  for (const one of focusOverReplicates(levels(5, 2, 0.5), levels(5, 2, 0.5)))
    assert.equal(one.verdict, "cannot tell", one.measure);
});

test("a difference beyond that is told, with its direction", () => {
  const [focused, even] = [levels(6, 1, 0.05), levels(6, 2, 0.05)];
  for (const one of focusOverReplicates(focused, even)) assert.equal(one.verdict, "more focused", one.measure);
  for (const one of focusOverReplicates(even, focused)) assert.equal(one.verdict, "less focused", one.measure);
});

test("a single replicate or none says nothing; replicates that only one method has are left out", () => {
  const [one] = focusOverReplicates(levels(1, 1, 0), levels(4, 2, 0));
  assert.equal(one?.test, null);
  assert.equal(one?.verdict, "cannot tell");
  const [none] = focusOverReplicates(new Map(), levels(2, 1, 0));
  assert.deepEqual([none?.a, none?.test, none?.verdict], [Number.NaN, null, "cannot tell"]);
  const [two] = focusOverReplicates(levels(2, 1, 0), levels(4, 2, 0));
  assert.equal(two?.test?.replicates, 2);
});
