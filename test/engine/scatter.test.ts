import assert from "node:assert/strict";
import { test } from "node:test";
import { tf, value, valueAndGrad } from "alcap/dist/engine";
import { onnx } from "./helpers";

const ROWS = 1664;
const WIDTH = 128;
const TABLE = 2000;

test("scatter-add with heavily repeated indices is exact on two threads, every time", async () => {
  const ids = Int32Array.from({ length: ROWS }, (_, i) => (i * 7) % 23);
  const updates = Float32Array.from({ length: ROWS * WIDTH }, (_, i) => 1 + (i % 5));
  const expected = new Float32Array(TABLE * WIDTH);
  updates.forEach((x, i) => {
    expected[ids[Math.floor(i / WIDTH)]! * WIDTH + (i % WIDTH)]! += x;
  });
  // Three ways to the same sums: segment sum, scatterND, and the gradient of an embedding lookup.
  const f = onnx((table: tf.Tensor, index: tf.Tensor, x: tf.Tensor) => ({
    segments: tf.unsortedSegmentSum(x, index as tf.Tensor1D, TABLE),
    scattered: tf.scatterND(tf.reshape(index, [ROWS, 1]), x, [TABLE, WIDTH]),
    gradient: valueAndGrad((p: { table: tf.Tensor }) => tf.sum(tf.mul(tf.gather(p.table, index as tf.Tensor1D), x)), { table })
      .grads.table,
  }));
  const inputs = [
    value(new Float32Array(TABLE * WIDTH), [TABLE, WIDTH]),
    value(ids, [ROWS]),
    value(updates, [ROWS, WIDTH]),
  ] as const;
  for (let run = 0; run < 30; run++) {
    const out = await f(...inputs);
    for (const sums of Object.values(out))
      assert.ok(
        expected.every((x, i) => x === sums.data[i]),
        `run ${run}`,
      );
  }
  await f.release();
});
