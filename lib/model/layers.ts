import { affine as affineRows, tf } from "../engine";
import { mergeHeads, type Places, splitHeads } from "./layout";
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
  const rows = affineRows(tf.reshape(x, [-1, input]) as tf.Tensor2D, weight as tf.Tensor2D, bias as tf.Tensor1D); // N, out
  return tf.reshape(rows, [...x.shape.slice(0, -1), out]);
}

/**
 * Attention weights `softmax(q kᵀ · scale + bias)` of queries `[B, H, T, D]` on keys `[B, H, S, D]`: `[B, H, T, S]`; the scale is `1/√D`
 * where none is given. Vaswani et al. 2017, equation 1; the paper's equation 2 is this with music as keys.
 */
export function attentionWeights(
  q: tf.Tensor,
  k: tf.Tensor,
  { bias, scale = 1 / Math.sqrt(q.shape[3] ?? 1) }: { bias?: tf.Tensor; scale?: number } = {},
): tf.Tensor {
  const scores = tf.matMul(tf.mul(q, scale), k, false, true); // B, H, T, S
  return tf.softmax(bias ? tf.add(scores, bias) : scores);
}

/** What attention over several heads may be given. */
export interface Attention {
  /** Added to the scores, `[B, 1, 1, S]` or `[1, 1, T, S]`. */
  readonly bias?: tf.Tensor;
  readonly dropout?: Dropout;
  /** Where packed queries lie, and packed keys and values. */
  readonly places?: { readonly queries?: Places | null; readonly keys?: Places | null };
}

/** Attention over several heads: queries `[B, T, C]`, keys and values `[B, S, C]` → `[B, T, C]`; packed ones are `[N, C]`. */
export function attend(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, heads: number, options: Attention = {}): tf.Tensor {
  const { bias, dropout = keepAll, places = {} } = options;
  const [asked, keys] = [splitHeads(q, heads, places.queries), splitHeads(k, heads, places.keys)];
  const weights = dropout(attentionWeights(asked, keys, { bias }), "attention"); // B, H, T, S
  return mergeHeads(tf.matMul(weights, splitHeads(v, heads, places.keys)), places.queries); // B, T, C
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
