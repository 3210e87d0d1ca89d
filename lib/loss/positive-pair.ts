import { tf } from "../engine";

/** Least product of two lengths (PyTorch's CosineSimilarity). */
const LEAST = 1e-8;

/**
 * Positive-pair loss of the released code: `1/N Σ_i (1 − cos(z_m^i, z_l^i))`. It pulls each song's two codes together and,
 * having no negatives, pushes none apart.
 *
 * @param music codes `[N, D]`
 * @param lyrics codes `[N, D]`
 * @param distinct `[N]`, 1 for rows that take part, 0 for others
 */
export function positivePair(music: tf.Tensor, lyrics: tf.Tensor, distinct: tf.Tensor): tf.Scalar {
  const product = tf.sum(tf.mul(music, lyrics), 1); // N
  const squares = tf.mul(tf.sum(tf.square(music), 1), tf.sum(tf.square(lyrics), 1)); // N
  const cosine = tf.div(product, tf.sqrt(tf.maximum(squares, LEAST * LEAST))); // N
  return tf.div(tf.sum(tf.mul(tf.sub(1, cosine), distinct)), tf.sum(distinct)) as tf.Scalar;
}
