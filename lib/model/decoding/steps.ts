import { compile, settings, tf, type Value, type Values, value } from "../../engine";
import type { Captioner } from "../captioner";
import type { Params, ParamValues } from "../params";
import { type Ask, type Caches, decodeOne, type Memory, remember, type SongBatch } from "./one-token";

/** One step of a batch: last tokens `[R]`, and for each row which beam of its song wrote each position so far; null for one beam. */
export type Step<C> = (tokens: Int32Array, lineage: readonly Int32Array[] | null) => Promise<Values<C>>;

/** Decoding steps of one model. */
export interface DecodingSteps<C> {
  /** Encodes a batch of songs; the function it gives decodes one position after the other. */
  start(songs: Values<SongBatch>, beams: number): Promise<Step<C>>;
  release(): Promise<void>;
}

/** Longest caches that are kept at one length; longer ones start at a quarter, since each length is a graph of its own. */
const ONE_LENGTH = 64;

/** Lengths that caches for `T` positions grow through. */
export const cacheLengths = (T: number): number[] => (T <= ONE_LENGTH ? [T] : [...cacheLengths(Math.ceil(T / 4)), T]);

/** Added to the score of a slot that a beam must not see; its weight is then exactly 0. */
const HIDDEN = -1e9;

/**
 * Compiles decoding for captions of at most `T` tokens after the start. The parameters are baked into the graphs.
 *
 * @param choose what a step gives of the logits `[R, V]`
 * @param place where the caches lie: on the CPU in arrays of this process, which a step reads in place and of which one position is
 *   written; on a GPU in its memory
 */
export function decodingSteps<C extends { readonly [name: string]: tf.Tensor }>(
  params: ParamValues,
  captioner: Captioner,
  T: number,
  choose: (logits: tf.Tensor) => C,
  place: "host" | "device" = settings().device === "cpu" ? "host" : "device",
): DecodingSteps<C> {
  const first = compile((p: Params, songs: SongBatch) => remember(p, captioner, songs), { baked: [0], name: "remember" });
  const onHost = compile(
    (past: Caches, memory: Memory, ask: Ask, p: Params) => {
      const { logits, written } = decodeOne(p, captioner, memory, past, ask);
      return { written, chosen: choose(logits) };
    },
    { baked: [3], name: "decoding step" },
  );
  const onDevice = compile(
    (past: Caches, memory: Memory, ask: Ask, p: Params) => {
      const { logits, written } = decodeOne(p, captioner, memory, past, ask);
      return { past: placed(past, written, ask.position), chosen: choose(logits) };
    },
    { resident: "past", baked: [3], name: "decoding step" },
  );
  const start = async (songs: Values<SongBatch>, beams: number): Promise<Step<C>> => {
    const memory = await first(params, songs);
    const lengths = place === "host" ? cacheLengths(T) : [T];
    const size = { B: songs.lyrics.shape[0] ?? 0, beams };
    let length = lengths[0] ?? T;
    let past = emptyCaches(captioner, size, length);
    let at = 0;
    return async (tokens, lineage) => {
      if (at === length) {
        length = lengths.find((one) => one > at) ?? T;
        past = grown(past, captioner, size, length);
      }
      const hidden = lineage ? hiddenSlots(lineage, size, length, at) : future(length, at);
      const ask = { tokens: value(tokens, [tokens.length]), position: value(Int32Array.of(at), []), hidden };
      if (place === "host") {
        const { written, chosen } = await onHost(past, memory, ask, params);
        write(past, written, at);
        at++;
        return chosen as Values<C>;
      }
      const out = await onDevice(past, memory, ask, params);
      past = out.past;
      at++;
      return out.chosen as Values<C>;
    };
  };
  const release = async () => {
    for (const compiled of [first, onHost, onDevice]) await compiled.release();
  };
  return { start, release };
}

interface Size {
  readonly B: number;
  readonly beams: number;
}

