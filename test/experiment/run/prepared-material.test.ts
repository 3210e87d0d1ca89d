import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { bartNoise } from "alcap/dist/data/text/denoise";
import { paperPreset } from "alcap/dist/experiment/preset/paper";
import { captionTestSplit } from "alcap/dist/experiment/run/captions";
import { type PreparedPreset, preparedMaterial, type TextSource } from "alcap/dist/experiment/run/prepared-material";
import { captionerOf, obtainRun } from "alcap/dist/experiment/run/run";
import { captionerParams } from "alcap/dist/model/alcap";
import { initialise } from "alcap/dist/model/params";
import { type Progress, quiet, silent } from "alcap/dist/progress";
import type { AdamW } from "alcap/dist/recipe";
import { tinyBart, tinyBartFolder, tinyCorpus } from "../../cli/tiny-corpus";

process.env.ALCAP_THREADS = "1";
const home = mkdtempSync(path.join(tmpdir(), "alcap-material-"));
const folder = path.join(home, "corpus");
process.env.ALCAP_HOME = home;
before(() => tinyCorpus(folder));
after(() => rmSync(home, { recursive: true, force: true }));

const { vocabulary: _, ...shape } = tinyBart;
const adamw: AdamW = { name: "adamw", beta1: 0.9, beta2: 0.98, epsilon: 1e-8, weightDecay: 0.01, clipNorm: 1 };
const preset = (text: TextSource): PreparedPreset => ({
  ...paperPreset("paper", { epochs: 1, batch: 8, microBatch: 8, lyricsTokens: 24, captionTokens: 16 }),
  name: "own",
  dataSet: "songbook-positive",
  folder,
  words: { learn: 290 },
  music: { from: "files" },
  text,
});

test("a preset of one's own learns its words from the corpus and starts afresh or from denoising its text", async () => {
  const fresh = await preparedMaterial(preset({ start: "fresh", shape }), quiet);
  assert.equal(fresh.text.vocabulary, fresh.tokeniser.vocabSize);
  assert.deepEqual([fresh.tokeniser.vocabSize, fresh.music.width, fresh.start.params], [290, 12, {}]);
  const plan = {
    batch: 8,
    epochs: 1,
    noise: bartNoise,
    optimiser: adamw,
    dropout: 0,
    schedule: { peak: 1e-3, after: "constant" as const, warmupSteps: 0 },
  };
  const denoised = await preparedMaterial(preset({ start: "denoising", shape, plan }), quiet);
  assert.deepEqual(denoised.start.params["model.shared.weight"]?.shape, [290, 16]);
  assert.notEqual(denoised.start.hash, fresh.start.hash);
  const records = [await obtainRun(fresh, { method: "bart", seed: 1 }), await obtainRun(denoised, { method: "bart", seed: 1 })];
  assert.notEqual(records[0]?.recipeHash, records[1]?.recipeHash);
  assert.notEqual(records[0]?.curve.losses.caption?.[0], records[1]?.curve.losses.caption?.[0]);
  for (const one of records) assert.ok(existsSync(path.join(home, `results/own/runs/${one.id}.json`)));
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
