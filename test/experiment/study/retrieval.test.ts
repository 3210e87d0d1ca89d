import assert from "node:assert/strict";
import { test } from "node:test";
import {
  humanIndex,
  type IndexedSong,
  paperSentences,
  recallAt,
  recallDifference,
  songRetrieval,
} from "alcap/dist/experiment/study/retrieval";
import { hitsAtK } from "alcap/dist/metric/retrieval/retrieval";

/** Counts of the letters a to z: sentences of the same letters are alike. */
const letters = {
  name: "letters",
  encode: async (texts: readonly string[]) =>
    texts.map((text) => {
      const counts = new Float32Array(26);
      for (const letter of text.toLowerCase()) if (/[a-z]/.test(letter)) counts[letter.charCodeAt(0) - 97]! += 1;
      return counts;
    }),
};

const word = (i: number) => String.fromCharCode(97 + Math.floor(i / 26), 97 + (i % 26)).repeat(3);
const songs = (caption: (i: number) => string): IndexedSong[] =>
  Array.from({ length: 40 }, (_, i) => ({
    song: String(i),
    caption: caption(i),
    references: [`The ${word(i)}. A ${word(i)} it is.`, `${word(i)} once more!`],
  }));

test("captions that say what listeners say find their songs; one caption for all finds them as often as a blind guess", async () => {
  const right = await songRetrieval(
    songs((i) => `The ${word(i)} it is.`),
    letters,
  );
  assert.deepEqual([right.encoder, right.queries], ["letters", 120], "every sentence of every reference asks");
  assert.ok(recallAt(right, 5).mean > 0.9);
  const blind = await songRetrieval(
    songs(() => "all the same"),
    letters,
  );
  for (const k of [5, 10, 20, 30] as const) assert.ok(Math.abs(recallAt(blind, k).mean - k / 40) < 1e-9);
  const { difference, p } = recallDifference(right, blind, 5);
  assert.ok(difference.low > 0.5 && p < 0.01);
  assert.ok(hitsAtK([1, 0], [0], 1).precision === 1);
});

test("songs count alike, however many sentences they have", async () => {
  const [first, ...others] = songs((i) => (i === 0 ? "zzzzzz" : `The ${word(i)} it is.`)) as [IndexedSong, ...IndexedSong[]];
  const few = await songRetrieval([first, ...others], letters);
  const many = await songRetrieval([{ ...first, references: Array(9).fill(first.references).flat() }, ...others], letters);
  assert.equal(recallAt(few, 5).mean, recallAt(many, 5).mean);
});

test("no songs and songs of which nobody wrote anything are refused", async () => {
  await assert.rejects(songRetrieval([], letters), { code: "input" });
  await assert.rejects(
    songRetrieval([{ song: "x", caption: "a", references: ["…", ""] }], letters),
    /the song x wrote no sentence/,
  );
});

test("the paper's queries are one sentence of a hundred songs, the same for every run; a human index is the ceiling", async () => {
  const many = [0, 1, 2].flatMap((n) => songs(() => "all the same").map((one) => ({ ...one, song: `${n}/${one.song}` })));
  const asked = paperSentences(many, 1);
  assert.equal(asked.flat().length, 100);
  assert.ok(asked.every((own, i) => own.every((sentence) => many[i]?.references.join(" ").includes(sentence))));
  assert.deepEqual(
    paperSentences(
      many.map((one) => ({ ...one, caption: "else" })),
      1,
    ),
    asked,
  );
  assert.notDeepEqual(paperSentences(many, 2), asked);
  const few = songs(() => "all the same");
  const some = few.map(({ references }, i) => (i % 2 === 0 ? references.slice(1) : []));
  const blind = await songRetrieval(few, letters, some);
  assert.deepEqual([blind.queries, blind.recall[5].length], [20, 20]);
  const ceiling = await songRetrieval(
    humanIndex(
      few,
      few.map((_, i) => `The ${word(i)}.`),
    ),
    letters,
    some,
  );
  assert.ok(recallDifference(ceiling, blind, 5).difference.low > 0.5);
});
