import { tf } from "../engine";
import type { Alignment } from "../recipe";

/** Keeps a repeated song out of the softmax: its exponential is exactly 0. */
const ABSENT = -1e9;

/** Rows scaled to length 1; the floor of 1e−12 on the norm is PyTorch's `normalize`. */
function unitRows(x: tf.Tensor): tf.Tensor {
  return tf.div(x, tf.maximum(tf.sqrt(tf.sum(tf.square(x), -1, true)), 1e-12));
}

/** Similarities `s(z_m^i, z_l^j) / τ` of music codes `[N, D]` (rows) and lyrics codes `[N, D]` (columns): `[N, N]`. */
export function similarityMatrix(music: tf.Tensor, lyrics: tf.Tensor, alignment: Alignment<string>): tf.Tensor {
  const [m, l] = alignment.similarity === "cosine" ? [unitRows(music), unitRows(lyrics)] : [music, lyrics];
  return tf.mul(tf.matMul(m as tf.Tensor2D, l as tf.Tensor2D, false, true), 1 / alignment.temperature); // N, N
}

/** Mean over the counted rows of `−log softmax(row)[i]`: each anchor must pick its own partner. */
function pickOwnPartner(scores: tf.Tensor, distinct: tf.Tensor): tf.Tensor {
  const [N = 0] = scores.shape;
  const candidates = tf.add(scores, tf.reshape(tf.mul(tf.sub(1, distinct), ABSENT), [1, N])); // N, N
  const own = tf.sum(tf.mul(scores, tf.eye(N)), 1); // N
  const peak = tf.max(candidates, 1, true); // N, 1
  const logSum = tf.add(tf.log(tf.sum(tf.exp(tf.sub(candidates, peak)), 1)), tf.squeeze(peak, [1])); // N
  return tf.div(tf.sum(tf.mul(tf.sub(logSum, own), distinct)), tf.sum(distinct));
}

/**
 * InfoNCE (paper, equation 1): `−1/N Σ_i log( exp(s_ii/τ) / Σ_j exp(s_ij/τ) )`, in nats. `log N − InfoNCE` is a lower
 * bound of the mutual information between the two codes (Oord et al. 2018).
 *
 * @param music codes `[N, D]`
 * @param lyrics codes `[N, D]`
 * @param distinct `[N]`, 1 for the first row of each song and 0 for its repeats, which take no part (released code)
 */
export function infoNCE(music: tf.Tensor, lyrics: tf.Tensor, alignment: Alignment<string>, distinct: tf.Tensor): tf.Scalar {
  const scores = similarityMatrix(music, lyrics, alignment); // N, N
  const asked = () => pickOwnPartner(scores, distinct); // music asks, lyrics answer
  const answered = () => pickOwnPartner(tf.transpose(scores), distinct); // lyrics ask, music answers
  if (alignment.direction === "music-to-lyrics") return asked() as tf.Scalar;
  if (alignment.direction === "lyrics-to-music") return answered() as tf.Scalar;
  return tf.mul(tf.add(asked(), answered()), 0.5) as tf.Scalar;
}
