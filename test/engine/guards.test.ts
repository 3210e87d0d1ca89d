import assert from "node:assert/strict";
import { test } from "node:test";
import { compile, dropout, scope, tf, type Value, value } from "alcap/dist/engine";
import { onnx } from "./helpers";

const x: Value = value(Float32Array.of(1, 2, 3), [3]);
type Fn = (x: tf.Tensor) => tf.Tensor;
void tf.setBackend("cpu");

async function fails(fn: Fn, pattern: RegExp): Promise<void> {
  const before = tf.getBackend();
  await assert.rejects(onnx(fn, { name: "f" })(x), (error: Error) => {
    assert.equal(error.name, "AlcapError", error.stack);
    assert.match(error.message, pattern);
    return true;
  });
  assert.equal(tf.getBackend(), before);
  assert.ok(Math.random() < 1);
}

const RANDOM: Record<string, Fn> = {
  randomUniform: (t) => tf.add(t, tf.randomUniform([3])),
  randomNormal: (t) => tf.add(t, tf.randomNormal([3])),
  truncatedNormal: (t) => tf.add(t, tf.truncatedNormal([3], 0, 1, "float32", 7)),
  randomGamma: (t) => tf.add(t, tf.randomGamma([3], 1, 1, "float32", 7)),
  rand: (t) =>
    tf.add(
      t,
      tf.rand([3], () => 0.5),
    ),
  dropout: (t) => tf.dropout(t, 0.5, undefined, 7),
  multinomial: (t) => tf.multinomial(t as tf.Tensor1D, 2, 7),
};
for (const [op, fn] of Object.entries(RANDOM))
  test(`${op} inside a compiled function is refused by name`, () =>
    fails(fn, new RegExp(`tf\\.${op} is called inside a compiled function`)));

test("a seeded random op is refused as well", () =>
  fails((t) => tf.add(t, tf.randomUniform([3], 0, 1, "float32", 42)), /tf\.randomUniform is called inside/));

test("Math.random inside a compiled function is refused", () =>
  fails((t) => tf.mul(t, Math.random()), /Math\.random is called inside a compiled function/));

const READS: Record<string, Fn> = {
  dataSync: (t) => tf.mul(t, t.dataSync()[0]!),
  arraySync: (t) => tf.tensor(t.arraySync() as number[]),
  print: (t) => {
    t.print();
    return t;
  },
};
for (const [method, fn] of Object.entries(READS))
  test(`${method} inside a compiled function is refused by name`, () =>
    fails(fn, new RegExp(`${method} reads a tensor's values`)));

test("an op without a rule is refused with its kernel and its scope", () =>
  fails(
    (t) => scope("mel", () => scope("frames", () => tf.abs(tf.spectral.rfft(t as tf.Tensor1D)))),
    /\(kernel \w+\) cannot be compiled \(in mel\/frames\)/,
  ));

test("a large array is refused, also a regular one", () =>
  fails(
    (t) => tf.add(tf.sum(tf.tensor(Float32Array.from({ length: 2000 }, (_, i) => i))), t),
    /An array of 2000 different values/,
  ));

test("a tensor made outside is refused", async () => {
  const outside = tf.tensor([1, 2, 3]);
  await fails((t) => tf.add(t, outside), /Add uses a tensor made outside/);
  await fails(() => outside, /result is a tensor made outside/);
  outside.dispose();
});

test("dropout outside a compiled function is refused", () => {
  assert.throws(
    () => tf.tidy(() => dropout(tf.tensor([1]), 0.5, tf.tensor([1, 2], [2], "int32"))),
    /outside a compiled function/,
  );
});

test("a dropout key that is computed is refused", async () => {
  const f = onnx((t: tf.Tensor, key: tf.Tensor) => dropout(t, 0.5, tf.add(key, tf.scalar(1, "int32"))));
  await assert.rejects(f(x, value(Int32Array.of(1, 2), [2])), /The key of dropout call 0 is no int32 \[2\] argument/);
});

test("scopes name the nodes of the graph", async () => {
  const f = onnx((t: tf.Tensor, i: tf.Tensor) => scope("encoder", () => tf.gather(t, i)));
  await assert.rejects(f(x, value(Int32Array.of(9), [1])), /encoder\/Gather/);
  await f.release();
});

test("what a compiled function refuses, the js engine shows as it is", async () => {
  const f = compile((t: tf.Tensor) => tf.mul(t, t.dataSync()[1]!), { engine: "js" });
  assert.deepEqual([...(await f(x)).data], [2, 4, 6]);
});
