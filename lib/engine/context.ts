import { AlcapError } from "../errors";
import type { tf } from "./tf";

/** Makes the mask of the next dropout site of the run in progress. */
export type MaskSource = (shape: readonly number[], rate: number, key: tf.Tensor) => tf.Tensor;

// tfjs keeps one engine for the process; this is the part of that state that is ours.
let current: MaskSource | undefined;

/** Runs `fn` with `masks` answering the dropout calls inside it. */
export function withMasks<T>(masks: MaskSource, fn: () => T): T {
  const previous = current;
  current = masks;
  try {
    return fn();
  } finally {
    current = previous;
  }
}

/**
 * The mask of the next dropout site: 0 where an element is dropped, 1 / (1 − rate) where it is kept.
 * @throws AlcapError `engine` outside a compiled function.
 */
export function nextMask(shape: readonly number[], rate: number, key: tf.Tensor): tf.Tensor {
  if (!current)
    throw new AlcapError(
      "engine",
      "dropout is called outside a compiled function.",
      "Wrap the calling function with compile(fn).",
    );
  return current(shape, rate, key);
}