/** Caches without anything written, for `T` positions. */
function emptyCaches({ text }: Captioner, { B, beams }: Size, T: number): Values<Caches> {
  const [H, D, L] = [text.heads, text.width / text.heads, T * beams];
  const caches = (shape: readonly number[]) =>
    Array.from({ length: text.decoderLayers }, (): Value => value(new Float32Array(B * H * D * L), shape));
  return { keys: caches([B, H, D, L]), values: caches([B, H, L, D]) };
}

/** The same caches with room for `T` positions. */
function grown(past: Values<Caches>, captioner: Captioner, size: Size, T: number): Values<Caches> {
  const larger = emptyCaches(captioner, size, T);
  for (const part of ["keys", "values"] as const)
    past[part].forEach((old, layer) => {
      const rows = (cache: Value) => (part === "keys" ? (cache.shape[3] ?? 0) : (cache.shape[2] ?? 0) * (cache.shape[3] ?? 0));
      const into = larger[part][layer] as Value;
      const [from, to] = [rows(old), rows(into)];
      for (let row = 0; row * from < old.data.length; row++)
        (into.data as Float32Array).set((old.data as Float32Array).subarray(row * from, (row + 1) * from), row * to);
    });
  return larger;
}

/** Writes a position's keys and values `[B, H, beams, D]` into caches on the host. */
function write(past: Values<Caches>, written: Values<Caches>, at: number): void {
  written.keys.forEach(({ data, shape: [B = 0, H = 0, beams = 0, D = 0] }, layer) => {
    const keys = past.keys[layer] as Value;
    const L = keys.shape[3] ?? 0;
    for (let head = 0; head < B * H; head++)
      for (let beam = 0; beam < beams; beam++)
        for (let d = 0; d < D; d++) keys.data[(head * D + d) * L + at * beams + beam] = data[(head * beams + beam) * D + d]!;
  });
  written.values.forEach(({ data, shape: [B = 0, H = 0, beams = 0, D = 0] }, layer) => {
    const values = past.values[layer] as Value;
    const L = values.shape[2] ?? 0;
    for (let head = 0; head < B * H; head++)
      (values.data as Float32Array).set(
        (data as Float32Array).subarray(head * beams * D, (head + 1) * beams * D),
        (head * L + at * beams) * D,
      );
  });
}

/** The same inside a graph. */
function placed(past: Caches, written: Caches, position: tf.Tensor): Caches {
  const put = (cache: tf.Tensor, own: tf.Tensor, keys: boolean): tf.Tensor => {
    const [B = 0, H = 0, beams = 0, D = 0] = own.shape;
    const T = cache.size / own.size;
    const here = tf.equal(tf.range(0, T, 1, "int32"), position);
    const [one, all, mask] = keys
      ? [
          [B, H, D, 1, beams],
          [B, H, D, T, beams],
          [1, 1, 1, T, 1],
        ]
      : [
          [B, H, 1, beams, D],
          [B, H, T, beams, D],
          [1, 1, T, 1, 1],
        ];
    const turned = keys ? tf.transpose(own, [0, 1, 3, 2]) : own;
    return tf.reshape(tf.where(tf.reshape(here, mask), tf.reshape(turned, one), tf.reshape(cache, all)), cache.shape);
  };
  return {
    keys: past.keys.map((cache, layer) => put(cache, written.keys[layer] as tf.Tensor, true)),
    values: past.values.map((cache, layer) => put(cache, written.values[layer] as tf.Tensor, false)),
  };
}

/** Bias of one beam's slots: those from `at` on hold nothing. */
const future = (T: number, at: number): Value => value(new Float32Array(T).fill(HIDDEN, at), [1, 1, 1, T]);

/** Bias of the slots of a song's beams: a beam sees the one slot of each position that its line wrote. */
function hiddenSlots(lineage: readonly Int32Array[], { B, beams }: Size, T: number, at: number): Value {
  const L = T * beams;
  const bias = new Float32Array(lineage.length * L).fill(HIDDEN);
  lineage.forEach((writers, row) => {
    for (let t = 0; t < at; t++) bias[row * L + t * beams + writers[t]!] = 0;
  });
  return value(bias, [B, 1, beams, L]);
}
