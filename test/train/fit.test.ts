import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { compile, dropout, read, tf, type Values, value, valueAndGrad } from "alcap/dist/engine";
import { type AdamSlots, adamw, clipScale } from "alcap/dist/train/adamw";
import { checkpointFile } from "alcap/dist/train/checkpoint";
import { type FitTask, fit, type Tick } from "alcap/dist/train/fit";
import { learningRateAt } from "alcap/dist/train/schedule";

type State = { params: Record<string, tf.Tensor>; slots: AdamSlots };
type Batch = { x: tf.Tensor; y: tf.Tensor };

const recipe = { name: "adamw", beta1: 0.9, beta2: 0.98, epsilon: 1e-8, weightDecay: 0.01, clipNorm: 1 } as const;
const zeros = () => ({ weight: value(new Float32Array(6), [3, 2]), bias: value(new Float32Array(2), [2]) });

/** A linear regression with dropout: small, but with every part of a real run. */
function task(): FitTask<State, Batch> {
  const step = compile(
    (state: State, batch: Batch, tick: Tick) => {
      const { loss, grads } = valueAndGrad((p: Record<string, tf.Tensor>) => {
        const x = dropout(batch.x, 0.2, tick.key) as tf.Tensor2D;
        const guess = tf.add(tf.matMul(x, p.weight as tf.Tensor2D), p.bias as tf.Tensor);
        return tf.mean(tf.square(tf.sub(guess, batch.y))) as tf.Scalar;
      }, state.params);
      return { state: adamw(state.params, grads, state.slots, tick.step, tick.learningRate, recipe), losses: { loss } };
    },
    { resident: "state" },
  );
  const batch = (at: number): Values<Batch> => ({
    x: value(
      Float32Array.from({ length: 12 }, (_, i) => Math.sin(at * 7 + i)),
      [4, 3],
    ),
    y: value(
      Float32Array.from({ length: 8 }, (_, i) => Math.cos(at * 7 + i)),
      [4, 2],
    ),
  });
  const initial = (): Values<State> => ({ params: zeros(), slots: { m: zeros(), v: zeros() } });
  const score = async ({ params }: Values<State>) => params.bias?.data[0] ?? Number.NaN;
  return {
    step,
    initial,
    batch,
    steps: 12,
    perEpoch: 12,
    schedule: { peak: 0.1, warmupSteps: 3, after: "linear" },
    seed: 5,
    evaluate: { every: 4, score: async (state) => score(await read(state)) },
  };
}

