import type { Packing } from "../data/text/pack";
import { tf } from "../engine";
import { type AlignmentLoss, alignmentLosses } from "../loss/alignment";
import { captionLoss } from "../loss/caption";
import type { VocabularyStates } from "../loss/vocabulary";
import type { Alignment } from "../recipe";
import { bartDecoder, bartEncoder, bartParams, vocabularyLogits } from "./bart";
import type { Captioner } from "./captioner";
import { checkCaptioner } from "./check";
import { crossAttention, fusionNorm, fusionNormParams, fusionParams } from "./fusion";
import { type Dropout, keepAll, linear } from "./layers";
import { type Places, unpacked } from "./layout";
import { type Initial, type Params, param } from "./params";

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
  /** What the words are aligned with `[B, M, D]`, where that is not the song's own music: a control. */
  pairedMusic?: tf.Tensor;
};

/** A batch of which one side or both may be packed: the words alone, as rows `[N]` with their places. */
export type PackedBatch = Batch & {
  /** Of packed lyrics; `lyrics` is then `[N]`, `lyricsMask` still `[B, S]`. */
  lyricsPlaces?: Places | null;
  /** Of packed captions; `captionInput`, `labels` and `labelMask` are then `[N]`. */
  captionPlaces?: Places | null;
};

/** Whether the method's parameters and loss include the alignment. λ = 0 leaves it out, so it is exactly BART-fusion. */
export const aligns = ({ method, recipe }: Captioner) => method === "alcap" && recipe.alignment.weight !== 0;

/**
 * Which sides of a batch can be packed: those whose padding takes part in nothing. A mean over all positions (released code) counts the
 * states of padded lyrics, and the released caption loss counts padded labels.
 */
export function packingOf(captioner: Captioner): Packing {
  const { alignment, caption } = captioner.recipe;
  const lyricsCount = aligns(captioner) && alignment.aggregation === "mean" && alignment.pooling === "all-positions";
  return { lyrics: !lyricsCount, captions: caption.labelPadding === "ignored" };
}

/** The encoder with music fused in where the recipe says: every state `[B, S, C]`, the last one is the output. */
export function encode(
  params: Params,
  captioner: Captioner,
  inputs: Pick<PackedBatch, "lyrics" | "lyricsMask" | "music" | "lyricsPlaces">,
  dropout: Dropout = keepAll,
): tf.Tensor[] {
  const { method, text, recipe, layerNorm } = captioner;
  const fused = (state: tf.Tensor) =>
    method === "bart"
      ? fusionNorm(params, state)
      : crossAttention(params, recipe.fusion, state, inputs.music, dropout, inputs.lyricsPlaces);
  const afterLayer = (state: tf.Tensor, layer: number) =>
    (method !== "bart" || layerNorm) && recipe.fusion.layers.includes(layer) ? fused(state) : state;
  return bartEncoder(params, text, inputs.lyrics, inputs.lyricsMask, { afterLayer, dropout, places: inputs.lyricsPlaces });
}

/** Music code and lyrics code of each song, `[B, D]` each. */
export type Codes = { music: tf.Tensor; lyrics: tf.Tensor };

/** The two codes that are aligned: one vector for each sequence, the wider one through a linear map (paper, section 3.3). */
export function alignmentCodes(
  params: Params,
  captioner: Captioner,
  states: readonly tf.Tensor[],
  batch: Pick<PackedBatch, "lyricsMask" | "music" | "lyricsPlaces" | "pairedMusic">,
): Codes {
  const { alignment } = captioner.recipe;
  const state = states[alignment.layer] as tf.Tensor;
  const sequences = batch.lyricsPlaces ? unpacked(state, batch.lyricsPlaces) : state; // B, S, C
  const lyrics = aggregate(sequences, batch.lyricsMask, alignment); // B, C
  const aligned = batch.pairedMusic ?? batch.music; // B, M, D
  const music = alignment.aggregation === "cls" ? first(aligned) : tf.mean(aligned, 1); // B, D
  const map = (x: tf.Tensor) => linear(params, "contrast.fc", x);
  const { width } = captioner.text;
  if (captioner.musicWidth < width) return { music, lyrics: map(lyrics) };
  if (captioner.musicWidth > width) return { music: map(music), lyrics };
  return { music, lyrics };
}

/** The first position of each sequence: `[B, S, C]` → `[B, C]`. */
const first = (x: tf.Tensor) => tf.squeeze(tf.slice(x, [0, 0, 0], [-1, 1, -1]), [1]);

/** One vector for each sequence of lyrics: `[B, S, C]` → `[B, C]`. */
function aggregate(states: tf.Tensor, lyricsMask: tf.Tensor, { aggregation, pooling }: Alignment<AlignmentLoss>): tf.Tensor {
  if (aggregation === "cls") return first(states);
  const mask = tf.expandDims(pooling === "without-padding" ? lyricsMask : tf.onesLike(lyricsMask), 2); // B, S, 1
  return tf.div(tf.sum(tf.mul(states, mask), 1), tf.sum(mask, 1)); // B, C
}

