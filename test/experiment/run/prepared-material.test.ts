import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { paperPreset } from "alcap/dist/experiment/preset/paper";
import { captionTestSplit } from "alcap/dist/experiment/run/captions";
import { type PreparedPreset, preparedMaterial, type TextSource } from "alcap/dist/experiment/run/prepared-material";
import { captionerOf, obtainRun } from "alcap/dist/experiment/run/run";
import { captionerParams } from "alcap/dist/model/alcap";
import { initialise } from "alcap/dist/model/params";
import { type Progress, quiet, silent } from "alcap/dist/progress";
import { tinyBart, tinyBartFolder, tinyCorpus } from "../../cli/tiny-corpus";

process.env.ALCAP_THREADS = "1";
const home = mkdtempSync(path.join(tmpdir(), "alcap-material-"));
const folder = path.join(home, "corpus");
process.env.ALCAP_HOME = home;
before(() => tinyCorpus(folder));
after(() => rmSync(home, { recursive: true, force: true }));

const { vocabulary: _, ...shape } = tinyBart;
const preset = (text: TextSource): PreparedPreset => ({
  ...paperPreset("paper", { epochs: 1, batch: 8, microBatch: 8, lyricsTokens: 24, captionTokens: 16 }),
  name: "own",
  dataSet: "songbook-positive",
  folder,
  words: { learn: 290 },
  music: { from: "files" },
  text,
});

test("a preset of one's own learns its words from the corpus and starts afresh", async () => {
  const fresh = await preparedMaterial(preset({ start: "fresh", shape })); // reports nowhere
  assert.equal(fresh.text.vocabulary, fresh.tokeniser.vocabSize);
  assert.deepEqual([fresh.tokeniser.vocabSize, fresh.music.width, fresh.start.params], [290, 12, {}]);
  const { id } = await obtainRun(fresh, { method: "bart", seed: 1 });
  assert.ok(existsSync(path.join(home, `results/own/runs/${id}.json`)));
});

test("a tokeniser that does not belong to the text model is refused, and a model that needs music without any", async () => {
  const bart = tinyBartFolder(path.join(home, "bart"), folder);
  const weights: TextSource = { start: "weights", folder: bart };
  const given = preset(weights);
  await assert.rejects(preparedMaterial({ ...given, words: { learn: 320 } }, quiet), {
    code: "data",
    message: /320 tokens and the text model 300/,
  });
  await assert.rejects(preparedMaterial({ ...given, words: { read: bart }, music: { from: "nowhere" } }, quiet), {
    code: "usage",
    message: /ALCAP need music/,
  });
});

test("captioning that is stopped goes on with the next batch and ends with the same captions", async () => {
  const given = { ...preset({ start: "fresh", shape }), decodingBatch: 1 };
  const material = await preparedMaterial(given, quiet);
  const captioner = captionerOf(material, "bart-fusion");
  const params = initialise(captionerParams(captioner), 4);
  const caption = (name: string, progress: Progress) =>
    captionTestSplit(material, { captioner, params, seed: 1, draft: path.join(home, name) }, progress);
  const whole = await caption("whole.json", silent);
  await assert.rejects(
    caption("stopped.json", (done) => {
      if (done === 2) throw new Error("stopped");
    }),
    /stopped/,
  );
  const counts: number[] = [];
  assert.deepEqual(await caption("stopped.json", (done) => counts.push(done)), whole);
  assert.deepEqual(counts, [3], "only the last of three songs is captioned again");
  assert.ok(!existsSync(path.join(home, "stopped.json")));
});

test("without validation rows the last step is taken, and no evaluation is made up", async () => {
  const material = await preparedMaterial(preset({ start: "fresh", shape }), quiet);
  const { rows } = material.corpus;
  const corpus = { ...material.corpus, name: "unvalidated", hash: "unvalidated", rows: { ...rows, validation: [] } };
  const { curve, best } = await obtainRun({ ...material, corpus }, { method: "bart", seed: 2 });
  assert.deepEqual([curve.evaluations.step, best.step, best.score], [[], curve.step.length, Number.NaN]);
});
