import assert from "node:assert/strict";
import { test } from "node:test";
import { compile, settings, tf, value } from "alcap/dist/engine";
import { draw } from "./helpers";

const opsOf = (compiled: { describe(): { graphs: readonly { ops?: unknown }[] } }) =>
  (compiled.describe().graphs[0]?.ops ?? {}) as Readonly<Record<string, number>>;

test("a wide product's left operand is transposed before it, a narrow one's in it; each column is the same to the bit", async () => {
  const product = (a: tf.Tensor, b: tf.Tensor) => tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D, true, false);
  const [wide, narrow] = [compile(product), compile(product)];
  const [K, M, N, part] = [300, 70, 512, 64];
  const a = draw("a", { shape: [K, M] });
  const b = draw("b", { shape: [K, N] });
  const few = value(
    Float32Array.from({ length: K * part }, (_, i) => b.data[Math.floor(i / part) * N + (i % part)]!),
    [K, part],
  );
  const [whole, columns] = [await wide(a, b), await narrow(a, few)];
  assert.deepEqual(opsOf(wide), { Transpose: 1, MatMul: 1 });
  assert.deepEqual(opsOf(narrow), { Gemm: 1 });
  columns.data.forEach((x, i) => {
    assert.equal(whole.data[Math.floor(i / part) * N + (i % part)], x);
  });
  await wide.release();
  await narrow.release();
});

test("rows added to a large matrix go into it, not into zeros first; a row named twice is added twice", async () => {
  const [rows, width] = [2 ** 18, 64]; // 2 ** 24 elements
  const places = (x: tf.Tensor) => x as tf.Tensor1D;
  const f = compile((matrix: tf.Tensor, index: tf.Tensor, more: tf.Tensor) => ({
    sum: tf.addN([tf.unsortedSegmentSum(more, places(index), rows), matrix, tf.unsortedSegmentSum(more, places(index), rows)]),
    difference: tf.sub(matrix, tf.unsortedSegmentSum(more, places(index), rows)),
  }));
  const index = value(Int32Array.of(5, rows - 1, 5), [3]);
  const more = value(
    Float32Array.from({ length: 3 * width }, (_, i) => 1 + Math.floor(i / width)),
    [3, width],
  );
  const { sum, difference } = await f(value(new Float32Array(rows * width).fill(10), [rows, width]), index, more);
  const row = (of: typeof sum, at: number) => [...new Set(of.data.subarray(at * width, (at + 1) * width))];
  assert.deepEqual([row(sum, 4), row(sum, 5), row(sum, rows - 1)], [[10], [18], [14]]);
  assert.deepEqual([row(difference, 4), row(difference, 5), row(difference, rows - 1)], [[10], [6], [8]]);
  if (settings().threads === 1) assert.deepEqual([opsOf(f).ScatterND, opsOf(f).Add, opsOf(f).Expand], [3, undefined, undefined]);
  await f.release();
});
