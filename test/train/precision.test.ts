import assert from "node:assert/strict";
import { test } from "node:test";
import { read, scalar, tf, type Values, value } from "alcap/dist/engine";
import type { Batch } from "alcap/dist/model/alcap";
import { type AdamW, huggingFaceAdafactor } from "alcap/dist/recipe";
import type { Tick } from "alcap/dist/train/fit";
import type { OptimiserState } from "alcap/dist/train/optimiser";
import { mixedPrecision, scaledValueAndGrad } from "alcap/dist/train/precision";
import { captionerStep, freshTraining } from "alcap/dist/train/step";
import type { StepPlan } from "alcap/dist/train/step-plan";
import { onnx } from "../engine/helpers";
import { tinyBatch, tinyCaptioner } from "../model/tiny";

const adam: AdamW = { name: "adamw", beta1: 0.9, beta2: 0.98, epsilon: 0.01, weightDecay: 0.01, clipNorm: 1 };
const captioner = tinyCaptioner();
const tick = (step: number): Values<Tick> => ({
  step: scalar(step),
  learningRate: scalar(0.01),
  key: value(Int32Array.of(9, step), [2]),
});

/** Steps on batches of their own; losses before each, and the state after all, on the host. */
async function train(changes: Partial<StepPlan>, steps = 6) {
  const plan: StepPlan = { optimiser: adam, dropout: 0, ...changes };
  const step = captionerStep(captioner, plan);
  let state = freshTraining(captioner, plan.optimiser, 5);
  const losses: number[] = [];
  for (let at = 1; at <= steps; at++) {
    const out = await step(state, tinyBatch(captioner, 6, `batch ${at}`) as Values<Batch>, tick(at));
    losses.push(out.losses.loss.data[0] ?? Number.NaN);
    state = out.state;
  }
  const held = await read(state as Values<OptimiserState>);
  await step.release();
  return { losses, state: held };
}

const precision = mixedPrecision;
const apart = (a: readonly number[], b: readonly number[]) =>
  Math.max(...a.map((x, i) => Math.abs(x - (b[i] ?? Number.NaN)) / x));

for (const [name, form] of Object.entries({
  "in one graph": {},
  "in micro-batches": { microBatch: 2 },
  "parameter by parameter": { update: "by-parameter" },
  "by Adafactor": { optimiser: { ...huggingFaceAdafactor, epsilonSquare: 1e-4 }, update: "by-parameter", microBatch: 3 },
} satisfies Record<string, Partial<StepPlan>>))
  test(`mixed precision ${name} follows float32 within half a percent of the loss, and is not float32`, async () => {
    const [exact, mixed] = [await train(form), await train({ ...form, precision })];
    assert.ok(apart(exact.losses, mixed.losses) < 5e-3, `${apart(exact.losses, mixed.losses)}`);
    assert.notDeepEqual(mixed.losses, exact.losses);
    assert.ok((mixed.losses.at(-1) ?? 9) < (mixed.losses[0] ?? 0), "it learns");
  });

test("gradients through a scaled loss are the gradients, and small ones survive float16 by it alone", async () => {
  const gradient = (lossScale: number | undefined) => {
    const loss = ({ w }: { w: tf.Tensor }) => ({
      loss: tf.mul(tf.sum(tf.matMul(w as tf.Tensor2D, tf.ones([3, 2]))), 1e-8) as tf.Scalar,
    });
    const run = onnx(
      (params: { w: tf.Tensor }) =>
        scaledValueAndGrad(loss, params, lossScale === undefined ? undefined : { products: "float16", lossScale }),
      lossScale === undefined ? {} : { products: "float16" },
    );
    return run({ w: value(new Float32Array(6).fill(0.5), [2, 3]) });
  };
  const [exact, lost, scaled] = [await gradient(undefined), await gradient(1), await gradient(2 ** 14)];
  assert.ok(Math.abs((scaled.grads.w.data[0] ?? 0) / (exact.grads.w.data[0] ?? 1) - 1) < 2e-3);
  assert.ok(Math.abs((scaled.loss.data[0] ?? 0) / (exact.loss.data[0] ?? 1) - 1) < 1e-3);
  assert.equal(lost.grads.w.data[0], 0);
});

for (const update of ["whole", "by-parameter"] as const)
  test(`a step whose gradients overflow moves nothing, ${update}`, async () => {
    const fresh = await read(freshTraining(captioner, adam, 5) as Values<OptimiserState>);
    const overflown = await train({ update, precision: { ...precision, lossScale: 2 ** 60 } }, 2);
    assert.deepEqual(overflown.state, fresh);
    assert.notDeepEqual((await train({ update, precision }, 2)).state, fresh);
  });

test("an engine without float16 products says so", () => {
  const plan: StepPlan = { optimiser: adam, dropout: 0, precision };
  assert.throws(() => captionerStep(captioner, plan, { engine: "js" }), /no float16 products.*precision float32/s);
});
