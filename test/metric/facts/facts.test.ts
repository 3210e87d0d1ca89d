import assert from "node:assert/strict";
import { test } from "node:test";
import { makeSong } from "alcap/dist/data/songbook";
import { factScores, mentions, moodFollowed } from "alcap/dist/metric/facts/facts";

const song = makeSong({ seed: 7, songs: 10, testSongs: 3, agreement: 0.5, noise: 0.3 }, 0);
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

test("where lyrics and music differ a caption follows one of them or neither", () => {
  const apart = { mood: "melancholy", lyricsMood: "joyful" } as const;
  assert.equal(moodFollowed("A sad, mournful song.", apart), "music");
  assert.equal(moodFollowed("It celebrates a war.", apart), "lyrics");
  for (const text of ["It celebrates a war and weeps.", "A tender song.", "I like it."])
    assert.equal(moodFollowed(text, apart), "neither", text);
  assert.equal(moodFollowed("A sad song.", { mood: "joyful", lyricsMood: "joyful" }), null);
});
