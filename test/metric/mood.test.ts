import assert from "node:assert/strict";
import { test } from "node:test";
import { makeSong, moodNames } from "alcap/dist/data/songbook";
import { AlcapError } from "alcap/dist/errors";
import { factScores } from "alcap/dist/metric/facts";
import { bayesMoodAccuracy, moodInformation } from "alcap/dist/metric/mood";
import fc from "fast-check";

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

test("Bayes accuracy is what guessing the lyrics' mood reaches on 3,000 songs", () => {
  const songs = Array.from({ length: 3000 }, (_, i) => makeSong({ seed: 5, songs: 3000, agreement: 0.4, noise: 0 }, i));
  const right = songs.filter(({ lyrics, truth }) => factScores(lyrics, { ...truth }).mood === 1).length / songs.length;
  const bound = bayesMoodAccuracy(0.4, "lyrics");
  assert.equal(bound, 0.5);
  assert.ok(Math.abs(right - bound) < 3 * Math.sqrt((bound * (1 - bound)) / songs.length), `${right}`);
  assert.equal(bayesMoodAccuracy(0.4, "nothing"), 1 / 6);
  assert.equal(bayesMoodAccuracy(0.4, "music"), 1);
  assert.equal(bayesMoodAccuracy(0.4, "both"), 1);
});

test("an agreement outside 0..1 is a usage error", () => {
  for (const agreement of [-0.1, 1.1, Number.NaN]) {
    for (const call of [() => moodInformation(agreement), () => bayesMoodAccuracy(agreement, "lyrics")]) {
      assert.throws(call, (error: unknown) => error instanceof AlcapError && error.code === "usage");
    }
  }
});