/** The alignment loss of a batch's codes, in nats (InfoNCE) or cosine distance (positive pairs). */
export function alignmentLoss({ music, lyrics }: Codes, alignment: Alignment<AlignmentLoss>, distinct: tf.Tensor): tf.Scalar {
  const rows = alignment.repeatedSongs === "once" ? distinct : tf.onesLike(distinct);
  return alignmentLosses[alignment.loss](music, lyrics, alignment, rows);
}

/** The decoder's states under teacher forcing, `[B, T, C]` or packed `[N, C]`. */
function decode(params: Params, captioner: Captioner, batch: PackedBatch, encoded: tf.Tensor, dropout: Dropout): tf.Tensor {
  const places = { lyrics: batch.lyricsPlaces, caption: batch.captionPlaces };
  return bartDecoder(params, captioner.text, batch.captionInput, encoded, batch.lyricsMask, { dropout, places });
}

/** States and scores of one batch: logits `[B·T, V]`. */
export function forward(params: Params, captioner: Captioner, batch: PackedBatch, dropout: Dropout = keepAll) {
  const states = encode(params, captioner, batch, dropout);
  const encoded = states.at(-1) as tf.Tensor; // B, S, C
  const decoded = decode(params, captioner, batch, encoded, dropout); // B, T, C
  return { states, encoded, logits: vocabularyLogits(params, decoded) };
}

/** The parts of the objective, each a scalar in nats. */
export type Losses = { loss: tf.Scalar; caption: tf.Scalar; alignment: tf.Scalar };

/** How a loss is computed, which changes neither it nor its gradients beyond rounding. */
export interface Computation {
  /** Caption positions whose vocabulary scores are in memory at once; all of them where it is left out. */
  readonly vocabularyRows?: number;
}

/** Weights of the caption positions, `[B·T]`: 1 where the position takes part in the mean. */
function countedPositions({ recipe }: Captioner, { labelMask }: Pick<Batch, "labelMask">): tf.Tensor1D {
  return tf.reshape(recipe.caption.labelPadding === "counted" ? tf.onesLike(labelMask) : labelMask, [-1]);
}

/** What the scores of the decoder's states `[B, T, C]` or `[N, C]` are made of, for `captionLoss`. */
function vocabularyStates(params: Params, states: tf.Tensor, { vocabularyRows }: Computation): VocabularyStates {
  const table = param(params, "model.shared.weight"); // V, C
  const bias = params.final_logits_bias && tf.reshape(params.final_logits_bias, [-1]); // V
  return { states: tf.reshape(states, [-1, table.shape[1] ?? 0]), table, bias, rows: vocabularyRows };
}

/**
 * The parts of the objective before they are weighed: caption loss and, where the method aligns, the codes.
 *
 * @param total as `captionLoss`'s
 */
export function parts(
  params: Params,
  captioner: Captioner,
  batch: PackedBatch,
  dropout: Dropout = keepAll,
  computation: Computation = {},
  total?: tf.Tensor,
): { caption: tf.Scalar; codes: Codes | null } {
  const states = encode(params, captioner, batch, dropout);
  const encoded = states.at(-1) as tf.Tensor; // B, S, C
  const decoded = decode(params, captioner, batch, encoded, dropout); // B, T, C
  const labels = tf.reshape(batch.labels, [-1]); // B·T
  const caption = captionLoss(vocabularyStates(params, decoded, computation), labels, countedPositions(captioner, batch), total);
  return { caption, codes: aligns(captioner) ? alignmentCodes(params, captioner, states, batch) : null };
}

/** `L = L_cap + λ L_con` (paper, equation 4). */
export function objective(
  params: Params,
  captioner: Captioner,
  batch: PackedBatch,
  dropout: Dropout = keepAll,
  computation: Computation = {},
): Losses {
  const { alignment: recipe } = captioner.recipe;
  const { caption, codes } = parts(params, captioner, batch, dropout, computation);
  if (!codes) return { loss: caption, caption, alignment: tf.scalar(0) };
  const alignment = alignmentLoss(codes, recipe, batch.distinct);
  return { loss: tf.add(caption, tf.mul(alignment, recipe.weight)), caption, alignment };
}

/** Names, shapes and fresh values of the method's parameters. Throws `AlcapError` "usage" for sizes or a recipe that make no model. */
export function captionerParams(captioner: Captioner): Record<string, Initial> {
  checkCaptioner(captioner);
  const { method, text, musicWidth, recipe } = captioner;
  const out = bartParams(text);
  if (method === "bart") return captioner.layerNorm ? { ...out, ...fusionNormParams(text) } : out;
  Object.assign(out, fusionParams(text, recipe.fusion, musicWidth));
  if (!aligns(captioner) || musicWidth === text.width) return out;
  const [from, to] = [Math.max(musicWidth, text.width), Math.min(musicWidth, text.width)];
  out["contrast.fc.weight"] = { shape: [to, from], draw: "normal", deviation: text.initialDeviation };
  out["contrast.fc.bias"] = { shape: [to], draw: "zeros" };
  return out;
}
