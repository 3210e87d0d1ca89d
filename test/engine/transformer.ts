import { constant, dropout, gelu, layerNorm, scope, softmaxCrossEntropy, tf, type Value, valueAndGrad } from "alcap/dist/engine";
import { draw } from "./helpers";

/** A fused encoder–decoder as small as it gets: one layer each, cross attention to "music", every fused op, dropout. */
export const SIZE = { batch: 3, source: 7, target: 5, width: 16, heads: 2, inner: 24, vocabulary: 13, music: 4, musicWidth: 6 };
const { batch, source, target, width, heads, inner, vocabulary, music, musicWidth } = SIZE;
export type Params = Record<string, tf.Tensor>;
export interface Batch {
  readonly source: tf.Tensor;
  readonly sourceMask: tf.Tensor;
  readonly target: tf.Tensor;
  readonly labels: tf.Tensor;
  readonly weights: tf.Tensor;
  readonly music: tf.Tensor;
  readonly key: tf.Tensor;
}

function shapes(): Record<string, number[]> {
  const linear = (name: string, from: number, to: number) => ({ [`${name}.weight`]: [from, to], [`${name}.bias`]: [to] });
  const norm = (name: string) => ({ [`${name}.gain`]: [width], [`${name}.bias`]: [width] });
  const attention = (name: string, keys: number) => ({
    ...linear(`${name}.q`, width, width),
    ...linear(`${name}.k`, keys, width),
    ...linear(`${name}.v`, keys, width),
    ...linear(`${name}.o`, width, width),
    ...norm(`${name}.norm`),
  });
  const feedForward = (name: string) => ({
    ...linear(`${name}.1`, width, inner),
    ...linear(`${name}.2`, inner, width),
    ...norm(`${name}.norm`),
  });
  return {
    embedding: [vocabulary, width],
    positions: [8, width],
    ...attention("encoder.self", width),
    ...feedForward("encoder.feed"),
    ...attention("fusion", musicWidth),
    ...attention("decoder.self", width),
    ...attention("decoder.cross", width),
    ...feedForward("decoder.feed"),
  };
}

const linear = (p: Params, name: string, x: tf.Tensor): tf.Tensor => {
  const weight = p[`${name}.weight`]!;
  const flat = tf.reshape(x, [-1, weight.shape[0]!]); // B T, D
  return tf.reshape(tf.add(tf.matMul(flat, weight), p[`${name}.bias`]!), [...x.shape.slice(0, -1), weight.shape[1]!]);
};
const split = (x: tf.Tensor): tf.Tensor => tf.transpose(tf.reshape(x, [batch, -1, heads, width / heads]), [0, 2, 1, 3]); // B, H, T, D/H
const norm = (p: Params, name: string, x: tf.Tensor): tf.Tensor =>
  layerNorm(x, p[`${name}.norm.gain`]!, p[`${name}.norm.bias`]!, 1e-5);

function attend(p: Params, name: string, x: tf.Tensor, to: tf.Tensor, mask: tf.Tensor | undefined, key: tf.Tensor): tf.Tensor {
  const [q, k, v] = [split(linear(p, `${name}.q`, x)), split(linear(p, `${name}.k`, to)), split(linear(p, `${name}.v`, to))];
  const scores = tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(width / heads)); // B, H, T, S
  const mixed = tf.matMul(tf.softmax(mask ? tf.add(scores, mask) : scores), v); // B, H, T, D/H
  const joined = tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), x.shape); // B, T, D
  return norm(p, name, tf.add(x, dropout(linear(p, `${name}.o`, joined), 0.1, key)));
}
const feed = (p: Params, name: string, x: tf.Tensor): tf.Tensor =>
  norm(p, name, tf.add(x, linear(p, `${name}.2`, gelu(linear(p, `${name}.1`, x)))));

function causal(length: number): tf.Tensor {
  const blocked = Float32Array.from({ length: length * length }, (_, i) => (i % length > Math.floor(i / length) ? -1e9 : 0));
  return constant(blocked, [1, 1, length, length]);
}

