import assert from "node:assert/strict";
import { test } from "node:test";
import { compile, constant, read, scalar, tf, type Value, value, valueAndGrad, valueAndGradAux } from "alcap/dist/engine";
import { InferenceSession } from "onnxruntime-node";
import { draw, onnx } from "./helpers";

const vector = (...x: number[]): Value => value(Float32Array.from(x), [x.length]);
const list = (v: Value): number[] => [...v.data];
const engineError = (pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof Error && error.name === "AlcapError", String(error));
  assert.match(error.message, pattern);
  return true;
};

interface State {
  readonly w: tf.Tensor;
  readonly slots: readonly tf.Tensor[];
}
/** A step of "training" whose result is easy to work out: w ← w + sum(x), slot ← slot + 1. */
const accumulate = (state: State, x: tf.Tensor): { state: State; total: tf.Tensor } => {
  const total = tf.sum(x);
  return { state: { w: tf.add(state.w, total), slots: state.slots.map((slot) => tf.add(slot, 1)) }, total };
};
const start = () => ({ w: vector(1, 2), slots: [vector(0), vector(5)] });

test("trees go in and come out with their keys, order and lists", async () => {
  const f = onnx((input: { b: tf.Tensor; a: readonly [tf.Tensor, { c: tf.Tensor }]; none?: undefined }) => ({
    z: tf.add(input.b, 1),
    a: [input.a[1].c, tf.neg(input.a[0])] as const,
    nothing: undefined,
  }));
  const out = await f({ b: vector(1), a: [vector(2), { c: vector(3) }], none: undefined });
  assert.deepEqual(Object.keys(out), ["z", "a", "nothing"]);
  assert.deepEqual([list(out.z), list(out.a[0]), list(out.a[1]), out.nothing], [[2], [3], [-2], undefined]);
  await f.release();
});

test("no more sessions live at once than are asked for, and the one unused for longest goes", async () => {
  const { create } = InferenceSession;
  let [live, most, made] = [0, 0, 0];
  const counted = async (model: Uint8Array, options: InferenceSession.SessionOptions) => {
    const session = await create.call(InferenceSession, model, options);
    const release = session.release.bind(session);
    made += 1;
    live += 1;
    most = Math.max(most, live);
    return Object.assign(session, {
      release: () => {
        live -= 1;
        return release();
      },
    });
  };
  Object.assign(InferenceSession, { create: counted });
  try {
    const f = onnx((x: tf.Tensor) => tf.sum(tf.mul(x, 2)), { mostGraphs: 2 });
    const ofSize = async (n: number) => list(await f(value(new Float32Array(n).fill(1), [n])))[0];
    for (const n of [1, 2, 1, 3, 1, 4, 2]) assert.equal(await ofSize(n), 2 * n); // 1 stays until 4 and 2 come
    assert.deepEqual([made, live, most], [5, 2, 2]);
    assert.equal(f.describe().graphs.length, 2);
    assert.equal(await ofSize(1), 2);
    assert.equal(made, 6);
    await f.release();
    assert.equal(live, 0);
  } finally {
    Object.assign(InferenceSession, { create });
  }
});

test("an output that is an argument, a constant or given twice is copied", async () => {
  const f = onnx((x: tf.Tensor) => {
    const y = tf.mul(x, 2);
    return { x, again: tf.clone(x), y, same: y, three: tf.scalar(3), bias: tf.broadcastTo(tf.scalar(2), [3]) };
  });
  const x = vector(1, 2);
  const out = await f(x);
  assert.deepEqual([out.x, out.again, out.y, out.same].map(list), [
    [1, 2],
    [1, 2],
    [2, 4],
    [2, 4],
  ]);
  assert.deepEqual([list(out.three), list(out.bias)], [[3], [2, 2, 2]]);
  assert.notEqual(out.x.data, x.data);
  assert.notEqual(out.y.data, out.same.data);
  await f.release();
});

test("a graph is made once for each signature", async () => {
  const f = onnx((x: tf.Tensor) => tf.sum(x), { name: "total" });
  for (const x of [vector(1, 2), vector(3, 4), vector(1, 2, 3)]) await f(x);
  const { graphs, name } = f.describe();
  assert.equal(name, "total");
  assert.deepEqual(
    graphs.map((g) => g.signature),
    ["float32[2]", "float32[3]"],
  );
  await f.release();
  assert.equal(f.describe().graphs.length, 0);
  assert.deepEqual(list(await f(vector(5, 6))), [11]);
  await f.release();
});

