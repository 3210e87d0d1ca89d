import { constant, gelu, layerNorm, tf } from "../../engine";
import { batchNormMomentum, epsilons, type MusicShape, musicStrides } from "../../recipe";
import { attend, attentionWeights, type Dropout, keepAll, linear, splitHeads } from "../layers";
import { type Initial, type Params, param } from "../params";
import { classVector } from "./class-vector";

/**
 * Where batch normalisation takes its mean and variance from: the frozen encoder uses what it stored, training uses
 * the batch and notes the new running statistics in `updates`.
 */
export type Statistics = { readonly from: "stored" } | { readonly from: "batch"; readonly updates: Params };

/** The frozen encoder's statistics. */
export const stored: Statistics = { from: "stored" };

/** Batch normalisation over all axes but the last: `[B, F, T, C]` → the same. */
function batchNorm(params: Params, name: string, x: tf.Tensor, statistics: Statistics): tf.Tensor {
  const gain = param(params, `${name}.weight`);
  const shift = param(params, `${name}.bias`);
  const moments = statistics.from === "batch" ? batchMoments(params, name, x, statistics.updates) : storedMoments(params, name);
  const scale = tf.mul(gain, tf.rsqrt(tf.add(moments.variance, epsilons.batchNorm))); // C
  return tf.add(tf.mul(x, scale), tf.sub(shift, tf.mul(moments.mean, scale)));
}

const storedMoments = (params: Params, name: string) => ({
  mean: param(params, `${name}.running_mean`),
  variance: param(params, `${name}.running_var`),
});

function batchMoments(params: Params, name: string, x: tf.Tensor, updates: Params) {
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  const mean = tf.mean(x, axes); // C
  const variance = tf.mean(tf.square(tf.sub(x, mean)), axes); // C
  const count = x.size / (x.shape.at(-1) ?? 1);
  const move = (old: tf.Tensor, fresh: tf.Tensor) => tf.add(tf.mul(old, 1 - batchNormMomentum), tf.mul(fresh, batchNormMomentum));
  updates[`${name}.running_mean`] = move(param(params, `${name}.running_mean`), mean);
  updates[`${name}.running_var`] = move(param(params, `${name}.running_var`), tf.mul(variance, count / (count - 1))); // PyTorch stores the unbiased one
  return { mean, variance };
}

/** One pixel on each side, written out: tfjs computes a wrong output size from a single number when the strides differ. */
const onePixel: [[number, number], [number, number], [number, number], [number, number]] = [
  [0, 0],
  [1, 1],
  [1, 1],
  [0, 0],
];

/** 3×3 convolution, one pixel of zero padding; PyTorch's weight layout `[out, in, 3, 3]`, data `[B, F, T, C]`. */
function conv(params: Params, name: string, x: tf.Tensor, stride: readonly [number, number]): tf.Tensor {
  const filter = tf.transpose(param(params, `${name}.weight`), [2, 3, 1, 0]) as tf.Tensor4D;
  const y = tf.conv2d(x as tf.Tensor4D, filter, [stride[0], stride[1]], onePixel);
  return tf.add(y, param(params, `${name}.bias`));
}

/** Residual block: conv-BN-ReLU-conv-BN beside a projected shortcut (released `Res_2d`). */
function residualBlock(
  params: Params,
  name: string,
  x: tf.Tensor,
  stride: readonly [number, number],
  statistics: Statistics,
): tf.Tensor {
  const a = tf.relu(batchNorm(params, `${name}.bn_1`, conv(params, `${name}.conv_1`, x, stride), statistics));
  const b = batchNorm(params, `${name}.bn_2`, conv(params, `${name}.conv_2`, a, [1, 1]), statistics);
  const shortcut = batchNorm(params, `${name}.bn_3`, conv(params, `${name}.conv_3`, x, stride), statistics);
  return tf.relu(tf.add(shortcut, b));
}

