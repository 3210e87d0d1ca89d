import { tf } from "../engine";
import { type MusicShape, musicStrides } from "../recipe";
import { linear } from "./layers";
import { lowerBlocks } from "./music-encoder";
import type { Initial, Params } from "./params";

const name = "side";

/** Whether a parameter belongs to the side head and is of no use after training. */
export const isSideHead = (parameter: string) => parameter.startsWith(`${name}.`);

/**
 * A tag head on the lower convolution blocks, used in training only (as in Lee et al. 2015, "Deeply-Supervised Nets"): a linear
 * layer reads `[B, tags]` logits from what they hear in each band, `[B, F, T, C]`, averaged over time.
 */
export function sideLogits(params: Params, heard: tf.Tensor): tf.Tensor {
  const [B = 0, F = 0, , C = 0] = heard.shape;
  return linear(params, name, tf.reshape(tf.mean(heard, 2), [B, F * C])); // B, tags
}

/** Names, shapes and fresh values of the side head. */
export function sideParams(shape: MusicShape): Record<string, Initial> {
  const bands = musicStrides.slice(0, lowerBlocks).reduce((left, [stride]) => left / stride, shape.mels);
  return {
    [`${name}.weight`]: { shape: [shape.tags, bands * 2 * shape.channels], draw: "zeros" },
    [`${name}.bias`]: { shape: [shape.tags], draw: "zeros" },
  };
}