for (const engine of ["onnx", "js"] as const) {
  test(`${engine}: resident state moves from step to step; the caller's arrays stay as they were`, async () => {
    const step = onnx(accumulate, { resident: "state", engine });
    const first = start();
    let { state, total } = await step(first, vector(1, 2, 3));
    for (let i = 0; i < 4; i++) ({ state, total } = await step(state, vector(1, 1, 1)));
    assert.deepEqual(list(total), [3]);
    assert.deepEqual([state.w, ...state.slots].map(list), [[19, 20], [5], [10]]);
    assert.deepEqual([first.w, ...first.slots].map(list), [[1, 2], [0], [5]]);
    await step.release();
  });

  test(`${engine}: a handle is used up by the step it went into`, async () => {
    const step = onnx(accumulate, { resident: "state", engine, name: "step" });
    const one = await step(start(), vector(1));
    const two = await step(one.state, vector(1));
    assert.throws(() => one.state.w.data, engineError(/argument 0 of step\.w was handed to a later step/));
    await assert.rejects(step(one.state, vector(1)), engineError(/argument 0 of step\.slots\[0\] was handed to a later step/));
    await assert.rejects(read(one.state), engineError(/argument 0 of step\.slots\[0\]/));
    assert.deepEqual(list(two.state.w), [3, 4]);
    await step.release();
  });

  test(`${engine}: read copies state, so that later steps do not change it`, async () => {
    const step = onnx(accumulate, { resident: "state", engine });
    const one = await step(start(), vector(1));
    const copy = await read(one.state);
    await step((await step(one.state, vector(7))).state, vector(7));
    assert.deepEqual([copy.w, ...copy.slots].map(list), [[2, 3], [1], [6]]);
    await step.release();
  });

  test(`${engine}: resident state goes on under another signature and into another function`, async () => {
    const step = onnx(accumulate, { resident: "state", engine });
    const other = onnx(accumulate, { resident: "state", engine });
    let { state } = await step(start(), vector(1, 2, 3));
    ({ state } = await step(state, vector(1, 1)));
    ({ state } = await step(state, vector(1, 2, 3)));
    ({ state } = await other(state, vector(2)));
    ({ state } = await step(state, vector(1, 1)));
    assert.deepEqual([state.w, ...state.slots].map(list), [[19, 20], [5], [10]]);
    await step.release();
    await other.release();
  });

  test(`${engine}: state returned in another form than it came in is an error`, async () => {
    const wider = onnx((s: { w: tf.Tensor }) => ({ state: { w: tf.concat([s.w, s.w]) } }), {
      resident: "state",
      engine,
      name: "f",
    });
    await assert.rejects(
      wider({ w: vector(1) }),
      engineError(/argument 0 of f\.w comes in as float32 \[1\] and is returned as float32 \[2\]/),
    );
    const renamed = onnx((s: { w: tf.Tensor }) => ({ state: { v: s.w } }), { resident: "state", engine });
    await assert.rejects(renamed({ w: vector(1) }), engineError(/another structure/));
    const missing = onnx((s: { w: tf.Tensor }) => ({ w: s.w }), { resident: "state", engine });
    await assert.rejects(missing({ w: vector(1) }), engineError(/returns no state/));
  });
}

test("state that passes through unchanged keeps its buffer", async () => {
  const step = onnx((s: { frozen: tf.Tensor; n: tf.Tensor }) => ({ state: { frozen: s.frozen, n: tf.add(s.n, 1) } }), {
    resident: "state",
  });
  let { state } = await step({ frozen: vector(4, 5), n: vector(0) });
  const buffer = state.frozen.data;
  for (let i = 0; i < 3; i++) ({ state } = await step(state));
  assert.equal(state.frozen.data, buffer);
  assert.deepEqual([list(state.frozen), list(state.n)], [[4, 5], [4]]);
  await step.release();
});

test("buffers of resident state are reused, not made anew", async () => {
  const step = onnx(accumulate, { resident: "state" });
  let { state } = await step(start(), vector(1));
  const buffers = new Set<unknown>();
  for (let i = 0; i < 6; i++) {
    ({ state } = await step(state, vector(1)));
    buffers.add(state.w.data);
  }
  assert.equal(buffers.size, 2);
  await step.release();
});

test("calls that are not awaited run in turn", async () => {
  const step = onnx(accumulate, { resident: "state", name: "step" });
  const { state } = await step(start(), vector(1));
  const [good, bad] = await Promise.allSettled([step(state, vector(1)), step(state, vector(1))]);
  assert.equal(good.status, "fulfilled");
  assert.equal(bad.status, "rejected");
  await step.release();
});

