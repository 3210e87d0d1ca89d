import { tf } from "../engine";
import type { Alignment } from "../recipe";
import { similarityMatrix } from "./infonce";

/**
 * Sigmoid pairwise loss (Zhai et al. 2023), in nats: each cell of the similarity matrix decides by itself whether it is a pair,
 * `−1/N Σ_ij ln σ(z_ij (s_ij/τ + b))`, `z_ij` 1 on the diagonal and −1 off it. The bias is not learned: with `b = −ln(N − 1)` codes that
 * know nothing make each cell a pair with chance `1/N`.
 *
 * @param music codes `[N, D]`
 * @param lyrics codes `[N, D]`
 * @param distinct `[N]`, 1 for rows that take part, 0 for others
 */
export function sigmoidPairs(music: tf.Tensor, lyrics: tf.Tensor, alignment: Alignment<string>, distinct: tf.Tensor): tf.Scalar {
  const [N = 0] = music.shape;
  const bias = -Math.log(Math.max(1, N - 1));
  const scores = tf.add(similarityMatrix(music, lyrics, alignment), bias); // N, N
  const signs = tf.sub(tf.mul(tf.eye(N), 2), 1); // N, N
  const cells = tf.softplus(tf.neg(tf.mul(signs, scores))); // N, N: −ln σ
  const counted = tf.mul(tf.expandDims(distinct, 1), tf.expandDims(distinct, 0)); // N, N
  return tf.div(tf.sum(tf.mul(cells, counted)), tf.sum(distinct)) as tf.Scalar;
}