test("stopped after any step and started again, a run ends with the bytes of one that ran through", async () => {
  const whole = await fit(task());
  const folder = mkdtempSync(path.join(tmpdir(), "alcap-fit-"));
  try {
    for (const stopAfter of [1, 5, 8, 11]) {
      const store = checkpointFile<Values<State>>(path.join(folder, `${stopAfter}.safetensors`), "a recipe");
      const stopping = { ...task(), checkpoint: { store, every: 2 } };
      const stop = (done: number) => {
        if (done === stopAfter) throw new Error("stopped");
      };
      await assert.rejects(fit(stopping, stop), /stopped/);
      const resumed = await fit({ ...task(), checkpoint: { store, every: 2 } });
      assert.deepEqual(plain(resumed), plain(whole), `stopped after step ${stopAfter}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** Data only, so that records with and without prototypes compare equal. */
const plain = (tree: unknown): unknown => JSON.parse(JSON.stringify(tree));

test("a resumed run takes its means in the order of one that ran through, wherever its tensors lay in the file", async () => {
  type State = Record<string, tf.Tensor>;
  const start = () =>
    Object.fromEntries(
      ["a", "b", "c", "d", "e", "f", "g", "h"].map((name, at) => {
        const data = Float32Array.from({ length: 1002 }, (_, i) => Math.abs(Math.sin(1.7 * i + at)) + 0.01);
        return [name, value(data, [1002])]; // in the file every other one begins at an odd multiple of 8 bytes
      }),
    );
  const halved = (x: tf.Tensor) => tf.add(tf.mul(x, 0.5), tf.mean(x));
  const task = (): FitTask<State, State> => ({
    step: compile(
      (state: State) => ({
        state: Object.fromEntries(Object.entries(state).map(([name, x]) => [name, halved(x)])),
        losses: { loss: tf.mean(state.a as tf.Tensor) },
      }),
      { resident: "state" },
    ),
    initial: start,
    batch: () => ({}),
    steps: 3,
    perEpoch: 3,
    schedule: { peak: 0.1, warmupSteps: 3, after: "linear" },
    seed: 5,
  });
  const whole = await fit(task());
  const folder = mkdtempSync(path.join(tmpdir(), "alcap-fit-"));
  try {
    const store = checkpointFile<Values<State>>(path.join(folder, "checkpoint.safetensors"), "a recipe");
    await fit({ ...task(), steps: 1, checkpoint: { store, every: 1 } });
    const resumed = await fit({ ...task(), checkpoint: { store, every: 3 } });
    assert.deepEqual(resumed.state, whole.state);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("a loss or a state that is not finite stops the training, names its step and keeps the checkpoint before", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "alcap-fit-"));
  const { batch } = task();
  const huge = value(new Float32Array(8).fill(1e38), [4, 2]);
  const spoilt = (at: number): Values<Batch> => (at === 6 ? { ...batch(at), y: huge } : batch(at));
  const cases: [Partial<FitTask<State, Batch>>, RegExp, number | undefined][] = [
    [
      { batch: spoilt },
      /loss \(loss Infinity\) is not finite at step 7\. The last good checkpoint is .*0\.safetensors, after step 6\. /,
      6,
    ],
    [{ evaluate: { every: 4, score: async () => Number.NaN } }, /held-out loss is not finite at step 4\. .*after step 2\. /, 2],
    [
      {
        schedule: { peak: Number.NaN, warmupSteps: 0, after: "constant" },
        steps: 1,
        evaluate: { every: 1, score: async () => 1 },
      },
      /state is not finite at step 1\. Lower the/,
      undefined,
    ],
  ];
  try {
    for (const [at, [changes, message, kept]] of cases.entries()) {
      const store = checkpointFile<Values<State>>(path.join(folder, `${at}.safetensors`), "a recipe");
      await assert.rejects(fit({ ...task(), checkpoint: { store, every: 2 }, ...changes }), { code: "data", message });
      assert.equal(store.load()?.step, kept);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a checkpoint of another recipe is refused", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "alcap-fit-"));
  const file = path.join(folder, "checkpoint.safetensors");
  try {
    await fit({ ...task(), steps: 2, checkpoint: { store: checkpointFile<Values<State>>(file, "one"), every: 1 } });
    assert.throws(() => checkpointFile(file, "another").load(), /another recipe/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("AdamW's first step by hand: the learning rate in the gradient's direction, and decay of matrices only", () => {
  const params = { weight: tf.tensor2d([2], [1, 1]), bias: tf.tensor1d([2]) };
  const grads = { weight: tf.tensor2d([0.3], [1, 1]), bias: tf.tensor1d([-0.3]) };
  const slots = { m: { weight: tf.zeros([1, 1]), bias: tf.zeros([1]) }, v: { weight: tf.zeros([1, 1]), bias: tf.zeros([1]) } };
  const next = adamw(params, grads, slots, tf.scalar(1), tf.scalar(0.1), recipe).params;
  assert.ok(Math.abs((next.weight?.dataSync()[0] ?? 0) - (2 * (1 - 0.1 * 0.01) - 0.1)) < 1e-5);
  assert.ok(Math.abs((next.bias?.dataSync()[0] ?? 0) - 2.1) < 1e-5);
});

test("gradients are scaled together to the bound, and left alone below it", () => {
  const scale = (limit: number) => clipScale({ a: tf.tensor1d([3]), b: tf.tensor1d([4]) }, limit).dataSync()[0] ?? 0;
  assert.ok(Math.abs(scale(1) - 0.2) < 1e-6);
  assert.equal(scale(10), 1);
});

test("the learning rate rises over the warm-up and falls to nothing", () => {
  const at = (step: number) => learningRateAt({ peak: 1, warmupSteps: 4, after: "linear" }, step, 12, 12);
  assert.deepEqual([at(0), at(3), at(4), at(8), at(11)], [0.25, 1, 1, 0.5, 0.125]);
  assert.equal(learningRateAt({ peak: 1, warmupSteps: 0, after: "constant" }, 11, 12, 12), 1);
});
