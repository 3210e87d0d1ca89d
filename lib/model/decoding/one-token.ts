import { affine, gelu, layerNorm, tf } from "../../engine";
import { bartPositionOffset, epsilons } from "../../recipe";
import { type Batch, encode, type PackedBatch } from "../alcap";
import { vocabularyLogits } from "../bart";
import type { Captioner } from "../captioner";
import { linear, paddingBias } from "../layers";
import { splitHeads } from "../layout";
import { type Params, param } from "../params";

/** The inputs that captioning needs: lyrics and music, no caption. */
export type SongBatch = Pick<Batch, "lyrics" | "lyricsMask" | "music">;

/** What a decoding step reads and never writes: keys `[B, H, D, S]` and values `[B, H, S, D]` of the encoder's output for each decoder layer. */
export type Memory = { keys: tf.Tensor[]; values: tf.Tensor[]; padding: tf.Tensor };

/**
 * Keys `[B, H, D, L]` and values `[B, H, L, D]` of what is written so far, for each decoder layer. A slot holds
 * what one of the song's beams was at one position, so a beam that goes on with another one's line moves nothing: it sees other slots.
 */
export type Caches = { keys: tf.Tensor[]; values: tf.Tensor[] };

/** What a step is asked: last tokens, int32 `[R]`; their position, int32 scalar, 0-based; the bias of the slots, `[B, 1, beams, L]` or `[1, 1, 1, L]`. */
export type Ask = { tokens: tf.Tensor; position: tf.Tensor; hidden: tf.Tensor };

const layerNames = ({ text }: Captioner) => Array.from({ length: text.decoderLayers }, (_, i) => `model.decoder.layers.${i}`);

/** Encodes the songs and projects the encoder's output once for all decoding steps. */
export function remember(params: Params, captioner: Captioner, songs: SongBatch & Pick<PackedBatch, "lyricsPlaces">): Memory {
  const encoded = encode(params, captioner, songs).at(-1) as tf.Tensor; // B, S, C, or packed N, C
  const project = (part: string) =>
    layerNames(captioner).map((name) =>
      splitHeads(linear(params, `${name}.encoder_attn.${part}`, encoded), captioner.text.heads, songs.lyricsPlaces),
    );
  const keys = project("k_proj").map((all) => tf.transpose(all, [0, 1, 3, 2])); // B, H, D, S
  return { keys, values: project("v_proj"), padding: paddingBias(songs.lyricsMask) };
}

/** Projections of rows `[R, C]` by several layers as one product, each cut into heads: `[B, H, beams, D]`. The first one, queries, is scaled by `1/√D`. */
function projections(params: Params, names: readonly string[], x: tf.Tensor, [B, H]: readonly [number, number]): tf.Tensor[] {
  const [R = 0, C = 0] = x.shape;
  const scale = (p: tf.Tensor, at: number) => (at === 0 ? tf.mul(p, 1 / Math.sqrt(C / H)) : p);
  const all = (part: string) =>
    tf.concat(
      names.map((name, at) => scale(param(params, `${name}.${part}`), at)),
      0,
    );
  const rows = affine(x as tf.Tensor2D, all("weight") as tf.Tensor2D, all("bias") as tf.Tensor1D); // R, names · C
  const heads = tf.transpose(tf.reshape(rows, [B, R / B, names.length, H, C / H]), [2, 0, 3, 1, 4]); // names, B, H, beams, D
  return names.map((_, at) => tf.reshape(tf.slice(heads, [at], [1]), [B, H, R / B, C / H]));
}

/** `[B, H, beams, D]` → `[R, C]`. */
function mergedRows(x: tf.Tensor): tf.Tensor {
  const [B = 0, H = 0, beams = 0, D = 0] = x.shape;
  return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [B * beams, H * D]);
}

/**
 * One token further: the decoder on one position, with its past in the caches. There are `R = B · beams` rows, those of a song
 * one after the other, which share the song's memory and its caches as queries of one attention.
 * @returns logits `[R, V]`, and this position's keys and values `[B, H, beams, D]` for each layer
 */
export function decodeOne(
  params: Params,
  captioner: Captioner,
  memory: Memory,
  past: Caches,
  { tokens, position, hidden }: Ask,
): { logits: tf.Tensor; written: Caches } {
  const norm = (name: string, x: tf.Tensor) =>
    layerNorm(x, param(params, `${name}.weight`), param(params, `${name}.bias`), epsilons.bart);
  const split = [memory.padding.shape[0] ?? 0, captioner.text.heads] as const;
  const positions = param(params, "model.decoder.embed_positions.weight");
  const row = tf.reshape(tf.add(position, tf.scalar(bartPositionOffset, "int32")), [1]) as tf.Tensor1D;
  const token = tf.gather(param(params, "model.shared.weight"), tokens as tf.Tensor1D); // R, C
  let x: tf.Tensor = norm("model.decoder.layernorm_embedding", tf.add(token, tf.gather(positions, row))); // R, C
  const written: Caches = { keys: [], values: [] };
  layerNames(captioner).forEach((name, layer) => {
    const own = ["q_proj", "k_proj", "v_proj"].map((part) => `${name}.self_attn.${part}`);
    const [q, k, v] = projections(params, own, x, split) as [tf.Tensor, tf.Tensor, tf.Tensor]; // B, H, beams, D
    written.keys.push(k);
    written.values.push(v);
    const read = ownAttention(
      q,
      { k, v },
      { keys: past.keys[layer] as tf.Tensor, values: past.values[layer] as tf.Tensor, hidden },
    );
    x = norm(`${name}.self_attn_layer_norm`, tf.add(x, linear(params, `${name}.self_attn.out_proj`, mergedRows(read))));
    const [asked] = projections(params, [`${name}.encoder_attn.q_proj`], x, split) as [tf.Tensor];
    const weights = tf.softmax(tf.add(tf.matMul(asked, memory.keys[layer] as tf.Tensor), memory.padding)); // B, H, beams, S
    const seen = mergedRows(tf.matMul(weights, memory.values[layer] as tf.Tensor)); // R, C
    x = norm(`${name}.encoder_attn_layer_norm`, tf.add(x, linear(params, `${name}.encoder_attn.out_proj`, seen)));
    const inner = gelu(linear(params, `${name}.fc1`, x));
    x = norm(`${name}.final_layer_norm`, tf.add(x, linear(params, `${name}.fc2`, inner)));
  });
  return { logits: vocabularyLogits(params, x), written };
}

/** Attention of each beam's scaled query on what it has written and on its own position: `[B, H, beams, D]`. */
function ownAttention(
  q: tf.Tensor,
  { k, v }: { readonly k: tf.Tensor; readonly v: tf.Tensor },
  { keys, values, hidden }: { readonly keys: tf.Tensor; readonly values: tf.Tensor; readonly hidden: tf.Tensor },
): tf.Tensor {
  const before = tf.add(tf.matMul(q, keys), hidden); // B, H, beams, L
  const here = tf.sum(tf.mul(q, k), -1, true); // B, H, beams, 1
  const [B = 0, H = 0, beams = 0, L = 0] = before.shape;
  const weights = tf.softmax(tf.concat([before, here], -1)); // B, H, beams, L + 1
  const [past, own] = [tf.slice(weights, [0, 0, 0, 0], [B, H, beams, L]), tf.slice(weights, [0, 0, 0, L], [B, H, beams, 1])];
  return tf.add(tf.matMul(past, values), tf.mul(own, v));
}
