import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import type { CaptionValues } from "alcap/dist/data/text/batch";
import { huggingFaceAdafactor, releasedRecipe } from "alcap/dist/recipe";
import { type TaskRows, type TrainingTask, train } from "alcap/dist/train/trainer";
import { tinyBatch, tinyCaptioner } from "../model/tiny";

const home = mkdtempSync(path.join(tmpdir(), "alcap-trainer-"));
after(() => rmSync(home, { recursive: true, force: true }));

const captioner = tinyCaptioner({ caption: { ...releasedRecipe.caption, labelPadding: "ignored" } });
const rowsOf = (name: string, length: number): TaskRows => ({
  length,
  batch: (rows, at) => tinyBatch(captioner, rows.length, `${name} ${at}`) as CaptionValues,
});
const task = (name: string, changes: Partial<TrainingTask["plan"]> = {}): TrainingTask => ({
  captioner,
  plan: {
    batch: 6,
    epochs: 2,
    schedule: { peak: 1e-6, warmupSteps: 0, after: { factor: 0.5, everyEpochs: 1 } },
    optimiser: huggingFaceAdafactor,
    ...changes,
  },
  seed: 3,
  train: rowsOf("train", 18),
  validation: rowsOf("held out", 8),
  file: path.join(home, name, "model.safetensors"),
  recipe: "a recipe",
});

test("the held-out loss in micro-batches is that of whole batches, each an average over its own positions", async () => {
  const whole = await train(task("whole"));
  const split = await train(task("split", { microBatch: 2 }));
  assert.deepEqual(
    whole.curve.evaluations.map(({ step }) => step),
    [3, 6],
  );
  for (const [at, { score }] of whole.curve.evaluations.entries())
    assert.ok(Math.abs(score - (split.curve.evaluations[at]?.score ?? Number.NaN)) < 2e-6 * score);
});

test("what was trained is read where it is there for the same recipe, and nothing is left of its checkpoint", async () => {
  const made = await train(task("once"));
  assert.ok(!existsSync(path.join(home, "once", "checkpoint.safetensors")));
  const again = await train({ ...task("once"), train: rowsOf("none", 0) });
  assert.deepEqual([again.best, again.curve], [made.best, made.curve]);
  await assert.rejects(train({ ...task("once"), recipe: "another" }), {
    code: "weights",
    message: /was trained by another recipe/,
  });
});

test("a trained file that is damaged is made again, to the byte", async (t) => {
  const { file } = task("damaged");
  await train(task("damaged"));
  const bytes = readFileSync(file);
  const told = t.mock.method(console, "warn", () => {});
  truncateSync(file, bytes.length / 2);
  await train(task("damaged"));
  assert.deepEqual(readFileSync(file), bytes);
  assert.match(String(told.mock.calls[0]?.arguments[0]), new RegExp(`${file} is damaged`));
});

test("evaluations come as often as the task says, or by the plan's epochs", async () => {
  const steps = async (name: string, changes: Partial<TrainingTask>) =>
    (await train({ ...task(name), ...changes })).curve.evaluations.map(({ step }) => step);
  assert.deepEqual(await steps("often", { evaluateSteps: 2 }), [2, 4, 6]);
  assert.deepEqual(await steps("seldom", { plan: { ...task("seldom").plan, evaluateEvery: 2 } }), [6]);
});
