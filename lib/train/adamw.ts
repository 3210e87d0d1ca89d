import { tf } from "../engine";
import type { Params } from "../model/params";
import type { AdamW } from "../recipe";

export type { AdamW } from "../recipe";

/** First and second moments of the gradients, shaped as the parameters. */
export type AdamSlots = { m: Params; v: Params };

/** What all gradients are scaled by, so that their global L2 norm is at most `limit`. */
export function clipScale(grads: Params, limit: number): tf.Tensor {
  const squares = Object.values(grads).map((g) => tf.sum(tf.square(g)));
  const norm = tf.sqrt(tf.addN(squares));
  return tf.minimum(1, tf.div(limit, tf.add(norm, 1e-6)));
}

/** What all elements of a step share. */
export type AdamScalars = {
  /** Of a scaled gradient in the first moment, of its square in the second. */
  share1: tf.Tensor;
  share2: tf.Tensor;
  /** Learning rate over first moment, both moments' corrections for their start at zero in it. */
  rate: tf.Tensor;
  /** Added to the root of the second moment. */
  floor: tf.Tensor;
  /** What weight decay leaves of a weight. */
  kept: tf.Tensor;
};

/**
 * A step's scalars. `step` counts from 1 and is a scalar tensor, as is the learning rate, so that neither is baked into the graph.
 *
 * @param scale what gradients are multiplied by first
 */
export function adamScalars(recipe: AdamW, step: tf.Scalar, learningRate: tf.Scalar, scale: tf.Tensor): AdamScalars {
  const { beta1, beta2, epsilon, weightDecay } = recipe;
  const correction1 = tf.sub(1, tf.pow(tf.scalar(beta1), step));
  const correction2 = tf.sqrt(tf.sub(1, tf.pow(tf.scalar(beta2), step)));
  return {
    share1: tf.mul(scale, 1 - beta1),
    share2: tf.mul(tf.square(scale), 1 - beta2),
    rate: tf.div(tf.mul(learningRate, correction2), correction1),
    floor: tf.mul(correction2, epsilon),
    kept: tf.sub(1, tf.mul(learningRate, weightDecay)),
  };
}

/** Whether a parameter of this rank decays: matrices do, biases and norms do not. */
export const decays = (rank: number, { weightDecay }: AdamW): boolean => rank > 1 && weightDecay > 0;

/** One step, of gradients scaled down to the recipe's bound on their norm. */
export function adamw(params: Params, grads: Params, slots: AdamSlots, step: tf.Scalar, learningRate: tf.Scalar, recipe: AdamW) {
  const { beta1, beta2, clipNorm } = recipe;
  const { share1, share2, rate, floor, kept } = adamScalars(recipe, step, learningRate, clipScale(grads, clipNorm));
  const m = mapParams(grads, (g, name) => tf.add(tf.mul(slots.m[name] as tf.Tensor, beta1), tf.mul(g, share1)));
  const v = mapParams(grads, (g, name) => tf.add(tf.mul(slots.v[name] as tf.Tensor, beta2), tf.mul(tf.square(g), share2)));
  const next = mapParams(params, (p, name) => {
    const move = tf.div(tf.mul(m[name] as tf.Tensor, rate), tf.add(tf.sqrt(v[name] as tf.Tensor), floor));
    return tf.sub(decays(p.rank, recipe) ? tf.mul(p, kept) : p, move);
  });
  return { params: next, slots: { m, v } };
}

/**
 * `adamw` of one parameter in its own arrays, to the same bytes: every operation rounds to float32, as in a graph. One pass over memory;
 * what the runtime gives back it copies, and those copies of a large model's state cost more than the arithmetic.
 *
 * @param keeps what weight decay leaves of a weight, 1 where it does not decay
 */
export function adamwInPlace(
  { p, m, v, g }: Readonly<Record<"p" | "m" | "v" | "g", Float32Array>>,
  { beta1, beta2 }: Pick<AdamW, "beta1" | "beta2">,
  { share1, share2, rate, floor }: Readonly<Record<Exclude<keyof AdamScalars, "kept">, number>>,
  keeps: number,
): void {
  const f = Math.fround;
  const [b1, b2] = [f(beta1), f(beta2)];
  for (let i = 0; i < p.length; i++) {
    const grad = g[i]!;
    const first = f(f(m[i]! * b1) + f(grad * share1));
    const second = f(f(v[i]! * b2) + f(f(grad * grad) * share2));
    m[i] = first;
    v[i] = second;
    p[i] = f(f(p[i]! * keeps) - f(f(first * rate) / f(f(Math.sqrt(second)) + floor)));
  }
}

/** Applies a function to every parameter, keeping names and order. */
export function mapParams(params: Params, f: (tensor: tf.Tensor, name: string) => tf.Tensor): Params {
  return Object.fromEntries(Object.entries(params).map(([name, tensor]) => [name, f(tensor, name)]));
}
