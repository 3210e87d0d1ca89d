import { tf } from "../engine";
import { captionLoss } from "../loss/caption";
import { infoNCE } from "../loss/infonce";
import type { Recipe, TextShape } from "../recipe";
import { bartDecoder, bartEncoder, bartParams, vocabularyLogits } from "./bart";
import { crossAttention, fusionParams } from "./fusion";
import { type Dropout, keepAll, linear } from "./layers";
import type { Initial, Params } from "./params";

/** The three methods of the paper's tables: words only; music fused in; music aligned and fused in. */
export type Method = "bart" | "bart-fusion" | "alcap";

/** Everything that fixes the computation but its parameters and inputs. */
export interface Captioner {
  readonly method: Method;
  readonly text: TextShape;
  /** Width of the music representations. */
  readonly musicWidth: number;
  readonly recipe: Recipe;
}

/** One batch inside a compiled function. `B` songs, `S` lyrics tokens, `M` music positions, `T` caption tokens. */
export type Batch = {
  /** Lyrics token ids, int32 `[B, S]`. */
  lyrics: tf.Tensor;
  /** 1 for lyrics tokens, 0 for padding, `[B, S]`. */
  lyricsMask: tf.Tensor;
  /** Music representations `[B, M, D]`. */
  music: tf.Tensor;
  /** Caption ids shifted right, int32 `[B, T]`. */
  captionInput: tf.Tensor;
  /** Caption ids to predict, int32 `[B, T]`. */
  labels: tf.Tensor;
  /** 1 for caption tokens, 0 for padding, `[B, T]`. */
  labelMask: tf.Tensor;
  /** 1 for the first row of each song in the batch, else 0, `[B]`. */
  distinct: tf.Tensor;
};

/** Whether the method's parameters and loss include the alignment. λ = 0 leaves it out, so it is exactly BART-fusion. */
export const aligns = ({ method, recipe }: Captioner) => method === "alcap" && recipe.alignment.weight !== 0;

/** The encoder with music fused in where the recipe says: every state `[B, S, C]`, the last one is the output. */
export function encode(
  params: Params,
  captioner: Captioner,
  inputs: Pick<Batch, "lyrics" | "lyricsMask" | "music">,
  dropout: Dropout = keepAll,
): tf.Tensor[] {
  const { method, text, recipe } = captioner;
  const afterLayer = (state: tf.Tensor, layer: number) =>
    method !== "bart" && recipe.fusion.layers.includes(layer)
      ? crossAttention(params, recipe.fusion, state, inputs.music)
      : state;
  return bartEncoder(params, text, inputs.lyrics, inputs.lyricsMask, { afterLayer, dropout });
}

/** The two codes that are aligned, `[B, D]` each: means over time, the wider one through a linear map (paper, section 3.3). */
export function alignmentCodes(params: Params, captioner: Captioner, states: readonly tf.Tensor[], batch: Batch) {
  const { layer, pooling } = captioner.recipe.alignment;
  const lyrics = states[layer] as tf.Tensor; // B, S, C
  const mask = tf.expandDims(pooling === "without-padding" ? batch.lyricsMask : tf.onesLike(batch.lyricsMask), 2); // B, S, 1
  const lyricsMean = tf.div(tf.sum(tf.mul(lyrics, mask), 1), tf.sum(mask, 1)); // B, C
  const musicMean = tf.mean(batch.music, 1); // B, D
  const map = (x: tf.Tensor) => linear(params, "contrast.fc", x);
  const { width } = captioner.text;
  if (captioner.musicWidth < width) return { music: musicMean, lyrics: map(lyricsMean) };
  if (captioner.musicWidth > width) return { music: map(musicMean), lyrics: lyricsMean };
  return { music: musicMean, lyrics: lyricsMean };
}

/** States and scores of one batch: logits `[B·T, V]`. */
export function forward(params: Params, captioner: Captioner, batch: Batch, dropout: Dropout = keepAll) {
  const states = encode(params, captioner, batch, dropout);
  const encoded = states.at(-1) as tf.Tensor; // B, S, C
  const decoded = bartDecoder(params, captioner.text, batch.captionInput, encoded, batch.lyricsMask, dropout); // B, T, C
  return { states, encoded, logits: vocabularyLogits(params, decoded) };
}

/** The parts of the objective, each a scalar in nats. */
export type Losses = { loss: tf.Scalar; caption: tf.Scalar; alignment: tf.Scalar };

/** `L = L_cap + λ L_con` (paper, equation 4). */
export function objective(params: Params, captioner: Captioner, batch: Batch, dropout: Dropout = keepAll): Losses {
  const { recipe } = captioner;
  const { states, logits } = forward(params, captioner, batch, dropout);
  const mask = recipe.caption.labelPadding === "counted" ? tf.onesLike(batch.labelMask) : batch.labelMask;
  const caption = captionLoss(logits, tf.reshape(batch.labels, [-1]), tf.reshape(mask, [-1]));
  if (!aligns(captioner)) return { loss: caption, caption, alignment: tf.scalar(0) };
  const codes = alignmentCodes(params, captioner, states, batch);
  const alignment = infoNCE(codes.music, codes.lyrics, recipe.alignment, batch.distinct);
  return { loss: tf.add(caption, tf.mul(alignment, recipe.alignment.weight)), caption, alignment };
}

/** Names, shapes and fresh values of the method's parameters. */
export function captionerParams(captioner: Captioner): Record<string, Initial> {
  const { method, text, musicWidth } = captioner;
  const out = bartParams(text);
  if (method === "bart") return out;
  Object.assign(out, fusionParams(text, musicWidth));
  if (!aligns(captioner) || musicWidth === text.width) return out;
  const [from, to] = [Math.max(musicWidth, text.width), Math.min(musicWidth, text.width)];
  out["contrast.fc.weight"] = { shape: [to, from], draw: "normal", deviation: text.initialDeviation };
  out["contrast.fc.bias"] = { shape: [to], draw: "zeros" };
  return out;
}
