import { tf } from "../../engine";
import { type MusicShape, musicStrides } from "../../recipe";
import { linear } from "../layers";
import type { Initial, Params } from "../params";
import { lowerBlocks } from "./music-encoder";

/** Whether a parameter belongs to a side head and is of no use after training. */
export const isSideHead = (parameter: string) => parameter.startsWith("side.");

/**
 * A tag head on convolution blocks, used in training only (as in Lee et al. 2015, "Deeply-Supervised Nets"): a linear layer
 * from their output `[B, F, T, C]` or `[B, T, C]`, averaged over time, to logits `[B, tags]`.
 */
export function sideLogits(params: Params, of: "lower" | "middle", features: tf.Tensor): tf.Tensor {
  const mean = tf.mean(features, features.rank - 2); // B, F, C or B, C
  const [B = 0] = mean.shape;
  return linear(params, `side.${of}`, tf.reshape(mean, [B, mean.size / B])); // B, tags
}

/** Names, shapes and fresh values of both side heads. */
export function sideParams(shape: MusicShape): Record<string, Initial> {
  const bands = musicStrides.slice(0, lowerBlocks).reduce((left, [stride]) => left / stride, shape.mels);
  const head = (of: "lower" | "middle", width: number): Record<string, Initial> => ({
    [`side.${of}.weight`]: { shape: [shape.tags, width], draw: "zeros" },
    [`side.${of}.bias`]: { shape: [shape.tags], draw: "zeros" },
  });
  return { ...head("lower", bands * 2 * shape.channels), ...head("middle", 2 * shape.channels) };
}
