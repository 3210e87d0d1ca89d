import { AlcapError } from "../errors";
import { nextMask } from "./context";
import { isTracing } from "./graph/recorder";
import { FUSED_AFFINE, FUSED_GELU, FUSED_LAYER_NORM } from "./kernels/fused";
import { tf } from "./tf";

/** Sums the rows of `x` [N, D] into [D]. */
const sumRows = (x: tf.Tensor): tf.Tensor => tf.reshape(tf.matMul(tf.ones([1, x.shape[0]!]), x as tf.Tensor2D), [x.shape[1]!]); // D

/** Normalised x with the row means and inverse deviations its gradient needs. */
function normalise(
  x: tf.Tensor,
  gain: tf.Tensor,
  bias: tf.Tensor,
  eps: number,
): [y: tf.Tensor, mean: tf.Tensor, inverse: tf.Tensor] {
  if (isTracing()) {
    const [y, mean, inverse] = tf.engine().runKernel(FUSED_LAYER_NORM, { x, gain, bias }, { eps }) as tf.Tensor[];
    return [y!, mean!, inverse!];
  }
  const mean = tf.mean(x, -1, true); // ..., 1
  const centred = tf.sub(x, mean); // ..., D
  const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), eps)); // ..., 1
  return [tf.add(tf.mul(tf.mul(centred, inverse), gain), bias), mean, inverse];
}

/**
 * Layer normalisation over the last axis: `(x − mean) / √(variance + eps) · gain + bias`.
 * @param x `[..., D]`
 * @param gain `[D]`
 * @param bias `[D]`
 * @returns `[..., D]`
 */
export function layerNorm<T extends tf.Tensor>(x: T, gain: tf.Tensor, bias: tf.Tensor, eps: number): T {
  const width = x.shape.at(-1)!;
  const rows = x.size / width;
  const run = tf.customGrad((...args) => {
    const [xIn, gainIn, biasIn, save] = args as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const [y, mean, inverse] = normalise(xIn, gainIn, biasIn, eps);
    save([xIn, gainIn, mean, inverse]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const [xs, gains, means, inverses] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
      const normal = tf.mul(tf.sub(xs, means), inverses); // ..., D
      const scaled = tf.mul(dy, gains); // ..., D
      const level = tf.mean(scaled, -1, true); // ..., 1
      const slope = tf.mean(tf.mul(scaled, normal), -1, true); // ..., 1
      const dx = tf.mul(tf.sub(tf.sub(scaled, level), tf.mul(normal, slope)), inverses); // ..., D
      const dGain = sumRows(tf.reshape(tf.mul(dy, normal), [rows, width])); // D
      const dBias = sumRows(tf.reshape(dy, [rows, width])); // D
      return [dx, dGain, dBias];
    };
    return { value: y, gradFunc };
  });
  return run(x, gain, bias) as T;
}

/**
 * Gaussian error linear unit, exact (erf) form: `x Φ(x)` (Hendrycks and Gimpel 2016).
 */
export function gelu<T extends tf.Tensor>(x: T): T {
  const run = tf.customGrad((...args) => {
    const [xIn, save] = args as [tf.Tensor, tf.GradSaveFunc];
    save([xIn]);
    const value = isTracing()
      ? (tf.engine().runKernel(FUSED_GELU, { x: xIn }) as tf.Tensor)
      : tf.mul(tf.mul(xIn, 0.5), tf.add(tf.erf(tf.mul(xIn, Math.SQRT1_2)), 1));
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor => {
      const xs = saved[0]!;
      const cumulative = tf.mul(tf.add(tf.erf(tf.mul(xs, Math.SQRT1_2)), 1), 0.5); // Φ(x)
      const density = tf.exp(tf.mul(tf.square(xs), -0.5)); // φ(x) √(2π)
      return tf.mul(dy, tf.add(cumulative, tf.mul(tf.mul(xs, 1 / Math.sqrt(2 * Math.PI)), density)));
    };
    return { value, gradFunc };
  });
  return run(x) as T;
}

/** log softmax over the last axis; tfjs composes it from six ops, ONNX Runtime has it as one. */
export const logSoftmax = (logits: tf.Tensor): tf.Tensor =>
  isTracing() ? (tf.engine().runKernel(tf.LogSoftmax, { logits }, { axis: -1 }) as tf.Tensor) : tf.logSoftmax(logits);