test("baked arguments become part of the graph; new arrays replace it", async () => {
  const f = onnx((weights: { w: tf.Tensor }, x: tf.Tensor) => tf.mul(weights.w, x), { baked: [0] });
  const weights = { w: vector(2, 3) };
  assert.deepEqual(list(await f(weights, vector(1, 1))), [2, 3]);
  assert.deepEqual(list(await f({ w: value(weights.w.data, [2]) }, vector(2, 2))), [4, 6]);
  assert.equal(f.describe().graphs.length, 1);
  assert.deepEqual(list(await f({ w: vector(5, 7) }, vector(1, 1))), [5, 7]);
  assert.deepEqual(list(await f(weights, vector(1, 2))), [2, 6]);
  await f.release();
});

test("resident state can be baked, and is not mistaken for a later state in the same buffer", async () => {
  const step = onnx(accumulate, { resident: "state" });
  const use = onnx((s: { w: tf.Tensor }) => tf.mul(s.w, 10), { baked: [0] });
  let { state } = await step(start(), vector(1));
  const seen: number[][] = [];
  for (let i = 0; i < 4; i++) {
    seen.push(list(await use({ w: state.w })));
    ({ state } = await step(state, vector(1)));
  }
  assert.deepEqual(seen, [
    [20, 30],
    [30, 40],
    [40, 50],
    [50, 60],
  ]);
  await step.release();
  await use.release();
});

test("what is no tensor is named with its path", async () => {
  const f = compile((x: { a: readonly tf.Tensor[] }) => tf.addN([...x.a]), { engine: "js", name: "f" });
  const wrong = { a: [vector(1), 3] } as unknown as { a: readonly Value[] };
  await assert.rejects(f(wrong), engineError(/argument 0 of f\.a\[1\] is a number, which is no tensor/));
  const array = { a: [Float32Array.of(1)] } as unknown as { a: readonly Value[] };
  await assert.rejects(f(array), engineError(/argument 0 of f\.a\[0\] is a Float32Array/));
  assert.throws(() => value(new Float32Array(3), [2, 2]), engineError(/shape \[2, 2\] needs 4 elements and got 3/));
});

test("an index out of range is an error that names the function", async () => {
  const f = onnx((table: tf.Tensor, i: tf.Tensor) => tf.gather(table, tf.cast(i, "int32")), { name: "lookup" });
  await assert.rejects(f(vector(1, 2), value(Int32Array.of(7), [1])), engineError(/^lookup failed: .*7/));
  await f.release();
});

test("the gradient of an unused parameter is zero, and further results pass through", async () => {
  const f = onnx((p: { a: tf.Tensor; b: tf.Tensor }) =>
    valueAndGradAux((q: { a: tf.Tensor; b: tf.Tensor }) => {
      const squares = tf.square(q.a);
      return { loss: tf.sum(squares) as tf.Scalar, squares };
    }, p),
  );
  const out = await f({ a: vector(1, -3), b: vector(9) });
  assert.deepEqual([out.loss, out.squares, out.grads.a, out.grads.b].map(list), [[10], [1, 9], [2, -6], [0]]);
  await f.release();
});

test("a constant of any size can be made inside", async () => {
  const ramp = Float32Array.from({ length: 4096 }, (_, i) => i);
  const f = onnx((x: tf.Tensor) => tf.sum(tf.mul(x, constant(ramp, [4096]))));
  assert.deepEqual(list(await f(value(new Float32Array(4096).fill(1), [4096]))), [(4096 * 4095) / 2]);
  await f.release();
});

for (const engine of ["onnx", "js"] as const)
  test(`${engine}: neither tracing nor running leaves tensors behind`, async () => {
    const f = compile(
      (p: { w: tf.Tensor }, x: tf.Tensor) => {
        const { loss, grads } = valueAndGrad(
          (q: { w: tf.Tensor }) => tf.sum(tf.square(tf.matMul(x as tf.Tensor2D, q.w as tf.Tensor2D))),
          p,
        );
        return { state: { w: tf.sub(p.w, tf.mul(grads.w, 0.1)) }, loss };
      },
      { engine, resident: "state", threads: 1 },
    );
    const x = draw("leak/x", { shape: [3, 4] });
    let { state } = await f({ w: draw("leak/w", { shape: [4, 2] }) }, x);
    const before = tf.memory();
    for (let i = 0; i < 3; i++) ({ state } = await f(state, x));
    const after = tf.memory();
    assert.deepEqual([after.numTensors, after.numDataBuffers], [before.numTensors, before.numDataBuffers]);
    await f.release();
  });

test("scalars have shape [] and their own dtype", () => {
  assert.deepEqual(
    [scalar(2).shape, scalar(2).dtype, scalar(2, "int32").dtype, list(scalar(1, "bool"))],
    [[], "float32", "int32", [1]],
  );
});
