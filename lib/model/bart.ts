import { gelu, layerNorm, takeRows, tf } from "../engine";
import { bartPositionOffset, epsilons, type TextShape } from "../recipe";
import { type Attention, attend, causalBias, type Dropout, keepAll, linear, paddingBias } from "./layers";
import type { Places } from "./layout";
import { type Initial, type Params, param } from "./params";

/** Called after each encoder layer: the place where music can enter. Gets and returns `[B, S, C]`. */
export type AfterLayer = (state: tf.Tensor, layer: number) => tf.Tensor;

const norm = (params: Params, name: string, x: tf.Tensor) =>
  layerNorm(x, param(params, `${name}.weight`), param(params, `${name}.bias`), epsilons.bart);

/** Token plus learned position embedding, normalised: ids `[B, T]` → `[B, T, C]`, or packed ids `[N]` → `[N, C]`. */
function embed(params: Params, side: "encoder" | "decoder", ids: tf.Tensor, dropout: Dropout, places?: Places | null): tf.Tensor {
  const T = places?.row.shape[1] ?? ids.shape[1] ?? 0;
  const table = param(params, "model.shared.weight");
  const positions = tf.slice(param(params, `model.${side}.embed_positions.weight`), [bartPositionOffset, 0], [T, -1]); // T, C
  const own = places ? positionRows(positions, places) : positions;
  const x = tf.add(tf.gather(table, ids as tf.Tensor2D), own); // B, T, C
  return dropout(norm(params, `model.${side}.layernorm_embedding`, x));
}

/** The position of each packed row, `[T, C]` → `[N, C]`. Its gradient lays the rows out as sequences and sums over them. */
function positionRows(positions: tf.Tensor, places: Places): tf.Tensor {
  const [B = 0, T = 0] = places.row.shape;
  const every = tf.reshape(tf.add(tf.zeros([B, T, 1]), positions), [B * T, -1]); // B·T, C
  return takeRows(every, places.place, tf.reshape(places.row, [-1])); // N, C
}

/** Multi-head attention of BART: queries from `x`, keys and values from `source`. */
function attention(params: Params, name: string, x: tf.Tensor, source: tf.Tensor, heads: number, options: Attention): tf.Tensor {
  const q = linear(params, `${name}.q_proj`, x);
  const k = linear(params, `${name}.k_proj`, source);
  const v = linear(params, `${name}.v_proj`, source);
  return linear(params, `${name}.out_proj`, attend(q, k, v, heads, options)); // B, T, C
}

const feedForward = (params: Params, name: string, x: tf.Tensor, dropout: Dropout) =>
  linear(params, `${name}.fc2`, dropout(gelu(linear(params, `${name}.fc1`, x)), "activation"));

/** One encoder layer, normalised after each sum (post-norm). */
export function encoderLayer(params: Params, name: string, x: tf.Tensor, heads: number, options: Attention): tf.Tensor {
  const { dropout = keepAll } = options;
  const read = attention(params, `${name}.self_attn`, x, x, heads, options);
  const y = norm(params, `${name}.self_attn_layer_norm`, tf.add(x, dropout(read)));
  return norm(params, `${name}.final_layer_norm`, tf.add(y, dropout(feedForward(params, name, y, dropout)))); // B, S, C
}

/**
 * BART's encoder (Lewis et al. 2020): ids and mask `[B, S]` → every state `[B, S, C]`, as HuggingFace's
 * `encoder_hidden_states`: `states[i]` is the input of layer `i`, the last one is the encoder's output. Packed ids `[N]` come with
 * their places and give states `[N, C]`.
 */
export function bartEncoder(
  params: Params,
  shape: TextShape,
  ids: tf.Tensor,
  mask: tf.Tensor,
  options: { afterLayer?: AfterLayer; dropout?: Dropout; places?: Places | null } = {},
): tf.Tensor[] {
  const { afterLayer = (state) => state, dropout = keepAll, places } = options;
  const own = { bias: paddingBias(mask), dropout, places: { queries: places, keys: places } };
  const states = [embed(params, "encoder", ids, dropout, places)];
  for (let layer = 0; layer < shape.encoderLayers; layer++) {
    const x = states[layer] as tf.Tensor;
    const y = encoderLayer(params, `model.encoder.layers.${layer}`, x, shape.heads, own);
    states.push(afterLayer(y, layer)); // B, S, C
  }
  return states;
}

