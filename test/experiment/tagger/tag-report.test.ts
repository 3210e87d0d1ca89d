import assert from "node:assert/strict";
import { test } from "node:test";
import { moodNames, TAGS } from "alcap/dist/data/songbook";
import { value } from "alcap/dist/engine";
import { AlcapError } from "alcap/dist/errors";
import { songbookCorpus } from "alcap/dist/experiment/dataset/corpus";
import { heldRepresentations } from "alcap/dist/experiment/dataset/representations";
import { presetNamed } from "alcap/dist/experiment/preset/songbook";
import type { TrainedEncoder } from "alcap/dist/experiment/tagger/songbook-encoder";
import { instrumentProbe, moodProbe, tagReport } from "alcap/dist/experiment/tagger/tag-report";

const smoke = presetNamed("smoke");
const preset = { ...smoke, corpus: { ...smoke.corpus, songs: 250 } };
const corpus = songbookCorpus(preset);
const encoder = (score: (has: boolean, tag: number) => number): TrainedEncoder => ({
  params: {},
  curve: { steps: [], evaluations: [] },
  auc: Number.NaN,
  seconds: 0,
  scores: new Map(corpus.songs.map(({ id, tags }) => [id, Float32Array.from(TAGS, (tag, i) => score(tags.includes(tag), i))])),
});

test("an encoder that knows every tag scores 1, one that knows nothing 0.5, and the counts are those of the split", () => {
  const knows = tagReport({ corpus, encoder: encoder((has) => (has ? 0.9 : 0.2)) }, "test");
  const guesses = tagReport({ corpus, encoder: encoder(() => 0.3) }, "test");
  assert.equal(knows.songs, 30);
  assert.equal(knows.tags.length, 50);
  assert.ok(Math.abs(knows.macro.rocAuc - 1) < 1e-9 && Math.abs(knows.macro.prAuc - 1) < 1e-9);
  assert.ok(Math.abs(guesses.macro.rocAuc - 0.5) < 1e-9 && Math.abs(guesses.macro.prAuc - guesses.macro.chance) < 1e-9);
  for (const { tag, songs, chance, rocAuc } of knows.tags) {
    const count = corpus.songs.filter((song) => song.split === "test" && song.tags.includes(tag)).length;
    assert.equal(songs, count);
    assert.equal(chance, count / 30);
    assert.equal(Number.isNaN(rocAuc), count === 0 || count === 30);
  }
});

test("scores of another corpus are refused", () => {
  assert.throws(() => tagReport({ corpus, encoder: { ...encoder(() => 0), scores: new Map() } }, "test"), AlcapError);
});

test("probes read what the mean of the positions says, and nothing where it says nothing", () => {
  const said = (of: (mood: number, position: number) => number[]) =>
    heldRepresentations(
      new Map(
        corpus.songs.map(({ id, truth }) => {
          const rows = [-1, 0, 1].flatMap((position) => of(moodNames.indexOf(truth.mood), position));
          return [id, value(Float32Array.from(rows), [3, 6])];
        }),
      ),
      "said",
    );
  // A position's own number cancels in the mean; the mood's does not.
  const clear = moodProbe({
    corpus,
    music: said((mood, position) => moodNames.map((_, i) => (i === mood ? 1 : 0) + 5 * position)),
  });
  assert.equal(clear.accuracy, 1);
  assert.deepEqual(clear.classes, moodNames);
  const blank = instrumentProbe({ corpus, music: said(() => [1, 1, 1, 1, 1, 1]) });
  assert.ok(blank.accuracy < 0.5);
  assert.equal(blank.classes.length, 10);
});
