import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { bartNoise } from "alcap/dist/data/text/denoise";
import { loadTokeniser, trainBpe } from "alcap/dist/data/text/tokeniser";
import { type DenoisingTask, denoise } from "alcap/dist/experiment/pretrain/denoising";
import { bartParams } from "alcap/dist/model/bart";
import type { Captioner } from "alcap/dist/model/captioner";
import { huggingFaceAdafactor } from "alcap/dist/recipe";
import { freshTraining } from "alcap/dist/train/step";
import { tinyCaptioner } from "../../model/tiny";

const whos = ["rain", "river", "night", "city", "child", "bird"];
const verbs = ["falls", "waits", "sings", "burns"];
const sentence = (i: number) => `The ${whos[i % 6]} ${verbs[i % 4]} near the ${whos[(i * 5 + 1) % 6]}.`;
const texts = Array.from({ length: 48 }, (_, i) => `${sentence(i)} ${sentence(i + 7)}`);

test("denoising pre-training learns, is made once, and is where every method starts", async () => {
  const tokeniser = loadTokeniser(trainBpe(texts, { vocabSize: 300 }));
  const { vocabulary: _, ...shape } = tinyCaptioner().text;
  const folder = mkdtempSync(path.join(tmpdir(), "alcap-pretrain-"));
  const task: DenoisingTask = {
    texts,
    heldOut: texts.slice(0, 8).map((text) => text.replace("near", "by")),
    tokeniser,
    shape: { ...shape, width: 32, inner: 64 },
    plan: {
      batch: 8,
      epochs: 10,
      tokens: 24,
      noise: bartNoise,
      optimiser: { name: "adamw", beta1: 0.9, beta2: 0.98, epsilon: 1e-8, weightDecay: 0.01, clipNorm: 1 },
      schedule: { peak: 0.01, warmupSteps: 5, after: "linear" },
      dropout: 0.1,
    },
    seed: 4,
    recipe: "a recipe",
    file: path.join(folder, "pretrained.safetensors"),
  };
  try {
    const made = await denoise(task);
    const [first, last] = [made.curve.evaluations[0]?.score ?? 0, made.best.score];
    assert.ok(last < 0.75 * first && first < 6, `held-out loss ${first}, then ${last}`);
    const { mtimeMs } = statSync(task.file);
    const again = await denoise(task);
    assert.equal(statSync(task.file).mtimeMs, mtimeMs);
    assert.deepEqual([again.best, Object.keys(again.params).sort()], [made.best, Object.keys(made.params).sort()]);
    await assert.rejects(denoise({ ...task, recipe: "another" }), /was trained by another recipe/);

    const text = { ...task.shape, vocabulary: tokeniser.vocabSize };
    for (const method of ["bart", "bart-fusion", "alcap"] as const) {
      const captioner: Captioner = { ...tinyCaptioner({}, method), text };
      const { params } = freshTraining(captioner, huggingFaceAdafactor, 1, made.params);
      for (const name of Object.keys(bartParams(text))) assert.deepEqual(params[name]?.data, made.params[name]?.data, name);
      assert.equal("model.encoder._linear_1.weight" in params, method !== "bart");
    }
    assert.throws(() => freshTraining(tinyCaptioner(), huggingFaceAdafactor, 1, made.params), /"model.shared.weight" has shape/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
