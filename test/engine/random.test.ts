import assert from "node:assert/strict";
import { test } from "node:test";
import { type Counter, dropout, fillMask, philox4x32, settings, tf, type Value, value, valueAndGrad } from "alcap/dist/engine";
import { GraphBuilder } from "alcap/dist/engine/graph/builder";
import { drawMasks, keyPorts, MASK_KEYS } from "alcap/dist/engine/graph/masks";
import { modelProto, nodeProto } from "alcap/dist/engine/graph/onnx";
import { maskKeys } from "alcap/dist/engine/random";
import { openSession, tensorOf } from "alcap/dist/engine/run/session";
import { onnx } from "./helpers";

// kat_vectors of Random123 (D. E. Shaw Research), philox4x32 with 10 rounds: counter, key, result.
const KNOWN: [string, string, string][] = [
  ["00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
  ["ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"],
  ["243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"],
];
const words = (hex: string): number[] => hex.split(" ").map((word) => Number.parseInt(word, 16));

test("philox4x32 gives the published test vectors", () => {
  for (const [counter, key, expected] of KNOWN) {
    const out = new Uint32Array(4);
    const [key0, key1] = words(key);
    philox4x32(out, words(counter) as unknown as Counter, key0!, key1!);
    assert.deepEqual([...out], words(expected));
  }
});

test("a long draw is the draws of the counters that follow", () => {
  const long = new Uint32Array(40);
  philox4x32(long, [0xfffffffe, 1, 2, 3], 4, 5);
  for (let block = 0; block < 10; block++) {
    const short = new Uint32Array(4);
    philox4x32(short, [(0xfffffffe + block) >>> 0, 1, 2, 3], 4, 5);
    assert.deepEqual([...long.subarray(4 * block, 4 * block + 4)], [...short]);
  }
});

const maskOf = (size: number, rate: number, seed: number, step: number, site: number): Float32Array => {
  const mask = new Float32Array(size);
  fillMask(mask, rate, { seed, step, site });
  return mask;
};
const dropped = (mask: Float32Array): number => mask.reduce((count, x) => count + (x === 0 ? 1 : 0), 0);

test("masks drop with the rate asked for, also between the 256ths", () => {
  const size = 400_000;
  for (const rate of [0.1, 0.125, 0.5, 0.9, 0.001]) {
    const mask = maskOf(size, rate, 1, 2, 3);
    const spread = Math.sqrt(size * rate * (1 - rate));
    assert.ok(Math.abs(dropped(mask) - size * rate) < 4 * spread, `${dropped(mask)} of ${size} at ${rate}`);
    const kept = mask.find((x) => x !== 0);
    assert.equal(kept, Math.fround(1 / (1 - rate)));
  }
});

test("masks of other seeds, steps and sites are independent; a prefix is the same mask", () => {
  const size = 100_000;
  const base = maskOf(size, 0.5, 1, 2, 3);
  for (const other of [
    maskOf(size, 0.5, 2, 2, 3),
    maskOf(size, 0.5, 1, 3, 3),
    maskOf(size, 0.5, 1, 2, 4),
    maskOf(size, 0.5, 3, 2, 1),
  ]) {
    const agreeing = base.reduce((count, x, i) => count + (x === other[i] ? 1 : 0), 0);
    assert.ok(Math.abs(agreeing - size / 2) < 4 * Math.sqrt(size / 4), `${agreeing} of ${size} agree`);
  }
  assert.deepEqual(maskOf(20_001, 0.5, 1, 2, 3), base.slice(0, 20_001));
  const lagged = base.reduce((count, x, i) => count + (x === base[i + 1] ? 1 : 0), 0);
  assert.ok(Math.abs(lagged - size / 2) < 4 * Math.sqrt(size / 4));
});

test("mask decisions are uniform over steps and sites, and no neighbour, site or step tells anything of another", () => {
  const [size, steps, sites] = [8192, 40, 8];
  const masks = Array.from({ length: steps }, (_, step) =>
    Array.from({ length: sites }, (__, site) => maskOf(size, 0.1, 9, step, site)),
  );
  const all = masks.flat();
  const spread = size * 0.1 * 0.9;
  // Σ z² over the masks is χ² with as many degrees of freedom, so off by less than 4 √(2 n).
  const near = (squares: readonly number[], what: string) => {
    const off = (squares.reduce((a, b) => a + b, 0) - squares.length) / Math.sqrt(2 * squares.length);
    assert.ok(Math.abs(off) < 4, `${what}: χ² off by ${off} deviations`);
  };
  near(
    all.map((mask) => (dropped(mask) - 0.1 * size) ** 2 / spread),
    "counts",
  );
  const covariance = (a: Float32Array, b: Float32Array, lag = 0): number => {
    let sum = 0;
    for (let i = 0; i < size; i++) sum += ((a[i] === 0 ? 1 : 0) - 0.1) * ((b[(i + lag) % size] === 0 ? 1 : 0) - 0.1);
    return sum ** 2 / (size * 0.09 ** 2);
  };
  for (const lag of [1, 2, 3, 64, 1023, 1024, 1025, 2048])
    near(
      all.map((mask) => covariance(mask, mask, lag)),
      `lag ${lag}`,
    );
  near(
    all.slice(1).map((mask, i) => covariance(mask, all[i]!)),
    "neighbouring sites",
  );
  near(
    masks.slice(1).flatMap((step, i) => step.map((mask, site) => covariance(mask, masks[i]![site]!))),
    "neighbouring steps",
  );
});

test("a graph draws the bits that the host draws, for masks of any size and rate", async () => {
  const shapes = [[3], [5, 411], [2048], [2, 2, 1024], [3, 1024, 2048], [7, 7]];
  const rates = [0.1, 0.5, 0.001, 0.999, 0.1, 0.25];
  const sites = shapes.map((shape, i) => ({ name: `mask${i}`, shape, rate: rates[i]!, site: i, keyLeaf: 0 }));
  const g = new GraphBuilder({ contrib: false, serial: false });
  const outputs = drawMasks(g, sites).map(({ name, shape, type }) => ({ name, shape, type }));
  const initialisers = g.initialisers(new Set(g.nodes.flatMap((node) => node.inputs)));
  const model = modelProto({ name: "masks", nodes: g.nodes.map(nodeProto), initialisers, inputs: keyPorts(sites), outputs });
  const session = await openSession(model, settings({ device: "cpu" }, {}), { name: "masks" });
  const keys = Int32Array.from(sites.flatMap(({ site }) => maskKeys({ seed: -5, step: 11, site })));
  const drawn = await session.run({ [MASK_KEYS]: tensorOf("int32", keys, [sites.length, 2]) });
  for (const [i, { name, shape }] of outputs.entries()) {
    const wanted = maskOf(
      shape.reduce((a, b) => a * b),
      rates[i]!,
      -5,
      11,
      i,
    );
    assert.ok(Buffer.from((drawn[name]!.data as Float32Array).buffer).equals(Buffer.from(wanted.buffer)), name);
  }
  await session.release();
});

const key = (seed: number, step: number): Value => value(Int32Array.of(seed, step), [2]);
const twoSites = (x: tf.Tensor, k: tf.Tensor) => {
  const f = (p: { x: tf.Tensor }): tf.Scalar => tf.sum(tf.square(dropout(dropout(p.x, 0.3, k), 0.1, k)));
  const { loss, grads } = valueAndGrad(f, { x });
  return { a: dropout(x, 0.3, k), b: dropout(x, 0, k), loss, grads };
};

test("dropout and its gradient are the same on onnx and js, change with the step, and are replayed by the key", async () => {
  const x = value(new Float32Array(999).fill(1), [9, 111]);
  const [fast, slow] = [onnx(twoSites), onnx(twoSites, { engine: "js" })];
  const [one, again, next, js] = [
    await fast(x, key(7, 1)),
    await fast(x, key(7, 1)),
    await fast(x, key(7, 2)),
    await slow(x, key(7, 1)),
  ];
  assert.deepEqual(one, again);
  assert.deepEqual(one.a.data, js.a.data);
  assert.deepEqual(one.grads.x.data, js.grads.x.data);
  assert.notDeepEqual(one.a.data, next.a.data);
  assert.deepEqual(one.b.data, x.data);
  assert.deepEqual(one.a.data, maskOf(999, 0.3, 7, 1, 2));
  // d/dx Σ (x m)² = 2 x m² with m the product of both masks.
  const both = maskOf(999, 0.3, 7, 1, 0).map((m, i) => Math.fround(m * maskOf(999, 0.1, 7, 1, 1)[i]!));
  for (const [i, g] of one.grads.x.data.entries()) assert.ok(Math.abs(g - 2 * both[i]! ** 2) < 1e-5);
  await fast.release();
});

test("the key may be part of resident state that counts steps", async () => {
  const step = onnx(
    (s: { key: tf.Tensor }, x: tf.Tensor) => ({
      state: { key: tf.add(s.key, tf.tensor([0, 1], [2], "int32")) },
      y: dropout(x, 0.5, s.key),
    }),
    { resident: "state" },
  );
  const x = value(new Float32Array(64).fill(1), [64]);
  let { state, y } = await step({ key: key(3, 0) }, x);
  for (let i = 1; i < 4; i++) {
    ({ state, y } = await step(state, x));
    assert.deepEqual(y.data, maskOf(64, 0.5, 3, i, 0));
  }
  assert.deepEqual([...state.key.data], [3, 4]);
  await step.release();
});