/**
 * BART's decoder under teacher forcing: caption ids `[B, T]`, encoder output `[B, S, C]` → states `[B, T, C]`; packed ones are `[N, C]`.
 * Packed captions may be several of each song: the places `asking` then lie in `[B, K·T]`, those of `caption` in `[B·K, T]`.
 */
export function bartDecoder(
  params: Params,
  shape: TextShape,
  ids: tf.Tensor,
  encoded: tf.Tensor,
  mask: tf.Tensor,
  options: { dropout?: Dropout; places?: { lyrics?: Places | null; caption?: Places | null; asking?: Places | null } } = {},
): tf.Tensor {
  const { dropout = keepAll, places = {} } = options;
  const { lyrics, caption, asking = caption } = places;
  const future = causalBias(caption?.row.shape[1] ?? ids.shape[1] ?? 0); // 1, 1, T, T
  const toCaption = { bias: future, dropout, places: { queries: caption, keys: caption } };
  const toLyrics = { bias: paddingBias(mask), dropout, places: { queries: asking, keys: lyrics } };
  let x = embed(params, "decoder", ids, dropout, caption); // B, T, C
  for (let at = 0; at < shape.decoderLayers; at++) {
    const name = `model.decoder.layers.${at}`;
    const own = attention(params, `${name}.self_attn`, x, x, shape.heads, toCaption);
    x = norm(params, `${name}.self_attn_layer_norm`, tf.add(x, dropout(own)));
    const read = attention(params, `${name}.encoder_attn`, x, encoded, shape.heads, toLyrics);
    x = norm(params, `${name}.encoder_attn_layer_norm`, tf.add(x, dropout(read)));
    x = norm(params, `${name}.final_layer_norm`, tf.add(x, dropout(feedForward(params, name, x, dropout))));
  }
  return x; // B, T, C
}

/** Vocabulary scores with the embedding table as output weights: states `[B, T, C]` → `[B·T, V]`. */
export function vocabularyLogits(params: Params, states: tf.Tensor): tf.Tensor {
  const table = param(params, "model.shared.weight") as tf.Tensor2D;
  const rows = tf.reshape(states, [-1, table.shape[1]]) as tf.Tensor2D; // B·T, C
  const logits = tf.matMul(rows, table, false, true); // B·T, V
  const bias = params.final_logits_bias;
  return bias ? tf.add(logits, bias) : logits;
}

/** Names, shapes and fresh values of BART's parameters, as in a HuggingFace checkpoint. */
export function bartParams(shape: TextShape): Record<string, Initial> {
  const { width, inner, initialDeviation: deviation } = shape;
  const out: Record<string, Initial> = {};
  const dense = (name: string, rows: number, columns: number) => {
    out[`${name}.weight`] = { shape: [rows, columns], draw: "normal", deviation };
    out[`${name}.bias`] = { shape: [rows], draw: "zeros" };
  };
  const layerNorms = (name: string) => {
    out[`${name}.weight`] = { shape: [width], draw: "ones" };
    out[`${name}.bias`] = { shape: [width], draw: "zeros" };
  };
  const attentions = (name: string) => {
    for (const part of ["k_proj", "v_proj", "q_proj", "out_proj"]) dense(`${name}.${part}`, width, width);
    layerNorms(`${name}_layer_norm`);
  };
  out["model.shared.weight"] = { shape: [shape.vocabulary, width], draw: "normal", deviation };
  for (const side of ["encoder", "decoder"] as const) {
    const layers = side === "encoder" ? shape.encoderLayers : shape.decoderLayers;
    out[`model.${side}.embed_positions.weight`] = {
      shape: [shape.positions + bartPositionOffset, width],
      draw: "normal",
      deviation,
    };
    for (let layer = 0; layer < layers; layer++) {
      const name = `model.${side}.layers.${layer}`;
      attentions(`${name}.self_attn`);
      if (side === "decoder") attentions(`${name}.encoder_attn`);
      dense(`${name}.fc1`, inner, width);
      dense(`${name}.fc2`, width, inner);
      layerNorms(`${name}.final_layer_norm`);
    }
    layerNorms(`model.${side}.layernorm_embedding`);
  }
  return out;
}
