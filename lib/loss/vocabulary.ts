import { tf } from "../engine";

/** What vocabulary scores `s Eᵀ + b` are made of. */
export interface VocabularyStates {
  /** `[N, C]` */
  readonly states: tf.Tensor;
  /** Output weights `[V, C]`: BART's embedding table. */
  readonly table: tf.Tensor;
  /** `[V]`; no bias where it is left out. */
  readonly bias?: tf.Tensor | undefined;
  /** Rows whose scores are in memory at once; all of them where it is left out. */
  readonly rows?: number | undefined;
}

/** The parts of a vocabulary loss with a gradient: states `[N, C]`, output weights `[V, C]` and, where there is one, output bias `[V]`. */
type Sides = readonly [states: tf.Tensor2D, table: tf.Tensor2D, bias?: tf.Tensor1D];

/**
 * Sum of `w_i · −log softmax(s_i Eᵀ + b)[label_i]` over the rows, in nats. Its gradients are taken while the scores `[N, V]` are at hand
 * (the loss is a sum, so they only need scaling later) and without their error `softmax − one-hot`: the one-hot part of a product
 * with it is a row of the table. Rows may go in chunks, so that the scores of one chunk at a time are in memory.
 *
 * @param labels int32 `[N]`
 * @param weights `[N]`, not differentiated
 */
export function vocabularyCrossEntropy(
  { states, table, bias, rows = states.shape[0] ?? 0 }: VocabularyStates,
  labels: tf.Tensor1D,
  weights: tf.Tensor1D,
): tf.Scalar {
  const run = tf.customGrad((...args) => {
    const save = args.pop() as unknown as tf.GradSaveFunc;
    const { total, grads } = inChunks(args as unknown as Sides, labels, weights, rows);
    save(grads);
    return { value: total, gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => saved.map((grad) => tf.mul(grad, dy)) };
  });
  return run(...(bias ? [states, table, bias] : [states, table])) as tf.Scalar;
}

function inChunks([states, ...shared]: Sides, labels: tf.Tensor1D, weights: tf.Tensor1D, rows: number) {
  const [N = 0] = states.shape;
  const ofStates: tf.Tensor[] = [];
  let total: tf.Tensor = tf.scalar(0);
  let ofShared: readonly tf.Tensor[] = [];
  for (let at = 0; at < N; at += rows) {
    const size = Math.min(rows, N - at);
    const part = <T extends tf.Tensor>(x: T) =>
      tf.slice(x, [at, ...x.shape.slice(1).map(() => 0)], [size, ...x.shape.slice(1)]) as T;
    const held = at > 0 ? after(part(states), [total, ...ofShared, ...ofStates.slice(-1)]) : part(states);
    const { value, grads } = chunk([held, ...shared], part(labels), part(weights));
    const [toStates, ...toShared] = grads;
    total = tf.add(total, value);
    ofStates.push(toStates as tf.Tensor); // n, C
    ofShared = toShared.map((grad, i) => (at > 0 ? tf.add(ofShared[i] as tf.Tensor, grad) : grad)); // V, C and V
  }
  return { total, grads: [tf.concat(ofStates, 0), ...ofShared] };
}

/** `x` itself, but computed after all of `others`: adds zeros that the graph cannot know to be such. */
function after<T extends tf.Tensor>(x: T, others: readonly tf.Tensor[]): T {
  const zero = (other: tf.Tensor) => tf.minimum(tf.abs(tf.slice(tf.reshape(other, [-1]), 0, 1)), 0); // 1
  return tf.add(x, tf.addN(others.map(zero)));
}

/** Loss and gradients of one chunk's rows. */
function chunk([states, table, bias]: Sides, labels: tf.Tensor1D, weights: tf.Tensor1D) {
  const [V = 0] = table.shape;
  const column = tf.reshape(weights, [-1, 1]); // n, 1
  const product = tf.matMul(states, table, false, true); // n, V
  const scores = bias ? tf.add(product, bias) : product; // n, V
  const chances = tf.softmax(scores) as tf.Tensor2D; // n, V
  // The largest chance is 1 / Σ exp(score − largest score), which cannot underflow.
  const logSum = tf.sub(tf.max(scores, 1), tf.log(tf.max(chances, 1))); // n
  const labelled = tf.gather(table, labels); // n, C
  const dot = tf.sum(tf.mul(states, labelled), 1); // n
  const own = bias ? tf.add(dot, tf.gather(bias, labels)) : dot; // n
  const weighed = tf.mul(states, column) as tf.Tensor2D; // n, C
  const toStates = tf.mul(tf.sub(tf.matMul(chances, table), labelled), column); // n, C
  const toTable = tf.sub(tf.matMul(chances, weighed, true, false), tf.unsortedSegmentSum(weighed, labels, V)); // V, C
  const toBias = () =>
    tf.squeeze(tf.sub(tf.matMul(chances, column as tf.Tensor2D, true, false), tf.unsortedSegmentSum(column, labels, V)), [1]); // V
  return {
    value: tf.sum(tf.mul(tf.sub(logSum, own), weights)),
    grads: [toStates, toTable, ...(bias ? [toBias()] : [])],
  };
}
