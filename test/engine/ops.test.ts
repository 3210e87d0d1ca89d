import assert from "node:assert/strict";
import { test } from "node:test";
import { affine, gelu, layerNorm, softmaxCrossEntropy, takeRows, tf, type Value, valueAndGrad } from "alcap/dist/engine";
import { type Draw, distance, draw, onnx } from "./helpers";

type P = Record<string, tf.Tensor>;
interface Pair {
  readonly fused: (p: P, rest: P) => tf.Tensor;
  readonly plain: (p: P, rest: P) => tf.Tensor;
  readonly params: Record<string, Draw>;
  readonly rest?: Record<string, Draw>;
  readonly kernel?: string;
}

const EPS = 1e-5;
const plainNorm = ({ x, gain, bias }: P): tf.Tensor => {
  const mean = tf.mean(x!, -1, true);
  const variance = tf.mean(tf.square(tf.sub(x!, mean)), -1, true);
  return tf.add(tf.mul(tf.div(tf.sub(x!, mean), tf.sqrt(tf.add(variance, EPS))), gain!), bias!);
};
const plainGelu = ({ x }: P): tf.Tensor => tf.mul(tf.mul(x!, 0.5), tf.add(1, tf.erf(tf.div(x!, Math.SQRT2))));
const plainEntropy = ({ logits, weights }: P, { labels }: P): tf.Tensor => {
  const hits = tf.oneHot(labels as tf.Tensor1D, logits!.shape[1]!);
  return tf.neg(tf.mul(tf.sum(tf.mul(tf.logSoftmax(logits!), hits), 1), weights!));
};

const PAIRS: Record<string, Pair> = {
  layerNorm: {
    fused: ({ x, gain, bias }) => layerNorm(x!, gain!, bias!, EPS),
    plain: plainNorm,
    params: { x: { shape: [3, 5, 16], low: -3, high: 5 }, gain: { shape: [16] }, bias: { shape: [16] } },
    kernel: "AlcapLayerNorm",
  },
  gelu: {
    fused: ({ x }) => gelu(x!),
    plain: plainGelu,
    params: { x: { shape: [4, 9], low: -6, high: 6 } },
    kernel: "AlcapGelu",
  },
  softmaxCrossEntropy: {
    fused: ({ logits, weights }, { labels }) =>
      softmaxCrossEntropy(logits as tf.Tensor2D, labels as tf.Tensor1D, weights as tf.Tensor1D),
    plain: plainEntropy,
    params: { logits: { shape: [12, 7], low: -8, high: 8 }, weights: { shape: [12], low: 0, high: 1 } },
    rest: { labels: { shape: [12], dtype: "int32", low: 0, high: 7 } },
    kernel: "LogSoftmax",
  },
  affine: {
    fused: ({ x, weight, bias }) => affine(x as tf.Tensor2D, weight as tf.Tensor2D, bias as tf.Tensor1D),
    plain: ({ x, weight, bias }) => tf.add(tf.matMul(x!, weight!, false, true), bias!),
    params: { x: { shape: [6, 5] }, weight: { shape: [4, 5] }, bias: { shape: [4] } },
    kernel: "AlcapAffine",
  },
  takeRows: {
    fused: ({ x }, { index, inverse }) => takeRows(x!, index!, inverse!),
    plain: ({ x }, { index }) => tf.gather(x!, index as tf.Tensor1D),
    params: { x: { shape: [4, 3] } },
    rest: {
      index: { shape: [4], dtype: "int32", data: [2, 0, 3, 1] },
      inverse: { shape: [4], dtype: "int32", data: [1, 3, 0, 2] },
    },
  },
};

/** The op's value and the gradients of a loss that weighs every element differently. */
const both = (op: (p: P, rest: P) => tf.Tensor) => (params: P, rest: P) => {
  const loss = (p: P): tf.Scalar => {
    const y = op(p, rest);
    return tf.sum(tf.mul(y, tf.cos(tf.reshape(tf.range(0, y.size), y.shape))));
  };
  return { y: op(params, rest), grads: valueAndGrad(loss, params).grads };
};

for (const [name, { fused, plain, params, rest = {}, kernel }] of Object.entries(PAIRS))
  for (const engine of ["onnx", "js"] as const)
    test(`${name} on ${engine} is its plain composition, gradients included`, async () => {
      const drawAll = (draws: Record<string, Draw>): Record<string, Value> =>
        Object.fromEntries(Object.entries(draws).map(([key, d]) => [key, draw(`${name}/${key}`, d)]));
      const inputs = [drawAll(params), drawAll(rest)] as const;
      const [fast, slow] = [onnx(both(fused), { engine }), onnx(both(plain), { engine: "js" })];
      const [got, want] = [await fast(...inputs), await slow(...inputs)];
      assert.ok(distance(got.y, want.y) < 1e-5, `value off by ${distance(got.y, want.y)}`);
      for (const [key, grad] of Object.entries(want.grads)) {
        const off = distance(got.grads[key]!, grad);
        assert.ok(off < 1e-5, `gradient of ${key} off by ${off}`);
      }
      if (engine === "onnx" && kernel) assert.ok(fast.describe().graphs[0]!.kernels[kernel]);
      await fast.release();
    });

test("cross-entropy is exact where the label's probability underflows", async () => {
  const f = onnx(both(PAIRS.softmaxCrossEntropy!.fused));
  const logits = draw("", { shape: [1, 3], data: [500, 0, -500] });
  const out = await f(
    { logits, weights: draw("", { shape: [1], data: [1] }) },
    { labels: draw("", { shape: [1], dtype: "int32", data: [2] }) },
  );
  assert.deepEqual([...out.y.data], [1000]);
  assert.deepEqual([...out.grads.logits!.data], [1, 0, -1]);
  await f.release();
});
