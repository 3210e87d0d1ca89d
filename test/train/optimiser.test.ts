import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { compile, read, scalar, tf, value, valueAndGrad } from "alcap/dist/engine";
import { paperPreset } from "alcap/dist/experiment/preset/paper";
import { type Batch, objective } from "alcap/dist/model/alcap";
import type { Params, ParamValues } from "alcap/dist/model/params";
import { loadWeights } from "alcap/dist/model/weights";
import { type AdamW, huggingFaceAdafactor } from "alcap/dist/recipe";
import { adafactor } from "alcap/dist/train/adafactor";
import { inPlaceUpdate } from "alcap/dist/train/in-place";
import { freshSlots, type OptimiserState, optimise, optimiseSome, type Pace } from "alcap/dist/train/optimiser";
import { learningRateAt } from "alcap/dist/train/schedule";
import type { ModelFixture } from "alcap/dist/verify/model";
import { type OptimiserFixture, optimiserParity } from "alcap/dist/verify/optimiser";
import { tinyBatch, tinyCaptioner, tinyParams, torchReference, withoutTorch } from "../model/tiny";
import { fixture } from "../shared";

test("three Adafactor steps equal the reference: losses and parameter norms", async () => {
  const read = (name: string) => JSON.parse(readFileSync(fixture("model", name), "utf8")) as unknown;
  const weights = (await loadWeights(fixture("model", "alcap-tiny.safetensors"))).tensors;
  const optimiser = read("adafactor-tiny.json") as OptimiserFixture;
  const parity = await optimiserParity(optimiser, read("alcap-tiny.json") as ModelFixture, weights);
  assert.ok(parity.losses < 1e-5, `losses ${parity.losses}`);
  assert.ok(parity.parameterNorms < 5e-5, `norms ${parity.parameterNorms}`);
});

test("Adafactor equals the same written out in PyTorch, over four steps", { skip: withoutTorch }, async () => {
  const captioner = tinyCaptioner();
  const params = tinyParams(captioner);
  const batch = tinyBatch(captioner, 4);
  // Key biases' gradients are rounding noise, which Adafactor would scale to full steps.
  const trained = Object.keys(params).filter((name) => !/k_proj\.bias|_linear_1\.bias|in_proj_bias/.test(name));
  const learningRate = 0.01;
  const { adafactor: expected } = torchReference(captioner, params, batch, { adafactor: { steps: 4, learningRate, trained } });
  const some = Object.fromEntries(Object.entries(params).filter(([name]) => trained.includes(name)));
  const rest = Object.fromEntries(Object.entries(params).filter(([name]) => !trained.includes(name)));
  const step = compile((state: OptimiserState, fixed: Params, inputs: Batch, pace: Pace) => {
    const { loss, grads } = valueAndGrad((p: Params) => objective({ ...p, ...fixed }, captioner, inputs).loss, state.params);
    return { state: optimise(huggingFaceAdafactor, state, grads, pace), loss };
  });
  let state = { params: some, slots: freshSlots(huggingFaceAdafactor, some) };
  for (const [at, loss] of expected.losses.entries()) {
    const out = await step(state, rest, batch, { step: scalar(at + 1), learningRate: scalar(learningRate) });
    const ours = out.loss.data[0] ?? Number.NaN;
    assert.ok(Math.abs(ours - loss) < 1e-5 * loss, `loss before step ${at + 1}: ${ours} and ${loss}`);
    state = out.state as typeof state;
  }
  await step.release();
  for (const [name, norm] of Object.entries(expected.norms)) {
    const ours = Math.hypot(...(state.params[name]?.data ?? []));
    assert.ok(Math.abs(ours - norm) < 1e-5 * norm, `${name}: ${ours} and ${norm}`);
  }
});

test("Adafactor's first step by hand: a vector moves by the rate times its size, whatever the gradient's", () => {
  const params = { bias: tf.tensor1d([3, 4]) };
  const slots = { row: {}, column: {}, whole: { bias: tf.zeros([2]) } };
  const grads = { bias: tf.tensor1d([1e-4, -50]) };
  const next = adafactor(params, grads, slots, tf.scalar(1), tf.scalar(0.1), huggingFaceAdafactor);
  const move = 0.1 * Math.sqrt(25 / 2);
  const [a = 0, b = 0] = next.params.bias?.dataSync() ?? [];
  assert.ok(Math.abs(a - (3 - move)) < 1e-5 && Math.abs(b - (4 + move)) < 1e-5);
  const plain = adafactor(params, grads, slots, tf.scalar(1), tf.scalar(0.1), {
    ...huggingFaceAdafactor,
    scaleParameter: false,
    weightDecay: 0.5,
  });
  assert.ok(Math.abs((plain.params.bias?.dataSync()[0] ?? 0) - (3 - 3 * 0.05 - 0.1)) < 1e-5);
});

