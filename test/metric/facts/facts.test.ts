import assert from "node:assert/strict";
import { test } from "node:test";
import { makeSong } from "alcap/dist/data/songbook";
import { factNames, factScores, mentions, moodFollowed } from "alcap/dist/metric/facts/facts";

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
  assert.deepEqual(named, {
    themes: ["war"],
    moods: ["melancholy"],
    instruments: ["piano"],
    details: ["Santa Fe"],
    paces: [],
    modes: [],
  });
  assert.deepEqual(mentions("It settles down. Wartime reward, warden, sadness."), {
    themes: ["war"],
    moods: ["serene", "melancholy"],
    instruments: [],
    details: [],
    paces: [],
    modes: [],
  });
  assert.deepEqual(mentions("A steady beat in a minor key, Dorian at heart, of major importance").modes, ["minor", "dorian"]);
  assert.deepEqual(mentions("She left home on the night shift").themes, ["leaving", "work"]);
  assert.deepEqual(mentions("at home, a reward, a seasaw, the joystick").themes, []);
  assert.deepEqual(Object.values(mentions("")).flat(), []);
});

test("a fact is right, wrong or unnamed; only a mood must be named alone to be right", () => {
  const score = (text: string) => {
    const scores = factScores(text, { ...truth, tempo: 90, mode: "minor" });
    return factNames.map((fact) => (scores[fact] ? "right" : scores[`${fact}Wrong`] ? "wrong" : "unnamed"));
  };
  const unnamed = ["unnamed", "unnamed", "unnamed", "unnamed"];
  assert.deepEqual(score("The song mourns a war."), ["right", "right", ...unnamed]);
  assert.deepEqual(score("The song celebrates a war and weeps."), ["right", "wrong", ...unnamed]);
  assert.deepEqual(score("A sad song about the sea, with a guitar, in Boston, brisk, in a major key."), [
    ...["wrong", "right", "wrong", "wrong", "wrong", "wrong"],
  ]);
  assert.deepEqual(score("Sad drums and guitar in santa fe, steady, a minor key."), [
    ...["unnamed", "right", "right", "right", "right", "right"],
  ]);
  assert.deepEqual(score("I like it."), ["unnamed", "unnamed", ...unnamed]);
  assert.deepEqual(Object.keys(factScores("", truth)).length, 18);
});

test("where lyrics and music differ a caption follows one of them or neither", () => {
  const apart = { mood: "melancholy", lyricsMood: "joyful" } as const;
  assert.equal(moodFollowed("A sad, mournful song.", apart), "music");
  assert.equal(moodFollowed("It celebrates a war.", apart), "lyrics");
  for (const text of ["It celebrates a war and weeps.", "A tender song.", "I like it."])
    assert.equal(moodFollowed(text, apart), "neither", text);
  assert.equal(moodFollowed("A sad song.", { mood: "joyful", lyricsMood: "joyful" }), null);
});