/** One BERT layer, post-norm, no positions: the transformer knows order only through the convolutions. */
function bertLayer(params: Params, name: string, x: tf.Tensor, heads: number, dropout: Dropout): tf.Tensor {
  const [q, k, v] = ["query", "key", "value"].map((part) => linear(params, `${name}.attention.self.${part}`, x)) as [
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
  ];
  const attended = linear(params, `${name}.attention.output.dense`, attend(q, k, v, heads));
  const y = bertNorm(params, `${name}.attention.output.LayerNorm`, tf.add(x, dropout(attended)));
  const inner = gelu(linear(params, `${name}.intermediate.dense`, y));
  return bertNorm(params, `${name}.output.LayerNorm`, tf.add(y, dropout(linear(params, `${name}.output.dense`, inner)))); // B, T, C
}

const bertNorm = (params: Params, name: string, x: tf.Tensor) =>
  layerNorm(x, param(params, `${name}.weight`), param(params, `${name}.bias`), epsilons.bert);

/** Blocks 1 to 3 hold all strides in time: after them a song is short, an eighth of the bands and of the frames. */
export const lowerBlocks = 3;

/** Frames of a spectrogram in one position of the representation. */
export const frameStride = musicStrides.reduce((frames, [, stride]) => frames * stride, 1);

/** The first three convolution blocks: log-mel `[B, mels, frames]` in dB → `[B, mels / 8, T, C]`, one eighth of the frames. */
export function lowerFrontEnd(params: Params, mel: tf.Tensor, statistics: Statistics = stored): tf.Tensor {
  const x = batchNorm(params, "spec_bn", tf.expandDims(mel, 3), statistics); // B, 128, frames, 1
  return blocks(params, x, 0, lowerBlocks, statistics); // B, 16, T, C
}

/** The other four blocks, which fold the bands into one: `[B, mels / 8, T, C]` → local features `[B, T, C]`. */
export function upperFrontEnd(params: Params, lower: tf.Tensor, statistics: Statistics = stored): tf.Tensor {
  return tf.squeeze(blocks(params, lower, lowerBlocks, musicStrides.length, statistics), [1]); // B, T, C
}

function blocks(params: Params, x: tf.Tensor, from: number, to: number, statistics: Statistics): tf.Tensor {
  return musicStrides
    .slice(from, to)
    .reduce((below, stride, i) => residualBlock(params, `layer${from + i + 1}`, below, stride, statistics), x);
}

/**
 * The convolutional front end: log-mel `[B, mels, frames]` in dB → local features `[B, T, C]`, one eighth of the frames.
 * Won et al. 2019, as in the released `CNNSA`.
 */
export const musicFrontEnd = (params: Params, mel: tf.Tensor, statistics: Statistics = stored): tf.Tensor =>
  upperFrontEnd(params, lowerFrontEnd(params, mel, statistics), statistics);

/**
 * The music encoder: log-mel `[B, mels, frames]` in dB → representations `[B, 1 + T, C]`, the class vector first.
 * 938 frames (15 s) give 119 positions. The last transformer layer's states, no pooler and no head, as the released code uses it.
 */
export function musicEncoder(
  params: Params,
  shape: MusicShape,
  mel: tf.Tensor,
  options: { statistics?: Statistics; dropout?: Dropout } = {},
): tf.Tensor {
  const { statistics = stored, dropout = keepAll } = options;
  return attendOver(params, shape, musicFrontEnd(params, mel, statistics), dropout);
}

/** The transformer on local features: `[B, T, C]` → representations `[B, 1 + T, C]`, the class vector first. */
export function attendOver(params: Params, shape: MusicShape, local: tf.Tensor, dropout: Dropout = keepAll): tf.Tensor {
  const [B = 0, , width = 0] = local.shape;
  const cls = tf.tile(tf.reshape(constant(classVector(width), [width]), [1, 1, width]), [B, 1, 1]); // B, 1, C
  let x: tf.Tensor = tf.concat([cls, local], 1); // B, 1 + T, C
  for (let layer = 0; layer < shape.layers; layer++) x = bertLayer(params, `encoder.layer.${layer}`, x, shape.heads, dropout);
  return x;
}