/**
 * Cross-entropy of each row with its label, times the row's weight: `−w_i log softmax(logits_i)[label_i]`, in nats.
 * The gradient to the logits is `w_i (softmax − one-hot)`, so no `[N, V]` one-hot matrix is made.
 * @param logits `[N, V]`
 * @param labels int32 `[N]`, each in `0 … V − 1`
 * @param weights `[N]`; 0 leaves a row out
 * @returns `[N]`
 */
export function softmaxCrossEntropy(logits: tf.Tensor2D, labels: tf.Tensor1D, weights: tf.Tensor1D): tf.Tensor1D {
  const rows = logits.shape[0];
  const run = tf.customGrad((...args) => {
    const [logitsIn, weightsIn, save] = args as [tf.Tensor2D, tf.Tensor1D, tf.GradSaveFunc];
    const at = tf.stack([tf.range(0, rows, 1, "int32"), labels], 1); // N, 2
    const logProbability = logSoftmax(logitsIn); // N, V
    const loss = tf.neg(tf.gatherND(logProbability, at)); // N
    save([logProbability, weightsIn, loss, at]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const [logP, w, nats, index] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
      const labelError = tf.sub(tf.exp(tf.neg(nats)), 1); // N
      const error = tf.tensorScatterUpdate(tf.exp(logP), index, labelError); // N, V
      return [tf.mul(error, tf.reshape(tf.mul(w, dy), [rows, 1])), tf.mul(nats, dy)];
    };
    return { value: tf.mul(loss, weightsIn), gradFunc };
  });
  return run(logits, weights) as tf.Tensor1D;
}

/**
 * `x Wᵀ + b` with PyTorch's weight layout, as one product that starts from the bias; the bias's gradient is a product with a row of ones.
 * @param x `[N, in]`
 * @param weight `[out, in]`
 * @param bias `[out]`
 * @returns `[N, out]`
 */
export function affine(x: tf.Tensor2D, weight: tf.Tensor2D, bias: tf.Tensor1D): tf.Tensor2D {
  const run = tf.customGrad((...args) => {
    const [xIn, weightIn, biasIn, save] = args as [tf.Tensor2D, tf.Tensor2D, tf.Tensor1D, tf.GradSaveFunc];
    save([xIn, weightIn]);
    const value = isTracing()
      ? (tf.engine().runKernel(FUSED_AFFINE, { x: xIn, weight: weightIn, bias: biasIn }) as tf.Tensor)
      : tf.add(tf.matMul(xIn, weightIn, false, true), biasIn);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const [xs, w] = saved as [tf.Tensor2D, tf.Tensor2D];
      return [tf.matMul(dy as tf.Tensor2D, w), tf.matMul(dy as tf.Tensor2D, xs, true, false), sumRows(dy)];
    };
    return { value, gradFunc };
  });
  return run(x, weight, bias) as tf.Tensor2D;
}

/**
 * Rows of `x` by index, whose gradient is a gather too, not a scatter.
 * @param x `[N, D]`
 * @param index int32 `[...]`, the row of `x` that each row of the result is
 * @param inverse int32 `[N]`, the row of the result that each row of `x` became. Where a row of `x` is read more than once, all but
 *   this one must have no gradient; where it is read nowhere, this one must have none.
 * @returns `[..., D]`
 */
export function takeRows(x: tf.Tensor, index: tf.Tensor, inverse: tf.Tensor): tf.Tensor {
  const width = x.shape.at(-1)!;
  const run = tf.customGrad((...args) => {
    const [xIn] = args as [tf.Tensor];
    const gradFunc = (dy: tf.Tensor) => tf.gather(tf.reshape(dy, [-1, width]), inverse as tf.Tensor1D);
    return { value: tf.gather(xIn, index as tf.Tensor1D), gradFunc };
  });
  return run(x);
}

/**
 * Dropout with inverted scaling: each element is 0 with probability `rate`, else `x / (1 − rate)`.
 * The mask depends on the key and on the order of dropout calls in the compiled function, and is the same on every engine.
 * @param key int32 `[2]`: (seed, step), an argument of the compiled function
 */
export function dropout<T extends tf.Tensor>(x: T, rate: number, key: tf.Tensor): T {
  if (rate < 0 || rate >= 1)
    throw new AlcapError("input", `A dropout rate of ${rate} is outside 0 ≤ rate < 1.`, "Use 0 to switch dropout off.");
  return rate === 0 ? x : (tf.mul(x, nextMask(x.shape, rate, key)) as T);
}

/** Gives the ops inside `fn` a name that shows up in error messages and in the compiled graph's nodes. */
export const scope = <T extends tf.TensorContainer>(name: string, fn: () => T): T => tf.tidy(name, fn);
