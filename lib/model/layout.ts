import { takeRows, tf } from "../engine";

/**
 * Where the tokens of a batch lie when only those are kept that are words: packed rows, one after the other, and some empty rows
 * that fill them up to a size which graphs share. Token-wise parts of a model compute `[N, C]`; attention needs `[B, H, T, D]`.
 */
export type Places = {
  /** Position of each row in its sequence, int32 `[N]`. */
  time: tf.Tensor;
  /** Place `b · T + t` of each row in the padded batch, int32 `[N]`; an empty row has that of some padding. */
  place: tf.Tensor;
  /** Row of each place of the padded batch, int32 `[B, T]`; padding has that of some empty row. */
  row: tf.Tensor;
};

/** Row `n` of `[N, H·D]` cut into heads is rows `n · H + h` of `[N · H, D]`; the place `b, h, t` is row `(b · H + h) · T + t`. */
function headIndices({ place, row }: Places, heads: number): { spread: tf.Tensor; collected: tf.Tensor } {
  const [B = 0, T = 0] = row.shape;
  const [N = 0] = place.shape;
  const head = tf.range(0, heads, 1, "int32");
  const spread = tf.add(tf.mul(tf.reshape(row, [B, 1, T]), tf.scalar(heads, "int32")), tf.reshape(head, [1, heads, 1])); // B, H, T
  const song = tf.floorDiv(place, tf.scalar(T, "int32")); // N
  const time = tf.sub(place, tf.mul(song, tf.scalar(T, "int32"))); // N
  const first = tf.add(tf.mul(song, tf.scalar(heads * T, "int32")), time); // N
  const collected = tf.add(tf.reshape(first, [N, 1]), tf.mul(tf.reshape(head, [1, heads]), tf.scalar(T, "int32"))); // N, H
  return { spread: tf.reshape(spread, [-1]), collected: tf.reshape(collected, [-1]) };
}

/** Heads of sequences: `[B, T, C]`, or packed rows `[N, C]` with their places, → `[B, H, T, C/H]`. */
export function splitHeads(x: tf.Tensor, heads: number, places?: Places | null): tf.Tensor {
  const width = (x.shape.at(-1) ?? 0) / heads;
  if (!places) {
    const [B = 0, T = 0] = x.shape;
    return tf.transpose(tf.reshape(x, [B, T, heads, width]), [0, 2, 1, 3]);
  }
  const [B = 0, T = 0] = places.row.shape;
  const { spread, collected } = headIndices(places, heads);
  return tf.reshape(takeRows(tf.reshape(x, [-1, width]), spread, collected), [B, heads, T, width]);
}

/** The way back: `[B, H, T, D]` → `[B, T, H·D]`, or packed rows `[N, H·D]`. */
export function mergeHeads(x: tf.Tensor, places?: Places | null): tf.Tensor {
  const [B = 0, H = 0, T = 0, D = 0] = x.shape;
  if (!places) return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [B, T, H * D]);
  const { spread, collected } = headIndices(places, H);
  return tf.reshape(takeRows(tf.reshape(x, [-1, D]), collected, spread), [-1, H * D]);
}

/** Packed rows `[N, C]` as sequences `[B, T, C]`; padding holds numbers without meaning. */
export function unpacked(x: tf.Tensor, places: Places): tf.Tensor {
  const [B = 0, T = 0] = places.row.shape;
  return tf.reshape(takeRows(x, tf.reshape(places.row, [-1]), places.place), [B, T, x.shape.at(-1) ?? 0]);
}
