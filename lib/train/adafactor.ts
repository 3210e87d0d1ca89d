import { tf } from "../engine";
import type { Params } from "../model/params";
import type { Adafactor } from "../recipe";
import { mapParams } from "./adamw";

/** Running means of squared gradients: of a matrix only its row and column means are kept, of a vector all. */
export type AdafactorSlots = { row: Params; column: Params; whole: Params };

/** The slots' shapes of a parameter: [..., R, C] has row means [..., R] and column means [..., C]. */
export function adafactorShapes(shape: readonly number[]): Partial<Record<keyof AdafactorSlots, readonly number[]>> {
  if (shape.length < 2) return { whole: shape };
  return { row: shape.slice(0, -1), column: [...shape.slice(0, -2), ...shape.slice(-1)] };
}

/** Root mean square of all elements. */
const rms = (x: tf.Tensor) => tf.sqrt(tf.mean(tf.square(x)));

/**
 * One step of Adafactor as HuggingFace implements it with `relative_step=False`: second moments by rows and columns
 * (Shazeer and Stern 2018, algorithm 4), updates clipped by their own root mean square, steps relative to the parameter's.
 * `step` counts from 1.
 */
export function adafactor(
  params: Params,
  grads: Params,
  slots: AdafactorSlots,
  step: tf.Scalar,
  learningRate: tf.Scalar,
  recipe: Adafactor,
): { params: Params; slots: AdafactorSlots } {
  const decay = tf.sub(1, tf.pow(step, recipe.decayRate));
  const rest = tf.sub(1, decay);
  const follow = (mean: tf.Tensor, now: tf.Tensor) => tf.add(tf.mul(mean, decay), tf.mul(now, rest));
  const next: AdafactorSlots = { row: {}, column: {}, whole: {} };
  const direction = (grad: tf.Tensor, name: string): tf.Tensor => {
    const squared = tf.add(tf.square(grad), recipe.epsilonSquare); // ..., R, C
    const { row, column, whole } = slots;
    if (grad.rank < 2) {
      next.whole[name] = follow(whole[name] as tf.Tensor, squared);
      return tf.mul(grad, tf.rsqrt(next.whole[name]));
    }
    const rows = follow(row[name] as tf.Tensor, tf.mean(squared, -1)); // ..., R
    const columns = follow(column[name] as tf.Tensor, tf.mean(squared, -2)); // ..., C
    next.row[name] = rows;
    next.column[name] = columns;
    const rowFactor = tf.rsqrt(tf.div(rows, tf.mean(rows, -1, true))); // ..., R
    return tf.mul(tf.mul(tf.expandDims(rowFactor, -1), tf.expandDims(tf.rsqrt(columns), -2)), grad); // ..., R, C
  };
  const moved = mapParams(params, (p, name) => {
    const update = direction(grads[name] as tf.Tensor, name);
    const clipped = tf.div(update, tf.maximum(1, tf.div(rms(update), recipe.clipThreshold)));
    const rate = recipe.scaleParameter ? tf.mul(tf.maximum(recipe.epsilonScale, rms(p)), learningRate) : learningRate;
    const decayed = recipe.weightDecay > 0 ? tf.sub(p, tf.mul(p, tf.mul(rate, recipe.weightDecay))) : p;
    return tf.sub(decayed, tf.mul(clipped, rate));
  });
  return { params: moved, slots: next };
}
