import assert from "node:assert/strict";
import { test } from "node:test";
import { collectGarbage, read, tf, type Value, value, valueAndGrad } from "alcap/dist/engine";
import { onnx, relativeL2 } from "./helpers";
import { type Batch, initialParams, initialState, loss, makeBatch, type Params, step } from "./transformer";

const gradients = (p: Params, b: Batch) => valueAndGrad((q: Params) => loss(q, b), p);

test("every gradient of a fused transformer agrees with the oracle", async () => {
  const [fast, slow] = [onnx(gradients, { name: "gradients" }), onnx(gradients, { engine: "js" })];
  const inputs = [initialParams(), makeBatch("a", 1)] as const;
  const [got, want] = [await fast(...inputs), await slow(...inputs)];
  assert.ok(relativeL2(got.loss, want.loss) < 1e-6);
  const names = Object.keys(want.grads);
  assert.equal(names.length, 54);
  for (const name of names) {
    // A key bias shifts all scores of a query alike, which softmax ignores: its gradient is zero but for rounding.
    if (name.endsWith(".k.bias")) {
      const largest = Math.max(...[...got.grads[name]!.data].map(Math.abs));
      assert.ok(largest < 1e-6, `${name}: ${largest}`);
      continue;
    }
    assert.ok(
      want.grads[name]!.data.some((x) => Math.abs(x) > 1e-6),
      `${name} has no gradient`,
    );
    const off = relativeL2(got.grads[name]!, want.grads[name]!);
    assert.ok(off < 1e-4, `gradient of ${name} off by ${off}`);
  }
  await fast.release();
});

/** Ten steps from the same start on a compiled function of its own: losses and final state. */
async function train(steps: number): Promise<{ losses: number[]; state: Value[] }> {
  const compiled = onnx(step, { resident: "state" });
  const losses: number[] = [];
  let state: Awaited<ReturnType<typeof compiled>>["state"] = initialState();
  for (let i = 0; i < steps; i++) {
    const out = await compiled(state, makeBatch(`b${i % 2}`, i));
    state = out.state;
    losses.push(out.loss.data[0]!);
  }
  const copy = await read(state);
  await compiled.release();
  return { losses, state: [...Object.values(copy.params), ...Object.values(copy.m), ...Object.values(copy.v), copy.t] };
}

for (const steps of [1, 10])
  test(`${steps} training ${steps === 1 ? "step" : "steps"} on two threads, run twice, give the same bytes`, async () => {
    const [one, two] = [await train(steps), await train(steps)];
    assert.deepEqual(one, two);
    assert.ok(one.losses.every(Number.isFinite));
  });

test("training lowers the loss", async () => {
  const { losses } = await train(40);
  assert.ok(losses.at(-1)! < 0.6 * losses[0]!, `${losses[0]} → ${losses.at(-1)}`);
});

test("ten steps follow the oracle's", async () => {
  const follow = async (engine: "onnx" | "js"): Promise<number[]> => {
    const compiled = onnx(step, { resident: "state", engine });
    const losses: number[] = [];
    let state: Awaited<ReturnType<typeof compiled>>["state"] = initialState();
    for (let i = 0; i < 10; i++) {
      const out = await compiled(state, makeBatch("c", i));
      state = out.state;
      losses.push(out.loss.data[0]!);
    }
    await compiled.release();
    return losses;
  };
  const [fast, slow] = [await follow("onnx"), await follow("js")];
  // Adam turns the rounding in a key bias's zero gradient into whole steps, which the loss does not feel.
  for (const [i, x] of slow.entries()) assert.ok(Math.abs(fast[i]! - x) < 2e-4 * x, `step ${i}: ${fast[i]} and ${x}`);
});

test("a compiled function keeps no result alive", async () => {
  const twice = onnx((x: tf.Tensor) => tf.mul(x, 2), { keepsMemory: false });
  const run = async () => new WeakRef((await twice(value(Float32Array.of(1, 2), [2]))).data);
  const result = await run();
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  assert.equal(result.deref(), undefined);
  await twice.release();
});
