import assert from "node:assert/strict";
import { test } from "node:test";
import { tf } from "alcap/dist/engine";
import { RULES } from "alcap/dist/engine/kernels";
import fc from "fast-check";
import { agree, type Draw, draw, type Op } from "./helpers";

interface Case {
  readonly op: Op;
  readonly inputs: readonly Draw[];
  readonly tolerance?: number;
}

const x: Draw = { shape: [2, 3, 4] };
const positive: Draw = { shape: [2, 3, 4], low: 0.1, high: 3 };
const unit: Draw = { shape: [2, 3, 4], low: -0.9, high: 0.9 };
const whole: Draw = { shape: [2, 3, 4], dtype: "int32", low: -5, high: 6 };
const flags: Draw = { shape: [2, 3, 4], dtype: "bool" };
const ids = (shape: readonly number[], below: number): Draw => ({ shape, dtype: "int32", low: 0, high: below });

const one = (op: (t: tf.Tensor) => tf.Tensor, ...inputs: Draw[]): Case[] =>
  inputs.map((input) => ({ op: (t) => op(t!), inputs: [input] }));
const many = (op: (t: tf.Tensor) => tf.Tensor[], ...inputs: Draw[]): Case[] =>
  inputs.map((input) => ({ op: (t) => op(t!), inputs: [input] }));

/** Binary ops, tried on random pairs of shapes that broadcast. */
const BINARY: Record<
  string,
  { op: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor; a?: Partial<Draw>; b?: Partial<Draw>; tolerance?: number }
> = {
  Add: { op: tf.add },
  Sub: { op: tf.sub },
  Multiply: { op: tf.mul },
  RealDiv: { op: tf.div, b: { low: 0.5, high: 2 } },
  FloorDiv: { op: tf.floorDiv, a: { dtype: "int32", low: -9, high: 9 }, b: { dtype: "int32", low: 1, high: 4 } },
  Mod: { op: tf.mod, a: { dtype: "int32", low: -9, high: 9 }, b: { dtype: "int32", low: 1, high: 4 } },
  Maximum: { op: tf.maximum },
  Minimum: { op: tf.minimum, a: { dtype: "int32", low: -9, high: 9 }, b: { dtype: "int32", low: -9, high: 9 } },
  Pow: { op: tf.pow, a: { low: 0.1, high: 2 } },
  SquaredDifference: { op: tf.squaredDifference },
  Equal: { op: tf.equal, a: ids([], 3), b: ids([], 3) },
  NotEqual: { op: tf.notEqual, a: ids([], 3), b: ids([], 3) },
  Greater: { op: tf.greater, a: ids([], 3), b: ids([], 3) },
  GreaterEqual: { op: tf.greaterEqual, a: ids([], 3), b: ids([], 3) },
  Less: { op: tf.less },
  LessEqual: { op: tf.lessEqual, a: ids([], 3), b: ids([], 3) },
  LogicalAnd: { op: tf.logicalAnd, a: { dtype: "bool" }, b: { dtype: "bool" } },
  LogicalOr: { op: tf.logicalOr, a: { dtype: "bool" }, b: { dtype: "bool" } },
};

const image: Draw = { shape: [2, 7, 6, 3] };
const filter: Draw = { shape: [3, 3, 3, 4] };
type Conv2D = Parameters<typeof tf.conv2d>;
const conv =
  (strides: Conv2D[2], pad: Conv2D[3]): Op =>
  (a, b) =>
    tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, strides, pad);
/** Both gradients of a convolution, for outputs weighted unevenly so that a transposed result would show. */
const convGrads =
  (strides: Conv2D[2], pad: Conv2D[3]): Op =>
  (a, b) => {
    const loss = (...[u, v]: tf.Tensor[]): tf.Scalar => {
      const y = tf.conv2d(u as tf.Tensor4D, v as tf.Tensor4D, strides, pad);
      return tf.sum(tf.mul(tf.sin(y), tf.reshape(tf.linspace(-1, 1, y.size), y.shape)));
    };
    return tf.grads(loss)([a!, b!]);
  };
const EXPLICIT: Conv2D[3] = [
  [0, 0],
  [1, 0],
  [2, 1],
  [0, 0],
];
const CONVOLUTIONS: [Conv2D[2], Conv2D[3]][] = [
  [1, "same"],
  [1, "valid"],
  [2, "same"],
  [2, "valid"],
  [[2, 1], "same"],
  [1, 1],
  [2, 1],
  [1, EXPLICIT],
  [[1, 2], EXPLICIT],
];
const convCases = (make: (strides: Conv2D[2], pad: Conv2D[3]) => Op, tolerance: number): Case[] =>
  CONVOLUTIONS.map(([strides, pad]) => ({ op: make(strides, pad), inputs: [image, filter], tolerance }));

