import { addBias, tf } from "../engine";
import { type Params, param } from "./params";

/** What is dropped: values on their way between layers, attention weights, or inner values of a feed-forward layer. */
export type DropoutPlace = "hidden" | "attention" | "activation";

/** Dropout as the caller decides it: the identity in evaluation, seeded masks in training. The place is `hidden` where none is named. */
export type Dropout = (x: tf.Tensor, place?: DropoutPlace) => tf.Tensor;

/** No dropout. */
export const keepAll: Dropout = (x) => x;

/** Added to attention scores where a key must not be seen; small enough that its softmax weight is exactly 0. */
const HIDDEN = -1e9;

/** `y = x Wᵀ + b` with PyTorch's weight layout `[out, in]`; works on the last axis of `x`. */
export function linear(params: Params, name: string, x: tf.Tensor): tf.Tensor {
  return affine(x, param(params, `${name}.weight`), param(params, `${name}.bias`));
}

/** The same with the weight and bias given. */
export function affine(x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  const [out = 0, input = 0] = weight.shape;
  const rows = tf.matMul(tf.reshape(x, [-1, input]) as tf.Tensor2D, weight as tf.Tensor2D, false, true); // N, out
  return tf.reshape(addBias(rows, bias as tf.Tensor1D), [...x.shape.slice(0, -1), out]);
}

/** `[B, T, C]` → `[B, H, T, C/H]`. */
export function splitHeads(x: tf.Tensor, heads: number): tf.Tensor {
  const [B = 0, T = 0, C = 0] = x.shape;
  return tf.transpose(tf.reshape(x, [B, T, heads, C / heads]), [0, 2, 1, 3]);
}

/** `[B, H, T, D]` → `[B, T, H·D]`. */
export function mergeHeads(x: tf.Tensor): tf.Tensor {
  const [B = 0, H = 0, T = 0, D = 0] = x.shape;
  return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [B, T, H * D]);
}

/**
 * Attention weights `softmax(q kᵀ / √D + bias)` of queries `[B, H, T, D]` on keys `[B, H, S, D]`: `[B, H, T, S]`.
 * Vaswani et al. 2017, equation 1; the paper's equation 2 is this with music as keys.
 */
export function attentionWeights(q: tf.Tensor, k: tf.Tensor, bias?: tf.Tensor): tf.Tensor {
  const scale = 1 / Math.sqrt(q.shape[3] ?? 1);
  const scores = tf.matMul(tf.mul(q, scale), k, false, true); // B, H, T, S
  return tf.softmax(bias ? tf.add(scores, bias) : scores);
}

/** Attention over several heads: queries `[B, T, C]`, keys and values `[B, S, C]` → `[B, T, C]`. */
export function attend(
  q: tf.Tensor,
  k: tf.Tensor,
  v: tf.Tensor,
  heads: number,
  bias?: tf.Tensor,
  dropout: Dropout = keepAll,
): tf.Tensor {
  const weights = dropout(attentionWeights(splitHeads(q, heads), splitHeads(k, heads), bias), "attention"); // B, H, T, S
  return mergeHeads(tf.matMul(weights, splitHeads(v, heads))); // B, T, C
}

/** Bias that hides padding from attention: mask `[B, S]` of ones and zeros → `[B, 1, 1, S]` of 0 and −1e9. */
export function paddingBias(mask: tf.Tensor): tf.Tensor {
  const [B = 0, S = 0] = mask.shape;
  return tf.reshape(tf.mul(tf.sub(1, mask), HIDDEN), [B, 1, 1, S]);
}

/** Bias that hides the future: `[1, 1, T, T]` of 0 and −1e9. */
export function causalBias(T: number): tf.Tensor {
  const steps = tf.range(0, T, 1, "int32");
  const future = tf.greater(tf.reshape(steps, [1, T]), tf.reshape(steps, [T, 1])); // query row, key column
  return tf.reshape(tf.mul(tf.cast(future, "float32"), HIDDEN), [1, 1, T, T]);
}
