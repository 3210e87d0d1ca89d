import assert from "node:assert/strict";
import { test } from "node:test";
import { captionBatch } from "alcap/dist/data/text/batch";
import { loadTokeniser, trainBpe } from "alcap/dist/data/text/tokeniser";
import { compile, type Values, value } from "alcap/dist/engine";
import { songbookCorpus } from "alcap/dist/experiment/dataset/corpus";
import { examplesOf } from "alcap/dist/experiment/dataset/examples";
import { presetNamed } from "alcap/dist/experiment/preset/songbook";
import type { RunMaterial } from "alcap/dist/experiment/run/material";
import { commentLikelihood, moodTokens } from "alcap/dist/experiment/run/scoring/likelihood";
import { freshComments } from "alcap/dist/experiment/run/scoring/scores";
import { type Batch, captionerParams, parts } from "alcap/dist/model/alcap";
import type { Captioner } from "alcap/dist/model/captioner";
import { initialise, type Params } from "alcap/dist/model/params";

const smoke = presetNamed("smoke");
const texts = songbookCorpus({ ...smoke, corpus: { ...smoke.corpus, seed: 3 } }).rows.train.map(({ text }) => text);
const tokeniser = loadTokeniser(trainBpe(texts, { vocabSize: 600 }));
const text = { ...smoke.text, vocabulary: tokeniser.vocabSize, positions: 128 };
const width = 8;
const music = {
  of: (song: string) =>
    value(
      Float32Array.from({ length: 5 * width }, (_, i) => Math.sin(i + song.charCodeAt(song.length - 1))),
      [5, width],
    ),
  width,
  hash: "none",
};
const captioner: Captioner = { method: "bart-fusion", text, musicWidth: width, recipe: smoke.recipe };
const params = initialise(captionerParams({ ...captioner, text: { ...text, initialDeviation: 0.3 } }), 5);

for (const captionTokens of [16, 120])
  test(`comments of ${captionTokens} tokens at most are as likely as one by one under the caption loss`, async () => {
    const preset = { ...smoke, captionTokens };
    const corpus = songbookCorpus({ ...preset, corpus: { ...preset.corpus, songs: 30, testSongs: 6 } });
    const material = { corpus, preset, tokeniser, music } as unknown as RunMaterial;
    const rows = corpus.rows.test.slice(0, 6);
    const comments = freshComments(material, rows.length)?.map((all) => all.slice(0, 3)) ?? [];
    const found = await commentLikelihood(material, { captioner, params }, rows, comments);
    const loss = compile((p: Params, batch: Batch) => parts(p, captioner, batch).caption);
    for (const [i, row] of rows.entries()) {
      let [nats, tokens] = [0, 0];
      for (const comment of comments[i] ?? []) {
        const example = examplesOf(material, [{ ...row, text: comment }]).of(0);
        const own = await loss(params, captionBatch([example], preset) as Values<Batch>);
        nats += (own.data[0] ?? 0) * example.caption.length;
        tokens += example.caption.length;
      }
      assert.ok(Math.abs((found[i]?.nll ?? 0) - nats / tokens) < 1e-4, `${found[i]?.nll} ${nats / tokens}`);
    }
    await loss.release();
    assert.equal(found.length, rows.length);
    assert.ok(found.every(({ moodNll }) => captionTokens < 120 || (moodNll !== null && moodNll > 0)));
  });

test("the tokens of a mood's words are those with a letter in them, phrases whole, other moods' words not", () => {
  const tokens = ["", "It", " is", " a", " mour", "nful", ",", " sad", "ly", " joyful", " song", ".", ""];
  const counted = moodTokens(tokens, "melancholy");
  assert.deepEqual(
    tokens.filter((_, i) => counted[i]),
    [" mour", "nful", " sad", "ly"],
  );
  const phrase = ["We", " come", " to", " ter", "ms", " with", " it"];
  assert.deepEqual(moodTokens(phrase, "serene"), [false, true, true, true, true, true, false]);
  assert.ok(!moodTokens([" mour"], "melancholy").includes(true), "cut off");
});