const CASES: Record<string, readonly Case[]> = {
  AddN: [{ op: (a, b, c) => tf.addN([a!, b!, c!]), inputs: [x, x, x] }],
  Exp: one(tf.exp, x),
  Log: one(tf.log, positive),
  Log1p: one(tf.log1p, positive, { shape: [4], data: [1e-9, -1e-7, 1e-4, 0] }),
  Expm1: one(tf.expm1, x, { shape: [4], data: [1e-9, -1e-7, 20, -30] }),
  Sqrt: one(tf.sqrt, positive),
  Rsqrt: one(tf.rsqrt, positive),
  Square: one(tf.square, x, whole),
  Abs: one(tf.abs, x, whole),
  Neg: one(tf.neg, x, whole),
  Erf: one(tf.erf, x),
  Reciprocal: one(tf.reciprocal, positive),
  Sigmoid: one(tf.sigmoid, x),
  Softplus: one(tf.softplus, x),
  Tanh: one(tf.tanh, x),
  Sin: one(tf.sin, x),
  Cos: one(tf.cos, x),
  Tan: one(tf.tan, unit),
  Asin: one(tf.asin, unit),
  Acos: one(tf.acos, unit),
  Atan: one(tf.atan, x),
  Sinh: one(tf.sinh, x),
  Cosh: one(tf.cosh, x),
  Asinh: one(tf.asinh, x),
  Acosh: one(tf.acosh, { shape: [5], low: 1.1, high: 3 }),
  Atanh: one(tf.atanh, unit),
  Sign: one(tf.sign, x, { shape: [3], data: [-2, 0, 3] }),
  Floor: one(tf.floor, x),
  Ceil: one(tf.ceil, x),
  Round: one(tf.round, x, { shape: [5], data: [0.5, 1.5, 2.5, -0.5, -1.5] }),
  Relu: one(tf.relu, x),
  Relu6: one(tf.relu6, { shape: [9], low: -9, high: 9 }),
  Elu: one(tf.elu, x),
  EluGrad: one((t) => tf.grad((u: tf.Tensor) => tf.sum(tf.elu(u)))(t), x),
  Selu: one(tf.selu, x),
  LeakyRelu: one((t) => tf.leakyRelu(t, 0.3), x),
  Prelu: [{ op: (a, b) => tf.prelu(a!, b!), inputs: [x, { shape: [4] }] }],
  Step: one((t) => tf.step(t, 0.25), x).concat(one((t) => tf.step(t), x)),
  ClipByValue: one((t) => tf.clipByValue(t, -1, 0.5), x),
  Cast: one((t) => tf.cast(t, "int32"), x, flags)
    .concat(one((t) => tf.cast(t, "float32"), whole, flags))
    .concat(one((t) => tf.cast(t, "bool"), whole, { shape: [3], data: [0, 0.5, -2] })),
  LogicalNot: one(tf.logicalNot, flags),
  IsNan: one(tf.isNaN, { shape: [3], data: [1, Number.NaN, Number.POSITIVE_INFINITY] }),
  IsInf: one(tf.isInf, { shape: [3], data: [1, Number.NaN, Number.NEGATIVE_INFINITY] }),
  IsFinite: one(tf.isFinite, { shape: [3], data: [1, Number.NaN, Number.POSITIVE_INFINITY] }),
  Select: [
    { op: (c, a, b) => tf.where(c!, a!, b!), inputs: [flags, x, x] },
    { op: (c, a, b) => tf.where(c!, a!, b!), inputs: [{ shape: [5], dtype: "bool" }, { shape: [2, 5] }, { shape: [2, 1] }] },
    { op: (c, a, b) => tf.where(c!, a!, b!), inputs: [flags, whole, whole] },
    { op: (c, a, b) => tf.where(c!, a!, b!), inputs: [flags, flags, flags] },
    { op: (c, a) => tf.where(c!, a!, tf.zerosLike(a!)), inputs: [flags, x] },
  ],
  FusedBatchNorm: [
    {
      op: (a, m, v, o, s) => tf.batchNorm(a!, m as tf.Tensor1D, v as tf.Tensor1D, o as tf.Tensor1D, s as tf.Tensor1D, 1e-3),
      inputs: [image, { shape: [3] }, { shape: [3], low: 0.2, high: 2 }, { shape: [3] }, { shape: [3] }],
    },
  ],
  ZerosLike: one(tf.zerosLike, x),
  OnesLike: one((t) => tf.mul(tf.onesLike(t), 3), whole),
  Fill: one((t) => tf.add(t, tf.fill([4], 2.5)), x),
  Range: one((t) => tf.mul(t, tf.range(1, 9, 2)), x).concat(one((t) => tf.add(t, tf.range(8, 0, -2, "int32")), whole)),
  LinSpace: one((t) => tf.mul(t, tf.linspace(-1, 1, 4)), x),
  Identity: one((t) => tf.add(tf.clone(t), 1), x),
  Reshape: one((t) => tf.reshape(t, [4, -1]), x, whole, flags),
  ExpandDims: one((t) => tf.expandDims(t, -2), x),
  Transpose: one((t) => tf.transpose(t, [2, 0, 1]), x, whole, flags)
    .concat(one((t) => tf.transpose(tf.transpose(t, [2, 0, 1]), [2, 1, 0]), x))
    .concat(one((t) => tf.transpose(t, [1, 0, 2]), { shape: [1, 3, 4] })),
  Slice: one((t) => tf.slice(t, [0, 1, 1], [2, -1, 2]), x, whole, flags),
  StridedSlice: one((t) => tf.stridedSlice(t, [0, 2, 3], [2, -4, 0], [1, -1, -2]), x).concat(
    one((t) => tf.stridedSlice(t, [0, 1], [2, 3], [1, 1], 0, 0, 0, 0, 2), x),
  ),
  Reverse: one((t) => tf.reverse(t, [0, 2]), x, whole),
  Concat: [{ op: (a, b) => tf.concat([a!, b!, a!], 1), inputs: [x, { shape: [2, 1, 4] }] }],
  Pack: [{ op: (a, b) => tf.stack([a!, b!], -1), inputs: [x, x] }],
  Unpack: many((t) => tf.unstack(t, 1), x),
  SplitV: many((t) => tf.split(t, [1, 3], 2), x).concat(many((t) => tf.split(t, 3, 1), whole)),
  PadV2: one(
    (t) =>
      tf.pad(
        t,
        [
          [1, 0],
          [0, 2],
          [1, 1],
        ],
        0.5,
      ),
    x,
  ).concat(
    one(
      (t) =>
        tf.pad(t, [
          [1, 0],
          [0, 2],
          [1, 1],
        ]),
      whole,
    ),
  ),
  MirrorPad: one(
    (t) =>
      tf.mirrorPad(
        t,
        [
          [0, 1],
          [2, 0],
          [1, 1],
        ],
        "reflect",
      ),
    x,
  ),
  Tile: one((t) => tf.tile(t, [1, 2, 3]), x, whole).concat(one((t) => tf.tile(t, [1, 3, 1]), { shape: [2, 1, 4] })),
  Sum: one((t) => tf.sum(t, [0, 2]), x, whole)
    .concat(one((t) => tf.sum(t, 1, true), x, flags))
    .concat(one((t) => tf.sum(t), x))
    .concat(one((t) => tf.sum(t, [0, 1]), { shape: [9, 4, 16] }))
    .concat(one((t) => tf.sum(tf.broadcastTo(t, [5, 3, 4]), [0, 1]), { shape: [3, 1] })),
  Mean: one((t) => tf.mean(t, [0, 2], true), x, whole).concat(
    one((t) => tf.mean(tf.broadcastTo(t, [5, 3, 4]), [0, 1]), { shape: [3, 1] }),
  ),
  Prod: one((t) => tf.prod(t, 1), x, whole).concat(one((t) => tf.prod(tf.broadcastTo(t, [5, 3, 4]), [0, 1]), { shape: [3, 1] })),
  Max: one((t) => tf.max(t, [0, 1]), x, whole),
  Min: one((t) => tf.min(t, -1, true), x, whole),
  Any: one((t) => tf.any(t, [0, 2]), flags),
  All: one((t) => tf.all(t, 1, true), flags),
  ArgMax: one((t) => tf.argMax(t, 1), x, whole),
  ArgMin: one((t) => tf.argMin(t, -1), x),
  Softmax: one((t) => tf.softmax(t), x),
  Cumsum: one((t) => tf.cumsum(t, 1), x, whole).concat(one((t) => tf.cumsum(t, 2, true, true), x)),
  TopK: many((t) => Object.values(tf.topk(t, 2)), x),
  BatchMatMul: [
    { op: (a, b) => tf.matMul(a!, b!), inputs: [{ shape: [3, 4] }, { shape: [4, 5] }] },
    { op: (a, b) => tf.matMul(a!, b!, true, true), inputs: [{ shape: [4, 3] }, { shape: [5, 4] }] },
    { op: (a, b) => tf.matMul(a!, b!, false, true), inputs: [{ shape: [2, 3, 4] }, { shape: [2, 5, 4] }] },
    { op: (a, b) => tf.matMul(a!, b!, true), inputs: [{ shape: [2, 1, 4, 3] }, { shape: [2, 1, 4, 5] }] },
    { op: (a, b) => tf.matMul(a!, b!), inputs: [{ shape: [1, 3, 4] }, { shape: [6, 4, 2] }] },
  ],
  Einsum: [{ op: (a, b) => tf.einsum("bij,bjk->bik", a!, b!), inputs: [{ shape: [2, 3, 4] }, { shape: [2, 4, 5] }] }],
  GatherV2: [
    { op: (t, i) => tf.gather(t!, i!), inputs: [{ shape: [5, 3] }, ids([2, 4], 5)] },
    { op: (t, i) => tf.gather(t!, i!, -1), inputs: [whole, ids([3], 4)] },
  ],
  GatherNd: [{ op: (t, i) => tf.gatherND(t!, i!), inputs: [{ shape: [5, 3, 2] }, ids([4, 2], 3)] }],
  TensorScatterUpdate: [
    {
      op: (t, i, u) => tf.tensorScatterUpdate(t!, i!, u!),
      inputs: [{ shape: [5, 3] }, { shape: [3, 2], dtype: "int32", data: [0, 1, 4, 2, 2, 0] }, { shape: [3] }],
    },
  ],
  ScatterNd: [
    { op: (i, u) => tf.scatterND(i!, u!, [5, 3]), inputs: [ids([6, 1], 5), { shape: [6, 3] }] },
    { op: (i, u) => tf.scatterND(i!, u!, [3, 4]), inputs: [ids([8, 2], 3), { shape: [8], dtype: "int32", low: -4, high: 4 }] },
  ],
  UnsortedSegmentSum: [
    { op: (t, i) => tf.unsortedSegmentSum(t!, i as tf.Tensor1D, 4), inputs: [{ shape: [9, 2, 3] }, ids([9], 4)] },
    { op: (t, i) => tf.unsortedSegmentSum(t!, i as tf.Tensor1D, 3), inputs: [{ shape: [7] }, ids([7], 3)] },
  ],
  OneHot: one((t) => tf.oneHot(t, 4), ids([2, 3], 4))
    .concat(one((t) => tf.cast(tf.oneHot(t, 4), "float32"), ids([6], 6)))
    .concat(one((t) => tf.oneHot(t, 4, 0.9, 0.1, "float32"), ids([6], 4))),
  Conv2D: convCases(conv, 1e-5).concat({
    op: (a, b) => tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, "same", "NHWC", [2, 1]),
    inputs: [image, filter],
  }),
  Conv2DBackpropInput: convCases(convGrads, 1e-4),
  Conv2DBackpropFilter: [
    { op: convGrads([2, 1], "same"), inputs: [{ shape: [1, 5, 9, 1] }, { shape: [1, 3, 1, 2] }], tolerance: 1e-4 },
  ],
  MaxPool: one((t) => tf.maxPool(t as tf.Tensor4D, [2, 3], [2, 1], "same"), image),
};

