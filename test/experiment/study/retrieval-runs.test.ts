import assert from "node:assert/strict";
import { test } from "node:test";
import type { RunRecord } from "alcap/dist/experiment/run/records";
import { asReplicate } from "alcap/dist/experiment/study/grid-runs";
import { hundredAgain, indexedSongs, recallMeans, remembering, retrievalOfArm } from "alcap/dist/experiment/study/retrieval-runs";
import { someRecord } from "../run/some-record";

/** Counts of the letters a to z, and of the texts that were encoded. */
function letters() {
  const counted = { texts: 0 };
  const encode = async (texts: readonly string[]) => {
    counted.texts += texts.length;
    return texts.map((text) => {
      const counts = new Float32Array(26);
      for (const letter of text.toLowerCase()) if (/[a-z]/.test(letter)) counts[letter.charCodeAt(0) - 97]! += 1;
      return counts;
    });
  };
  return { counted, encoder: { name: "letters", encode } };
}

const word = (i: number) => String.fromCharCode(97 + Math.floor(i / 26), 97 + (i % 26)).repeat(3);
const run = (replicate: number, caption: (i: number) => string) => {
  const captions = Array.from({ length: 130 }, (_, i) => ({
    song: `s${i}`,
    caption: caption(i),
    reference: `The ${word(i)}. A ${word(i)} it is.`,
    scores: {},
  }));
  return asReplicate({ ...someRecord(), captions: { count: 130, sha256: "" } } as RunRecord, captions, replicate);
};

test("an arm is searched replicate by replicate, by a hundred sentences and by all, and texts are encoded once", async () => {
  const { counted, encoder } = letters();
  const runs = [run(2, (i) => `The ${word(i)}.`), run(1, () => "all the same")];
  const found = await retrievalOfArm(runs, { method: "alcap", dataSet: "songbook-positive", weight: 0.02 }, remembering(encoder));
  assert.deepEqual([...found.keys()], [1, 2]);
  assert.deepEqual(
    [found.get(1)?.hundred.queries, found.get(1)?.all.queries, found.get(1)?.all.recall[5].length],
    [100, 260, 130],
  );
  assert.equal(counted.texts, 260 + 1, "each sentence once, of captions only the one that is no sentence of a reference");
  const at5 = recallMeans(found, 5);
  assert.ok(Math.abs((at5.get(1) ?? 0) - 5 / 130) < 1e-9 && (at5.get(2) ?? 0) > 0.9);
  assert.ok((recallMeans(found, 5, "hundred").get(2) ?? 0) > 0.9);
});

test("the paper's experiment again and again moves with the queries, and only where the indexes differ", async () => {
  const { encoder } = letters();
  const [half, blind] = [run(1, (i) => (i % 2 ? `The ${word(i)}.` : "all the same")), run(1, () => "all the same")].map(
    indexedSongs,
  );
  const apart = (await hundredAgain(half!, blind!, remembering(encoder), 8))[5];
  assert.ok(apart[0]! > 0.2 && apart[7]! > apart[0]!, String(apart));
  assert.deepEqual([...(await hundredAgain(half!, half!, remembering(encoder), 2))[5]], [0, 0]);
});
