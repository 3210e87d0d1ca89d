import { softmaxCrossEntropy, tf } from "../engine";

/** What vocabulary scores `s Eᵀ + b` are made of, to be taken in chunks. */
export interface VocabularyStates {
  /** `[N, C]` */
  readonly states: tf.Tensor;
  /** Output weights `[V, C]`: BART's embedding table. */
  readonly table: tf.Tensor;
  /** `[V]` */
  readonly bias: tf.Tensor;
  /** Rows of a chunk. */
  readonly rows: number;
}

/** The parts of a vocabulary loss with a gradient: states `[N, C]`, output weights `[V, C]`, output bias `[V]`. */
type Sides = readonly [states: tf.Tensor, table: tf.Tensor, bias: tf.Tensor];

/**
 * Sum of `w_i · −log softmax(s_i Eᵀ + b)[label_i]` over the rows, in nats, without ever holding all `[N, V]` scores: rows go in
 * chunks, and each chunk's gradients are taken while its scores are at hand (the loss is a sum, so they only need scaling later).
 * A chunk waits for the one before it, so that scores of one chunk at a time are in memory.
 *
 * @param labels int32 `[N]`
 * @param weights `[N]`, not differentiated
 */
export function chunkedCrossEntropy(
  { states, table, bias, rows }: VocabularyStates,
  labels: tf.Tensor1D,
  weights: tf.Tensor1D,
): tf.Scalar {
  const run = tf.customGrad((...args) => {
    const [statesIn, tableIn, biasIn, save] = args as [...Sides, tf.GradSaveFunc];
    const { total, grads } = inChunks([statesIn, tableIn, biasIn], labels, weights, rows);
    save([...grads]);
    return { value: total, gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => saved.map((grad) => tf.mul(grad, dy)) };
  });
  return run(states, table, bias) as tf.Scalar;
}

function inChunks([states, table, bias]: Sides, labels: tf.Tensor1D, weights: tf.Tensor1D, rows: number) {
  const [N = 0] = states.shape;
  const dStates: tf.Tensor[] = [];
  let total: tf.Tensor = tf.scalar(0);
  let dTable: tf.Tensor | undefined;
  let dBias: tf.Tensor | undefined;
  for (let at = 0; at < N; at += rows) {
    const size = Math.min(rows, N - at);
    const part = <T extends tf.Tensor>(x: T) =>
      tf.slice(x, [at, ...x.shape.slice(1).map(() => 0)], [size, ...x.shape.slice(1)]) as T;
    const held = part(states);
    const done = [total, dTable, dBias, dStates.at(-1)].filter((x) => x !== undefined);
    const sides: Sides = [at > 0 ? after(held, done) : held, table, bias];
    const { value, grads } = chunk(sides, part(labels), part(weights));
    const [toStates, toTable, toBias] = grads as [tf.Tensor, tf.Tensor, tf.Tensor];
    total = tf.add(total, value);
    dStates.push(toStates); // n, C
    dTable = dTable ? tf.add(dTable, toTable) : toTable; // V, C
    dBias = dBias ? tf.add(dBias, toBias) : toBias; // V
  }
  return { total, grads: [tf.concat(dStates, 0), dTable as tf.Tensor, dBias as tf.Tensor] as const };
}

/** `x` itself, but computed after all of `others`: adds zeros that the graph cannot know to be such. */
function after(x: tf.Tensor, others: readonly tf.Tensor[]): tf.Tensor {
  const zero = (other: tf.Tensor) => tf.minimum(tf.abs(tf.slice(tf.reshape(other, [-1]), 0, 1)), 0); // 1
  return tf.add(x, tf.addN(others.map(zero)));
}

/** Loss and gradients of one chunk's rows: the scores' gradient is `w (softmax − one-hot)`. */
function chunk([states, table, bias]: Sides, labels: tf.Tensor1D, weights: tf.Tensor1D) {
  const [n = 0] = states.shape;
  const product = tf.matMul(states as tf.Tensor2D, table as tf.Tensor2D, false, true); // n, V
  const scores = tf.add(product, bias) as tf.Tensor2D; // n, V
  const nats = softmaxCrossEntropy(scores, labels, tf.onesLike(weights)); // n
  const at = tf.stack([tf.range(0, n, 1, "int32"), labels], 1); // n, 2
  const labelError = tf.sub(tf.exp(tf.neg(nats)), 1); // n
  const error = tf.mul(tf.tensorScatterUpdate(tf.softmax(scores), at, labelError), tf.reshape(weights, [n, 1])) as tf.Tensor2D; // n, V
  return {
    value: tf.sum(tf.mul(nats, weights)),
    grads: [
      tf.matMul(error, table as tf.Tensor2D), // n, C
      tf.matMul(error, states as tf.Tensor2D, true, false), // V, C
      tf.squeeze(tf.matMul(tf.ones([1, n]), error), [0]), // V
    ],
  };
}