/** Kernels of our own, tried in ops.test.ts. */
const OWN = ["AlcapAffine", "AlcapLayerNorm", "AlcapGelu", "LogSoftmax"];

test("every kernel that can be compiled is tried here", () => {
  assert.deepEqual([...Object.keys(CASES), ...Object.keys(BINARY), ...OWN].sort(), [...RULES.keys()].sort());
});

for (const [kernel, cases] of Object.entries(CASES))
  test(`${kernel} agrees with the oracle`, async () => {
    for (const [i, { op, inputs, tolerance }] of cases.entries()) {
      const values = inputs.map((input, k) => draw(`${kernel}/${i}/${k}`, input));
      const kernels = await agree(op, values, tolerance);
      assert.ok(kernels[kernel], `case ${i} of ${kernel} calls ${Object.keys(kernels)}`);
    }
  });

/** Two shapes that broadcast to one. */
const shapePairs = fc
  .array(fc.record({ length: fc.integer({ min: 1, max: 4 }), a: fc.boolean(), b: fc.boolean() }), { maxLength: 4 })
  .chain((axes) => fc.tuple(fc.constant(axes), fc.integer({ min: 0, max: axes.length }), fc.boolean()))
  .map(([axes, cut, shortA]) => {
    const a = axes.map((axis) => (axis.a ? axis.length : 1));
    const b = axes.map((axis) => (axis.b ? axis.length : 1));
    return shortA ? ([a.slice(cut), b] as const) : ([a, b.slice(cut)] as const);
  });

for (const [kernel, { op, a, b, tolerance }] of Object.entries(BINARY))
  test(`${kernel} agrees with the oracle for all ways of broadcasting`, async () => {
    const property = fc.asyncProperty(shapePairs, async ([left, right]) => {
      const values = [draw(`${kernel}/a`, { ...a, shape: left }), draw(`${kernel}/b`, { ...b, shape: right })];
      const kernels = await agree((u, v) => op(u!, v!), values, tolerance);
      assert.ok(kernels[kernel]);
    });
    await fc.assert(property, { seed: 2023, numRuns: 6 });
  });
