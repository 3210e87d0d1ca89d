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

/**
 * One step. `step` counts from 1 and is a scalar tensor, as is the learning rate, so that neither is baked into the graph.
 *
 * @param scale of the gradients, where these are not all that the bound on their norm holds for
 */
export function adamw(
  params: Params,
  grads: Params,
  slots: AdamSlots,
  step: tf.Scalar,
  learningRate: tf.Scalar,
  recipe: AdamW,
  scale: tf.Tensor = clipScale(grads, recipe.clipNorm),
) {
  const { beta1, beta2, epsilon, weightDecay } = recipe;
  const [share1, share2] = [tf.mul(scale, 1 - beta1), tf.mul(tf.square(scale), 1 - beta2)]; // of a gradient, of its square
  const correction1 = tf.sub(1, tf.pow(tf.scalar(beta1), step));
  const correction2 = tf.sqrt(tf.sub(1, tf.pow(tf.scalar(beta2), step)));
  const rate = tf.div(tf.mul(learningRate, correction2), correction1);
  const m = mapParams(grads, (g, name) => tf.add(tf.mul(slots.m[name] as tf.Tensor, beta1), tf.mul(g, share1)));
  const v = mapParams(grads, (g, name) => tf.add(tf.mul(slots.v[name] as tf.Tensor, beta2), tf.mul(tf.square(g), share2)));
  const next = mapParams(params, (p, name) => {
    const move = tf.div(tf.mul(m[name] as tf.Tensor, rate), tf.add(tf.sqrt(v[name] as tf.Tensor), tf.mul(correction2, epsilon)));
    const decayed = p.rank > 1 && weightDecay > 0 ? tf.mul(p, tf.sub(1, tf.mul(learningRate, weightDecay))) : p;
    return tf.sub(decayed, move);
  });
  return { params: next, slots: { m, v } };
}

/** Applies a function to every parameter, keeping names and order. */
export function mapParams(params: Params, f: (tensor: tf.Tensor, name: string) => tf.Tensor): Params {
  return Object.fromEntries(Object.entries(params).map(([name, tensor]) => [name, f(tensor, name)]));
}