test("a parameter that never had a gradient stays where it is", () => {
  const params = { weight: tf.tensor2d([1, 2, 3, 4], [2, 2]) };
  const slots = { row: { weight: tf.zeros([2]) }, column: { weight: tf.zeros([2]) }, whole: {} };
  const next = adafactor(params, { weight: tf.zeros([2, 2]) }, slots, tf.scalar(1), tf.scalar(0.1), huggingFaceAdafactor);
  assert.deepEqual([...(next.params.weight?.dataSync() ?? [])], [1, 2, 3, 4]);
});

test("slots of another optimiser and unknown optimisers are refused", () => {
  const params = { bias: tf.tensor1d([1]) };
  const pace = { step: tf.scalar(1), learningRate: tf.scalar(1) };
  const adam: AdamW = { name: "adamw", beta1: 0.9, beta2: 0.98, epsilon: 1e-8, weightDecay: 0, clipNorm: 1 };
  const state = { params, slots: { row: {}, column: {}, whole: params } };
  assert.throws(() => optimise(adam, state, params, pace), /does not belong to the optimiser "adamw"/);
  assert.throws(() => freshSlots({ ...adam, name: "sgd" } as unknown as AdamW, {}), /"sgd"/);
});

test("the released schedule is built and never stepped; stepped, it falls tenfold every ten epochs", () => {
  const { schedule } = paperPreset("released").captioning;
  const at = (step: number, after = schedule.after) => learningRateAt({ ...schedule, after }, step, 2000, 100);
  const stepped = { factor: 0.1, everyEpochs: 10 };
  assert.deepEqual([at(0), at(1999)], [5e-5, 5e-5]);
  assert.ok(Math.abs(at(999, stepped) - 5e-5) < 1e-12 && Math.abs(at(1000, stepped) - 5e-6) < 1e-12);
});

test("parameter by parameter and in pieces, the optimisers give the bytes of one graph and leave plain state alone", async () => {
  const draw = (size: number, seed: number) => Float32Array.from({ length: size }, (_, i) => Math.sin(i * 7 + seed));
  const tensors = (seed: number): ParamValues => ({
    table: value(draw(40, seed), [8, 5]),
    deep: value(draw(24, seed + 1), [2, 3, 4]),
    bias: value(draw(17, seed + 2), [17]),
    "contrast.fc.bias": value(draw(3, seed + 3), [3]),
  });
  const moves = (name: string) => !name.startsWith("contrast.");
  const adam: AdamW = { name: "adamw", beta1: 0.9, beta2: 0.98, epsilon: 1e-8, weightDecay: 0.01, clipNorm: 1 };
  for (const recipe of [adam, { ...adam, clipNorm: 1e9, weightDecay: 0 }, huggingFaceAdafactor]) {
    const graph = compile((state: OptimiserState, grads: Params, pace: Pace) => optimiseSome(recipe, state, grads, pace, moves));
    const inPlace = inPlaceUpdate({ optimiser: recipe }, moves);
    const start = { params: tensors(1), slots: freshSlots(recipe, tensors(1)) };
    let [whole, pieces] = [start, start];
    for (const at of [1, 2, 3]) {
      const tick = { step: scalar(at), learningRate: scalar(0.01), key: value(Int32Array.of(0, at), [2]) };
      const { key: _, ...pace } = tick;
      whole = (await graph(whole, tensors(at), pace)) as typeof start;
      const next = await inPlace(pieces, tensors(at), tick);
      if (at > 1) assert.throws(() => pieces.params.table?.data, /params\.table was handed to a later step/);
      pieces = next as typeof start;
      assert.deepEqual(await read(pieces), whole, `${recipe.name}, step ${at}`);
    }
    assert.deepEqual(start.params, tensors(1));
    await graph.release();
    await inPlace.release();
  }
});
