import assert from "node:assert/strict";
import { test } from "node:test";
import { freshComments, type Mood, makeSong } from "alcap/dist/data/songbook";
import { advantage, type Writer, type YardstickScores, yardsticks } from "alcap/dist/experiment/study/yardsticks";
import { factScores } from "alcap/dist/metric/facts/facts";
import { loadWordNet } from "alcap/dist/metric/text/wordnet";

const options = { seed: 11, songs: 400, testSongs: 48, agreement: 0.5, noise: 0.3 };

test("fresh listeners tell the truth they hear, each in frames of its own, and the corpus's comments stay as they are", () => {
  const before = JSON.stringify(makeSong(options, 3));
  for (let index = 0; index < 30; index++) {
    const { truth } = makeSong(options, index);
    const comments = freshComments(options, index, 8);
    assert.equal(new Set(comments).size, 8);
    for (const comment of comments) assert.deepEqual([factScores(comment, truth).theme, factScores(comment, truth).mood], [1, 1]);
    assert.deepEqual(freshComments(options, index, 3), comments.slice(0, 3), "a listener is the same however many there are");
    const mood: Mood = truth.mood === "tense" ? "tender" : "tense";
    for (const comment of freshComments(options, index, 4, mood))
      assert.deepEqual([factScores(comment, truth).mood, factScores(comment, { ...truth, mood }).mood], [0, 1]);
  }
  assert.equal(JSON.stringify(makeSong(options, 3)), before);
});

test("a second listener is above every writer who knows less, on the facts and on the text measures that can tell", () => {
  const songs = Array.from({ length: 150 }, (_, index) => ({ song: makeSong(options, index), index }));
  const scores = yardsticks(options, songs, loadWordNet());
  for (const writer of ["wrongMood", "otherSong", "constant"] as const)
    assert.ok(advantage(scores, "listener", writer, "mood").low > 0);
  assert.deepEqual(
    [scores.listener.every(({ mood }) => mood === 1), scores.wrongMood.some(({ mood }) => mood === 1)],
    [true, false],
  );
  const above = (writers: readonly Writer[], measures: readonly (keyof YardstickScores)[]) => {
    for (const measure of measures)
      for (const writer of writers) {
        const { low, mean } = advantage(scores, "listener", writer, measure);
        assert.ok(low > 0, `${measure}, over ${writer}: ${mean}, from ${low}`);
      }
  };
  above(["wrongMood", "sameTheme", "otherSong"], ["rouge1", "rouge1F1", "rouge2F1", "rougeL", "rougeLF1", "meteor"]);
  above(["constant"], ["rouge2F1", "rougeLF1"]); // a long constant comment can pass a listener in recall of single words
});
