import assert from "node:assert/strict";
import { test } from "node:test";
import { makeSong, moodNames } from "alcap/dist/data/songbook";
import { AlcapError } from "alcap/dist/errors";
import { bayesMoodAccuracy, factScores, mentions, moodInformation } from "alcap/dist/metric/facts";
import fc from "fast-check";

const song = makeSong({ seed: 7, songs: 10, agreement: 0.5, noise: 0.3 }, 0);
const truth = {
  ...song.truth,
  theme: "war",
  mood: "melancholy",
  instruments: ["piano", "drums"],
  detail: { kind: "place", text: "Santa Fe" },
} as const;

test("mentions finds whole words in any form and case, once each, phrases before words", () => {
  const named = mentions("Mournfully, MOURNING a soldier's war: pianos near Santa Fe; the wars.");
  assert.deepEqual(named, { themes: ["war"], moods: ["melancholy"], instruments: ["piano"], details: ["Santa Fe"] });
  assert.deepEqual(mentions("It settles down. Wartime reward, warden, sadness."), {
    themes: ["war"],
    moods: ["serene", "melancholy"],
    instruments: [],
    details: [],
  });
  assert.deepEqual(mentions("She left home on the night shift").themes, ["leaving", "work"]);
  assert.deepEqual(mentions("at home, a reward, a seasaw, the joystick").themes, []);
  assert.deepEqual(mentions(""), { themes: [], moods: [], instruments: [], details: [] });
});

test("a fact is named rightly when the true one is named and no other", () => {
  const score = (text: string) => factScores(text, truth);
  assert.deepEqual(score("The song mourns a war."), { theme: 1, mood: 1, instrument: null, detail: null });
  assert.deepEqual(score("The song celebrates a war and weeps."), { theme: 1, mood: 0, instrument: null, detail: null });
  assert.deepEqual(score("A sad song about the sea, with piano and guitar, in Boston."), {
    theme: 0,
    mood: 1,
    instrument: 0,
    detail: 0,
  });
  assert.deepEqual(score("Sad drums and piano in santa fe."), { theme: 0, mood: 1, instrument: 1, detail: 1 });
  assert.deepEqual(score("I like it."), { theme: 0, mood: 0, instrument: null, detail: null });
});

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