/**
 * Where the last transformer layer looks: its attention weights `[B, heads, 1 + T, 1 + T]`, a row for each position that asks, a
 * column for each that answers; the class vector is position 0. The mel is `[B, mels, frames]` in dB.
 */
export function musicAttention(params: Params, shape: MusicShape, mel: tf.Tensor): tf.Tensor {
  const before = musicEncoder(params, { ...shape, layers: shape.layers - 1 }, mel);
  const project = (part: "query" | "key") =>
    splitHeads(linear(params, `encoder.layer.${shape.layers - 1}.attention.self.${part}`, before), shape.heads);
  return attentionWeights(project("query"), project("key")); // B, H, 1 + T, 1 + T
}

/** What of the states the tag head takes: the class position, as in Won et al. 2019, or the mean over all positions, which learns in fewer steps. */
export type Pooling = "class-position" | "mean";

/** Tag logits `[B, tags]` from the encoder's states: BERT's pooler on the pooled states, then one linear layer. */
export function tagLogits(params: Params, states: tf.Tensor, pooling: Pooling, dropout: Dropout = keepAll): tf.Tensor {
  const [B = 0, , C = 0] = states.shape;
  const pooled = pooling === "mean" ? tf.mean(states, 1) : tf.reshape(tf.slice(states, [0, 0, 0], [B, 1, C]), [B, C]); // B, C
  return linear(params, "dense", dropout(tf.tanh(linear(params, "pooler.dense", pooled))));
}

/** Names, shapes and fresh values of the encoder's parameters and running statistics, as in the released checkpoint. */
export function musicParams(shape: MusicShape): Record<string, Initial> {
  const width = 2 * shape.channels;
  const out: Record<string, Initial> = {};
  const dense = (name: string, rows: number, columns: number) => {
    out[`${name}.weight`] = { shape: [rows, columns], draw: "normal", deviation: 1 / Math.sqrt(columns) };
    out[`${name}.bias`] = { shape: [rows], draw: "zeros" };
  };
  const norm = (name: string, channels: number, kind: "layer" | "batch") => {
    out[`${name}.weight`] = { shape: [channels], draw: "ones" };
    out[`${name}.bias`] = { shape: [channels], draw: "zeros" };
    if (kind === "layer") return;
    out[`${name}.running_mean`] = { shape: [channels], draw: "zeros" };
    out[`${name}.running_var`] = { shape: [channels], draw: "ones" };
  };
  norm("spec_bn", 1, "batch");
  musicStrides.forEach((_, block) => {
    const to = block < 2 ? shape.channels : width;
    const from = block === 0 ? 1 : block <= 2 ? shape.channels : width;
    for (const [part, input] of [
      [1, from],
      [2, to],
      [3, from],
    ] as const) {
      const name = `layer${block + 1}.conv_${part}`;
      out[`${name}.weight`] = { shape: [to, input, 3, 3], draw: "normal", deviation: Math.sqrt(2 / (9 * input)) };
      out[`${name}.bias`] = { shape: [to], draw: "zeros" };
      norm(`layer${block + 1}.bn_${part}`, to, "batch");
    }
  });
  for (let layer = 0; layer < shape.layers; layer++) {
    const name = `encoder.layer.${layer}`;
    for (const part of ["query", "key", "value"]) dense(`${name}.attention.self.${part}`, width, width);
    dense(`${name}.attention.output.dense`, width, width);
    norm(`${name}.attention.output.LayerNorm`, width, "layer");
    dense(`${name}.intermediate.dense`, shape.inner, width);
    dense(`${name}.output.dense`, width, shape.inner);
    norm(`${name}.output.LayerNorm`, width, "layer");
  }
  dense("pooler.dense", width, width);
  dense("dense", shape.tags, width);
  return out;
}
