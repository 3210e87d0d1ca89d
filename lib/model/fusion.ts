import { layerNorm, tf } from "../engine";
import { epsilons, type Fusion, type TextShape } from "../recipe";
import { affine, attentionWeights, type Dropout, keepAll, linear } from "./layers";
import { mergeHeads, type Places, splitHeads } from "./layout";
import { type Initial, type Params, param } from "./params";

/** `y = x Wᵀ + b`, `W` `[out, in]`. */
interface Affine {
  readonly weight: tf.Tensor;
  readonly bias: tf.Tensor;
}

const matMul = (a: tf.Tensor, b: tf.Tensor, transposeA = false) => tf.matMul(a as tf.Tensor3D, b as tf.Tensor3D, transposeA);

/** `x → second(first(x))` as one map. */
const following = (first: Affine, second: Affine): Affine => ({
  weight: matMul(second.weight, first.weight),
  bias: tf.squeeze(affine(tf.expandDims(first.bias, 0), second.weight, second.bias), [0]),
});

/**
 * The maps of equation 2 with those that follow one another multiplied out, so that one product with the lyrics and one with the
 * mixed music is left for each token: `(l W_Q)(m W_K)ᵀ = (l W_Q W_Kᵀ) mᵀ`, and `(A m W_V) W_O = (A m)(W_V W_O)`. A bias of the keys adds the
 * same to all scores of a token, which their softmax does not see; one of the values passes, as weights sum to 1.
 *
 * @returns `ask`: lyrics `[·, C]` → `[·, H·D]`, queries in the space of the music; `tell`: mixed music `[·, H·D]` → `[·, C]`
 */
function foldedMaps(params: Params, heads: number): { ask: Affine; tell: Affine } {
  const attention = "model.encoder._multi_head_attn";
  const linearOf = (name: string): Affine => ({ weight: param(params, `${name}.weight`), bias: param(params, `${name}.bias`) });
  const parts = (packed: tf.Tensor) => tf.split(packed, 3, 0) as [tf.Tensor, tf.Tensor, tf.Tensor]; // PyTorch packs q, k, v
  const [w0, w1, w2] = parts(param(params, `${attention}.in_proj_weight`)); // C, C each
  const [b0, , b2] = parts(param(params, `${attention}.in_proj_bias`)); // C each
  const query = following(linearOf("model.encoder._linear_3"), { weight: w0, bias: b0 }); // C, C
  const key = matMul(w1, param(params, "model.encoder._linear_1.weight")); // C, D
  const value = following(linearOf("model.encoder._linear_2"), { weight: w2, bias: b2 }); // C, D
  const out = linearOf(`${attention}.out_proj`); // C, C
  const [C = 0, D = 0] = key.shape;
  const width = C / heads;
  const keys = tf.reshape(key, [heads, width, D]); // H, C/H, D
  const outs = tf.transpose(tf.reshape(out.weight, [C, heads, width]), [1, 0, 2]); // H, C, C/H
  const mixed = matMul(outs, tf.reshape(value.weight, [heads, width, D])); // H, C, D
  return {
    ask: {
      weight: tf.reshape(matMul(keys, tf.reshape(query.weight, [heads, width, C]), true), [heads * D, C]),
      bias: tf.reshape(matMul(keys, tf.reshape(query.bias, [heads, width, 1]), true), [heads * D]),
    },
    tell: {
      weight: tf.reshape(tf.transpose(mixed, [1, 0, 2]), [C, heads * D]),
      bias: following({ weight: value.weight, bias: value.bias }, out).bias,
    },
  };
}

/** How much each lyrics token looks at each music frame: `[B, H, S, M]`, rows sum to 1 (paper, figure 3). */
export function crossAttentionWeights(
  params: Params,
  { heads }: Fusion,
  lyrics: tf.Tensor,
  music: tf.Tensor,
  places?: Places | null,
): tf.Tensor {
  const { ask } = foldedMaps(params, heads);
  const asked = splitHeads(affine(lyrics, ask.weight, ask.bias), heads, places); // B, H, S, D
  const scale = 1 / Math.sqrt((lyrics.shape.at(-1) ?? 0) / heads);
  return attentionWeights(asked, tf.expandDims(music, 1), { scale }); // B, H, S, M
}

/**
 * Cross-attention fusion, paper equation 2 with the released code's residual:
 * `h ← LayerNorm(h + 0.1 · Attention(h W_Q, m W_K, m W_V))`, lyrics `[B, S, C]` (packed `[N, C]`), music `[B, M, D]` → as the lyrics.
 */
export function crossAttention(
  params: Params,
  fusion: Fusion,
  lyrics: tf.Tensor,
  music: tf.Tensor,
  dropout: Dropout = keepAll,
  places?: Places | null,
): tf.Tensor {
  const { tell } = foldedMaps(params, fusion.heads);
  const weights = crossAttentionWeights(params, fusion, lyrics, music, places); // B, H, S, M
  const mixed = mergeHeads(tf.matMul(weights, tf.expandDims(music, 1)), places); // B, S, H·D
  const told = affine(mixed, tell.weight, tell.bias); // B, S, C
  const answer = fusion.forgetGate === "sigmoid" ? tf.mul(dropout(forgetGate(params, told, lyrics)), told) : told; // B, S, C
  return fusionNorm(params, tf.add(lyrics, tf.mul(answer, fusion.residual))); // B, S, C
}

const NORM = "model.encoder.final_layer_norm";

/** The LayerNorm that the fusion ends in, `[B, S, C]` or `[N, C]`: pre-trained models lack it. */
export const fusionNorm = (params: Params, x: tf.Tensor): tf.Tensor =>
  layerNorm(x, param(params, `${NORM}.weight`), param(params, `${NORM}.bias`), epsilons.bart);

/** Names, shapes and fresh values of the fusion's LayerNorm. */
export const fusionNormParams = ({ width }: TextShape): Record<string, Initial> => ({
  [`${NORM}.weight`]: { shape: [width], draw: "ones" },
  [`${NORM}.bias`]: { shape: [width], draw: "zeros" },
});

/** How much of the attention's output passes, each element between 0 and 1: `sigmoid(fg([a; h]))`, `[B, S, C]`. */
const forgetGate = (params: Params, told: tf.Tensor, lyrics: tf.Tensor) =>
  tf.sigmoid(linear(params, "model.encoder.fg", tf.concat([told, lyrics], -1)));

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
  return { ...out, ...fusionNormParams(shape) };
}
