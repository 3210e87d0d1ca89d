import assert from "node:assert/strict";
import { test } from "node:test";
import { read, scalar, type Values, value } from "alcap/dist/engine";
import type { Batch } from "alcap/dist/model/alcap";
import type { Captioner } from "alcap/dist/model/captioner";
import type { ParamValues } from "alcap/dist/model/params";
import { type AdamW, huggingFaceAdafactor, releasedRecipe } from "alcap/dist/recipe";
import type { Tick } from "alcap/dist/train/fit";
import type { OptimiserState } from "alcap/dist/train/optimiser";
import { captionerStep, freshTraining } from "alcap/dist/train/step";
import type { StepPlan } from "alcap/dist/train/step-plan";
import { tinyBatch, tinyCaptioner as twoLayers } from "../model/tiny";

/** The tiny model with one decoder layer: what is tested here lies in the steps. */
const tinyCaptioner = (...changes: Parameters<typeof twoLayers>): Captioner => {
  const captioner = twoLayers(...changes);
  return { ...captioner, text: { ...captioner.text, decoderLayers: 1 } };
};

const optimiser: AdamW = { name: "adamw", beta1: 0.9, beta2: 0.98, epsilon: 1e-8, weightDecay: 0.01, clipNorm: 1 };
const plan: StepPlan = { optimiser, dropout: 0 };

/** Adam and Adafactor that leave rounding noise as small as it is: a key bias's gradient is nothing else. */
const adam = { optimiser: { ...optimiser, epsilon: 0.01 } };
const factor = { optimiser: { ...huggingFaceAdafactor, epsilonSquare: 1e-4 } };

const tick = (step: number): Values<Tick> => ({
  step: scalar(step),
  learningRate: scalar(0.01),
  key: value(Int32Array.of(9, step), [2]),
});

/** Three steps on three batches from the same weights. */
async function train(captioner: Captioner, changes: Partial<StepPlan> = {}, rows = 6) {
  const all = { ...plan, ...changes };
  const step = captionerStep(captioner, all);
  let state = freshTraining(captioner, all.optimiser, 5);
  const losses: Record<string, number>[] = [];
  for (const at of [1, 2, 3]) {
    const out = await step(state, tinyBatch(captioner, rows, `batch ${at}`) as Values<Batch>, tick(at));
    losses.push(Object.fromEntries(Object.entries(out.losses).map(([name, { data }]) => [name, data[0] ?? Number.NaN])));
    state = out.state;
  }
  const trained = await read(state as Values<OptimiserState>);
  await step.release();
  return { losses, params: trained.params as Record<string, { data: Float32Array }> };
}

type Trained = Awaited<ReturnType<typeof train>>;

