import { tf } from "../engine";

/**
 * Binary cross-entropy of tag logits `[B, tags]` against 0/1 targets, mean over all, in nats.
 * Written as `max(x, 0) − x·y + log(1 + exp(−|x|))`, which no logit overflows.
 */
export function tagLoss(logits: tf.Tensor, tags: tf.Tensor): tf.Scalar {
  const softened = tf.log1p(tf.exp(tf.neg(tf.abs(logits))));
  return tf.mean(tf.add(tf.sub(tf.relu(logits), tf.mul(logits, tags)), softened)) as tf.Scalar;
}
