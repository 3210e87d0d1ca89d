import { softmaxCrossEntropy, tf } from "../engine";
import { type VocabularyStates, vocabularyCrossEntropy } from "./vocabulary";

/**
 * Caption loss (paper, equation 3): mean of `−log p(y_t | y_<t, Z)` over the counted tokens, in nats a token.
 * The paper writes a sum; the released code takes PyTorch's mean, and so do we.
 *
 * @param scores logits `[N, V]`, one row a caption position; or what they are made of, which takes less work and memory
 * @param labels int32 `[N]`
 * @param counted `[N]`, 1 where the position takes part, 0 where it does not
 * @param total what the sum is divided by; a micro-batch gives its whole batch's number of counted positions
 */
export function captionLoss(
  scores: tf.Tensor | VocabularyStates,
  labels: tf.Tensor,
  counted: tf.Tensor,
  total: tf.Tensor = tf.sum(counted),
): tf.Scalar {
  const [ids, weights] = [labels as tf.Tensor1D, counted as tf.Tensor1D];
  const sum =
    "states" in scores
      ? vocabularyCrossEntropy(scores, ids, weights)
      : tf.sum(softmaxCrossEntropy(scores as tf.Tensor2D, ids, weights));
  return tf.div(sum, total) as tf.Scalar;
}
