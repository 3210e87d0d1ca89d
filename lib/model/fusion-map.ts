import { tf } from "../engine";
import { bartEncoder } from "./bart";
import type { Captioner } from "./captioner";
import type { SongBatch } from "./decoding/one-token";
import { crossAttention, crossAttentionWeights } from "./fusion";
import type { Params } from "./params";

/**
 * How the words of a song look at its music: the cross-attention weights of fusion (paper, figure 3), means over heads and over the fusion's
 * places in the encoder, `[B, S, M]`; rows sum to 1.
 */
export function fusionMap(params: Params, { text, recipe: { fusion } }: Captioner, songs: SongBatch): tf.Tensor {
  const seen: tf.Tensor[] = [];
  const afterLayer = (state: tf.Tensor, layer: number) => {
    if (!fusion.layers.includes(layer)) return state;
    seen.push(tf.mean(crossAttentionWeights(params, fusion, state, songs.music), 1)); // B, S, M
    return crossAttention(params, fusion, state, songs.music); // B, S, C
  };
  bartEncoder(params, text, songs.lyrics, songs.lyricsMask, { afterLayer });
  return tf.mean(tf.stack(seen), 0); // B, S, M
}