export function loss(p: Params, b: Batch): tf.Scalar {
  const embed = (ids: tf.Tensor): tf.Tensor =>
    tf.add(tf.gather(p.embedding!, tf.cast(ids, "int32")), tf.slice(p.positions!, [0, 0], [ids.shape[1]!, width]));
  const padding = tf.reshape(tf.mul(tf.sub(1, b.sourceMask), -1e9), [batch, 1, 1, source]);
  const heard = scope("encoder", () => {
    const x = attend(p, "encoder.self", embed(b.source), embed(b.source), padding, b.key);
    return attend(p, "fusion", feed(p, "encoder.feed", x), b.music, undefined, b.key); // B, S, D
  });
  const said = scope("decoder", () => {
    const y = attend(p, "decoder.self", embed(b.target), embed(b.target), causal(target), b.key);
    return feed(p, "decoder.feed", attend(p, "decoder.cross", y, heard, padding, b.key)); // B, T, D
  });
  const logits = tf.matMul(tf.reshape(said, [-1, width]), p.embedding!, false, true) as tf.Tensor2D; // B T, V
  const weights = tf.reshape(b.weights, [-1]) as tf.Tensor1D;
  const nats = softmaxCrossEntropy(logits, tf.reshape(b.labels, [-1]) as tf.Tensor1D, weights);
  return tf.div(tf.sum(nats), tf.sum(weights)) as tf.Scalar;
}

export interface State {
  readonly params: Params;
  readonly m: Params;
  readonly v: Params;
  readonly t: tf.Tensor;
}

/** One step of Adam. */
export function step(state: State, b: Batch): { state: State; loss: tf.Scalar } {
  const { loss: value, grads } = valueAndGrad((p: Params) => loss(p, b), state.params);
  const t = tf.add(state.t, 1);
  const rate = tf.div(tf.mul(1e-2, tf.sqrt(tf.sub(1, tf.pow(0.999, t)))), tf.sub(1, tf.pow(0.9, t)));
  const each = (f: (name: string) => tf.Tensor): Params => Object.fromEntries(Object.keys(grads).map((name) => [name, f(name)]));
  const m = each((name) => tf.add(tf.mul(state.m[name]!, 0.9), tf.mul(grads[name]!, 0.1)));
  const v = each((name) => tf.add(tf.mul(state.v[name]!, 0.999), tf.mul(tf.square(grads[name]!), 0.001)));
  const params = each((name) => tf.sub(state.params[name]!, tf.mul(rate, tf.div(m[name]!, tf.add(tf.sqrt(v[name]!), 1e-8)))));
  return { state: { params, m, v, t }, loss: value };
}

export function initialParams(): Record<string, Value> {
  const entries = Object.entries(shapes()).map(([name, shape]) => {
    const around = name.endsWith("gain") ? 1 : 0;
    return [name, draw(`transformer/${name}`, { shape, low: around - 0.5, high: around + 0.5 })] as const;
  });
  return Object.fromEntries(entries);
}

export function initialState() {
  const zeros = () =>
    Object.fromEntries(Object.entries(shapes()).map(([name, shape]) => [name, draw("", { shape, low: 0, high: 0 })]));
  return { params: initialParams(), m: zeros(), v: zeros(), t: draw("", { shape: [], data: [0] }) };
}

export function makeBatch(seed: string, number: number) {
  const ids = (name: string, shape: number[]): Value =>
    draw(`${seed}/${name}`, { shape, dtype: "int32", low: 0, high: vocabulary });
  return {
    source: ids("source", [batch, source]),
    sourceMask: draw("", {
      shape: [batch, source],
      data: Array.from({ length: batch * source }, (_, i) => (i % source < 5 ? 1 : 0)),
    }),
    target: ids("target", [batch, target]),
    labels: ids("labels", [batch, target]),
    weights: draw("", {
      shape: [batch, target],
      data: Array.from({ length: batch * target }, (_, i) => (i % target < 4 ? 1 : 0)),
    }),
    music: draw(`${seed}/music`, { shape: [batch, music, musicWidth] }),
    key: draw("", { shape: [2], dtype: "int32", data: [11, number] }),
  };
}
