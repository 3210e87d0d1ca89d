import { layerNorm, tf } from "../engine";
import { epsilons, type Fusion, type TextShape } from "../recipe";
import { affine, attend, attentionWeights, type Dropout, keepAll, linear, splitHeads } from "./layers";
import { type Initial, type Params, param } from "./params";

/** Queries, keys and values of the fusion block: lyrics ask, music answers. Each `[B, ·, C]`. */
function projections(params: Params, lyrics: tf.Tensor, music: tf.Tensor): [tf.Tensor, tf.Tensor, tf.Tensor] {
  const weight = param(params, "model.encoder._multi_head_attn.in_proj_weight"); // 3C, C: PyTorch packs q, k, v
  const bias = param(params, "model.encoder._multi_head_attn.in_proj_bias");
  const [w0, w1, w2] = tf.split(weight, 3, 0) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const [b0, b1, b2] = tf.split(bias, 3, 0) as [tf.Tensor, tf.Tensor, tf.Tensor];
  return [
    affine(linear(params, "model.encoder._linear_3", lyrics), w0, b0), // B, S, C
    affine(linear(params, "model.encoder._linear_1", music), w1, b1), // B, M, C
    affine(linear(params, "model.encoder._linear_2", music), w2, b2), // B, M, C
  ];
}

/**
 * Cross-attention fusion, paper equation 2 with the released code's residual:
 * `h ← LayerNorm(h + 0.1 · Attention(h W_Q, m W_K, m W_V))`, lyrics `[B, S, C]`, music `[B, M, D]` → `[B, S, C]`.
 */
export function crossAttention(
  params: Params,
  fusion: Fusion,
  lyrics: tf.Tensor,
  music: tf.Tensor,
  dropout: Dropout = keepAll,
): tf.Tensor {
  const [q, k, v] = projections(params, lyrics, music);
  const { weight, bias } = outProjection(params);
  const heard = affine(attend(q, k, v, fusion.heads), weight, bias); // B, S, C
  const answer = fusion.forgetGate === "sigmoid" ? tf.mul(dropout(forgetGate(params, heard, lyrics)), heard) : heard; // B, S, C
  const gain = param(params, "model.encoder.final_layer_norm.weight");
  const shift = param(params, "model.encoder.final_layer_norm.bias");
  return layerNorm(tf.add(lyrics, tf.mul(answer, fusion.residual)), gain, shift, epsilons.bart); // B, S, C
}

/** How much of the attention's output passes, each element between 0 and 1: `sigmoid(fg([a; h]))`, `[B, S, C]`. */
const forgetGate = (params: Params, heard: tf.Tensor, lyrics: tf.Tensor) =>
  tf.sigmoid(linear(params, "model.encoder.fg", tf.concat([heard, lyrics], 2)));

/** How much each lyrics token looks at each music frame: `[B, H, S, M]`, rows sum to 1 (paper, figure 3). */
export function crossAttentionWeights(params: Params, fusion: Fusion, lyrics: tf.Tensor, music: tf.Tensor): tf.Tensor {
  const [q, k] = projections(params, lyrics, music);
  return attentionWeights(splitHeads(q, fusion.heads), splitHeads(k, fusion.heads));
}

const outProjection = (params: Params) => ({
  weight: param(params, "model.encoder._multi_head_attn.out_proj.weight"),
  bias: param(params, "model.encoder._multi_head_attn.out_proj.bias"),
});

/** Names, shapes and fresh values of the fusion block. `_linear_4` exists in released checkpoints and is never used. */
export function fusionParams(shape: TextShape, fusion: Fusion, musicWidth: number): Record<string, Initial> {
  const { width, initialDeviation: deviation } = shape;
  const out: Record<string, Initial> = {};
  const dense = (weight: string, bias: string, rows: number, columns: number) => {
    out[weight] = { shape: [rows, columns], draw: "normal", deviation };
    out[bias] = { shape: [rows], draw: "zeros" };
  };
  const encoder = "model.encoder";
  for (const [name, columns] of [
    ["_linear_1", musicWidth],
    ["_linear_2", musicWidth],
    ["_linear_3", width],
  ] as const) {
    dense(`${encoder}.${name}.weight`, `${encoder}.${name}.bias`, width, columns);
  }
  dense(`${encoder}._multi_head_attn.in_proj_weight`, `${encoder}._multi_head_attn.in_proj_bias`, 3 * width, width);
  dense(`${encoder}._multi_head_attn.out_proj.weight`, `${encoder}._multi_head_attn.out_proj.bias`, width, width);
  if (fusion.forgetGate === "sigmoid") dense(`${encoder}.fg.weight`, `${encoder}.fg.bias`, width, 2 * width);
  out[`${encoder}.final_layer_norm.weight`] = { shape: [width], draw: "ones" };
  out[`${encoder}.final_layer_norm.bias`] = { shape: [width], draw: "zeros" };
  return out;
}
