import { softmaxCrossEntropy, tf } from "../engine";

/**
 * Caption loss (paper, equation 3): mean of `−log p(y_t | y_<t, Z)` over the counted tokens, in nats a token.
 * The paper writes a sum; the released code takes PyTorch's mean, and so do we.
 *
 * @param logits `[N, V]`, one row a caption position
 * @param labels int32 `[N]`
 * @param counted `[N]`, 1 where the position takes part, 0 where it does not
 */
export function captionLoss(logits: tf.Tensor, labels: tf.Tensor, counted: tf.Tensor): tf.Scalar {
  const total = tf.sum(softmaxCrossEntropy(logits as tf.Tensor2D, labels as tf.Tensor1D, counted as tf.Tensor1D));
  return tf.div(total, tf.sum(counted)) as tf.Scalar;
}