const bytes = ({ params }: Trained, drop: RegExp = /^$/) =>
  Object.entries(params)
    .filter(([name]) => !drop.test(name))
    .map(([name, { data }]) => [name, Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64")]);

/** Largest difference of a parameter, relative to the largest magnitude in it. */
function distance(a: Trained, b: Trained): number {
  const each = Object.entries(a.params).map(([name, { data }]) => {
    const other = b.params[name]?.data ?? [];
    const scale = Math.max(...data.map(Math.abs), 1e-3);
    return Math.max(...data.map((x, i) => Math.abs(x - (other[i] ?? Number.NaN)))) / scale;
  });
  return Math.max(...each);
}

const alignment = (changes: Partial<Captioner["recipe"]["alignment"]>) => ({
  alignment: { ...releasedRecipe.alignment, weight: 0.5, ...changes },
});

test("λ = 0 and BART-fusion are the same bytes, also with dropout", async () => {
  const fusion = await train(tinyCaptioner({}, "bart-fusion"), { dropout: 0.2 });
  assert.deepEqual(bytes(await train(tinyCaptioner(alignment({ weight: 0 })), { dropout: 0.2 })), bytes(fusion));
  assert.notDeepEqual(bytes(await train(tinyCaptioner(alignment({})), { dropout: 0.2 }), /contrast/), bytes(fusion));
});

test("a field that does not apply to a method or loss does not change a byte of it", async () => {
  const residual = { fusion: { ...releasedRecipe.fusion, residual: 0.7 } };
  const bart = bytes(await train(tinyCaptioner({}, "bart")));
  assert.deepEqual(bytes(await train(tinyCaptioner({ ...residual, ...alignment({ temperature: 9 }) }, "bart"))), bart);
  const fusion = bytes(await train(tinyCaptioner({}, "bart-fusion")));
  const other = alignment({ loss: "positive-pair", aggregation: "cls", layer: 0, startEpoch: 3 });
  assert.deepEqual(bytes(await train(tinyCaptioner(other, "bart-fusion"))), fusion);
  assert.notDeepEqual(bytes(await train(tinyCaptioner(residual, "bart-fusion"))), fusion);
  const pairs = bytes(await train(tinyCaptioner(alignment({ loss: "positive-pair" }))));
  const asked = alignment({ loss: "positive-pair", temperature: 2, direction: "symmetric", similarity: "dot" });
  assert.deepEqual(bytes(await train(tinyCaptioner(asked))), pairs);
  const cls = bytes(await train(tinyCaptioner(alignment({ aggregation: "cls" }))));
  assert.deepEqual(bytes(await train(tinyCaptioner(alignment({ aggregation: "cls", pooling: "without-padding" })))), cls);
});

test("before its start epoch the alignment moves nothing, not even its own map; from there on it does", async () => {
  const captioner = tinyCaptioner(alignment({ startEpoch: 1 }));
  const never = bytes(await train(captioner, { alignAfter: 3 }));
  const fusion = bytes(await train(tinyCaptioner({}, "bart-fusion")));
  const fresh = freshTraining(captioner, optimiser, 5).params as Trained["params"];
  const map = bytes({ losses: [], params: fresh }).filter(([name]) => name?.startsWith("contrast."));
  assert.equal(map.length, 2);
  assert.deepEqual(new Map(never as [string, string][]), new Map([...fusion, ...map] as [string, string][]));
  for (const microBatch of [undefined, 3]) {
    const second = await train(captioner, { alignAfter: 1, ...(microBatch && { microBatch }) });
    assert.deepEqual(
      second.losses.map(({ alignment: apart }) => apart !== 0),
      [false, true, true],
    );
  }
});

test("micro-batches whose InfoNCE sees the whole batch train as the unsplit step does", async () => {
  for (const recipe of [
    alignment({}),
    { ...alignment({ loss: "positive-pair" as const }), caption: { labelPadding: "ignored" as const } },
  ]) {
    const captioner = tinyCaptioner(recipe);
    for (const change of [adam, factor]) {
      const whole = await train(captioner, change);
      const split = await train(captioner, { ...change, microBatch: 2 });
      assert.ok(distance(whole, split) < 2e-5, `distance ${distance(whole, split)}`);
      for (const [at, losses] of whole.losses.entries())
        for (const [name, loss] of Object.entries(losses))
          assert.ok(Math.abs(loss - (split.losses[at]?.[name] ?? Number.NaN)) < 1e-5 * loss, `${name} before step ${at + 1}`);
    }
  }
});

test("parameters updated one by one train to the bytes of the whole step, also when it starts again from what was read", async () => {
  const captioner = tinyCaptioner(alignment({}));
  for (const change of [{ dropout: 0.2 }, { ...factor, microBatch: 2 }, { microBatch: 3 }]) {
    const whole = await train(captioner, { ...change, update: "whole" });
    const single = await train(captioner, { ...change, update: "by-parameter" });
    assert.deepEqual(bytes(single), bytes(whole));
    assert.deepEqual(single.losses, whole.losses);
  }
  const go = async (from: Values<OptimiserState>, steps: readonly number[]) => {
    const step = captionerStep(captioner, { ...plan, update: "by-parameter" });
    let state = from;
    for (const at of steps) state = (await step(state, tinyBatch(captioner, 6, `batch ${at}`) as Values<Batch>, tick(at))).state;
    const held = await read(state);
    await step.release();
    return held;
  };
  const fresh = () => freshTraining(captioner, optimiser, 5);
  assert.deepEqual(await go(await go(fresh(), [1, 2]), [3]), await go(fresh(), [1, 2, 3]));
});

test("the given pre-trained parameters outlive the training that starts from them", async () => {
  const captioner = tinyCaptioner();
  const given = await read(freshTraining(captioner, optimiser, 8).params as ParamValues);
  const before = bytes({ losses: [], params: given as Trained["params"] });
  const step = captionerStep(captioner, { ...plan, update: "by-parameter" });
  await step(freshTraining(captioner, optimiser, 5, given), tinyBatch(captioner, 6, "batch") as Values<Batch>, tick(1));
  await step.release();
  assert.deepEqual(bytes({ losses: [], params: given as Trained["params"] }), before);
});

test("micro-batches on their own songs alone would be another loss: the whole batch's InfoNCE is larger", async () => {
  const captioner = tinyCaptioner(alignment({}));
  const [whole, alone] = [await train(captioner, { microBatch: 2 }), await train(captioner, {}, 2)];
  assert.ok((whole.losses[0]?.alignment ?? 0) > (alone.losses[0]?.alignment ?? 0) + 0.3);
});

test("with dropout micro-batches give the same bytes again, and other ones than without", async () => {
  const captioner = tinyCaptioner(alignment({}));
  const once = await train(captioner, { microBatch: 3, dropout: 0.2 });
  assert.deepEqual(bytes(await train(captioner, { microBatch: 3, dropout: 0.2 })), bytes(once));
  assert.notDeepEqual(bytes(await train(captioner, { microBatch: 3 })), bytes(once));
});

test("a batch that does not divide is refused", async () => {
  await assert.rejects(train(tinyCaptioner(), { microBatch: 4 }), /6 rows cannot be split into micro-batches of 4/);
});

test("the vocabulary loss in chunks equals the unsplit one in losses and trained weights", async () => {
  const captioner = tinyCaptioner(alignment({}));
  const whole = await train(captioner, adam);
  for (const vocabularyRows of [5, 1000]) {
    const chunked = await train(captioner, { ...adam, vocabularyRows });
    assert.ok(distance(whole, chunked) < 2e-5, `${vocabularyRows} rows: ${distance(whole, chunked)}`);
    const loss = whole.losses[0]?.loss ?? 0;
    assert.ok(Math.abs((chunked.losses[0]?.loss ?? 0) - loss) < 1e-6 * loss);
  }
});
