import { packSongs } from "../../data/text/pack";
import { compile, settings, tf, type Value, type Values, value } from "../../engine";
import type { PackedBatch } from "../alcap";
import type { Captioner } from "../captioner";
import type { Params, ParamValues } from "../params";
import { type Ask, type Caches, decodeOne, type Memory, remember, type SongBatch } from "./one-token";

/** A batch of songs being decoded. */
export interface Decoding<C> {
  /**
   * One position further: last tokens `[R]`, and for each row the beam of its song whose line it goes on with, −1 where the song has
   * ended; null for one beam a song.
   */
  step(tokens: Int32Array, parents: readonly number[] | null): Promise<Values<C>>;
  /**
   * Lets songs that have ended go where the batch then fits a smaller graph. Gives the places of those that stay, in order: of the next
   * step's tokens and parents, and of what it gives, only theirs are left. Null where all stay.
   */
  shrink(ended: readonly boolean[]): readonly number[] | null;
}

/** Decoding steps of one model. */
export interface DecodingSteps<C> {
  /** Encodes a batch of songs, to be decoded one position after the other. */
  start(songs: Values<SongBatch>, beams: number): Promise<Decoding<C>>;
  release(): Promise<void>;
}

/** Number of parameters from which on a graph for each batch size would take too much memory, since each has them baked in. */
const MANY = 2 ** 24;

/** Numbers of songs that a batch of `B` shrinks through: few, since each has a graph of its own; no song is computed alone. */
export const batchSizes = (B: number): number[] => (B < 8 ? [] : [1 / 4, 1 / 2, 3 / 4].map((part) => Math.ceil(part * B)));

/** Numbers of slots that caches grow through up to `L`: few, since each has a graph of its own. */
export const cacheLengths = (L: number): number[] => {
  if (L <= 128) return [L];
  return [...cacheLengths(Math.ceil(L / (L <= 256 ? 2 : 4))), L];
};

/** Added to the score of a slot that a beam must not see; its weight is then exactly 0. */
export const HIDDEN = -1e9;

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
  const first = compile((p: Params, songs: SongBatch & Pick<PackedBatch, "lyricsPlaces">) => remember(p, captioner, songs), {
    baked: [0],
    name: "remember",
  });
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
  const decoder = decoderParams(params);
  const large = Object.values(decoder).reduce((sum, { data }) => sum + data.length, 0) > MANY;
  const start = async (songs: Values<SongBatch>, beams: number): Promise<Decoding<C>> => {
    let memory = await first(params, packSongs(songs));
    let size: Size = { B: songs.lyrics.shape[0] ?? 0, beams };
    const sizes = place === "host" && !large ? batchSizes(size.B) : [];
    const lengths = place === "host" ? cacheLengths(T * beams) : [T * beams];
    let L = lengths[0] ?? 0;
    let past = emptyCaches(captioner, size, L);
    let lines: Lines = { seen: Array.from({ length: size.B * beams }, () => []), slots: [] };
    let at = 0;
    const step: Decoding<C>["step"] = async (tokens, parents) => {
      lines = nextLines(lines, parents, size, at, place === "host");
      const needed = Math.max(...lines.slots) + 1;
      if (needed > L) {
        L = lengths.find((length) => length >= needed) ?? T * beams;
        past = grown(past, captioner, size, L);
      }
      const hidden = parents ? hiddenSlots(lines, size, L) : value(new Float32Array(L).fill(HIDDEN, at), [1, 1, 1, L]);
      const ask = { tokens: value(tokens, [tokens.length]), position: value(Int32Array.of(at), []), hidden };
      at++;
      if (place === "host") {
        const { written, chosen } = await onHost(past, memory, ask, decoder);
        write(past, written, lines.slots);
        return chosen as Values<C>;
      }
      const out = await onDevice(past, memory, ask, decoder);
      past = out.past;
      return out.chosen as Values<C>;
    };
    const shrink = (ended: readonly boolean[]) => {
      const stay = staying(ended, sizes);
      if (!stay) return null;
      const rows = stay.flatMap((song) => Array.from({ length: beams }, (_, beam) => song * beams + beam));
      const cut = (tensor: Value) => songsOf(tensor, stay);
      const [keys, values] = [memory.keys.map(cut), memory.values.map(cut)];
      memory = { keys, values, padding: cut(memory.padding) };
      past = { keys: past.keys.map(cut), values: past.values.map(cut) };
      lines = {
        seen: rows.map((row) => lines.seen[row]!),
        slots: lines.slots.length ? rows.map((row) => lines.slots[row]!) : [],
      };
      size = { B: stay.length, beams };
      return stay;
    };
    return { step, shrink };
  };
  const release = async () => {
    for (const compiled of [first, onHost, onDevice]) await compiled.release();
  };
  return { start, release };
}

/** The open songs, and ended ones up to the smallest size that holds the open ones; null where that is no smaller. */
function staying(ended: readonly boolean[], sizes: readonly number[]): number[] | null {
  const open = ended.filter((one) => !one).length;
  const size = sizes.find((size) => size >= open);
  if (open === 0 || size === undefined || size >= ended.length) return null;
  let spare = size - open;
  return ended.flatMap((one, song) => (!one || spare-- > 0 ? [song] : []));
}

/** Some songs of a tensor `[B, ...]`. */
function songsOf({ data, shape }: Value, songs: readonly number[]): Value {
  const width = data.length / (shape[0] ?? 1);
  const out = new Float32Array(songs.length * width);
  songs.forEach((song, at) => {
    out.set(data.subarray(song * width, (song + 1) * width), at * width);
  });
  return value(out, [songs.length, ...shape.slice(1)]);
}

/** The parameters that a step uses. */
export const decoderParams = (params: ParamValues): ParamValues =>
  Object.fromEntries(Object.entries(params).filter(([name]) => /^(model\.(decoder|shared)|final_logits_bias)/.test(name)));

interface Size {
  readonly B: number;
  readonly beams: number;
}

/** For each row the slots of its line's past, and the slot that its next position is written to. */
interface Lines {
  readonly seen: readonly (readonly number[])[];
  readonly slots: readonly number[];
}

/** The lines of a step's rows. Slots that no line of the song sees any longer are used again where `reuse` says so. */
function nextLines(
  { seen, slots }: Lines,
  parents: readonly number[] | null,
  { B, beams }: Size,
  at: number,
  reuse: boolean,
): Lines {
  if (!parents) return { seen, slots: seen.map(() => at) };
  const lines = seen.map((line, row) => {
    const parent = parents[row]!;
    const from = row - (row % beams) + parent;
    return parent < 0 || at === 0 ? line : [...seen[from]!, slots[from]!];
  });
  const written = Array.from({ length: B }, (_, song) => {
    const own = lines.slice(song * beams, (song + 1) * beams);
    if (!reuse) return own.map((_, beam) => at * beams + beam);
    if (parents[song * beams]! < 0) return own.map(() => 0);
    const used = new Uint8Array((at + 2) * beams);
    for (const line of own) for (const slot of line) used[slot] = 1;
    const free: number[] = [];
    for (let slot = 0; free.length < beams; slot++) if (used[slot] === 0) free.push(slot);
    return free;
  });
  return { seen: lines, slots: written.flat() };
}

/** Caches of `L` slots without anything written. */
export function emptyCaches({ text }: Captioner, { B }: Pick<Size, "B">, L: number): Values<Caches> {
  const [H, D] = [text.heads, text.width / text.heads];
  const caches = (shape: readonly number[]) =>
    Array.from({ length: text.decoderLayers }, (): Value => value(new Float32Array(B * H * D * L), shape));
  return { keys: caches([B, H, D, L]), values: caches([B, H, L, D]) };
}

/** The same caches with room for `L` slots. */
function grown(past: Values<Caches>, captioner: Captioner, size: Size, L: number): Values<Caches> {
  const larger = emptyCaches(captioner, size, L);
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

/** Writes a position's keys and values `[B, H, beams, D]` into caches on the host. Plain loops: this is done for every token. */
function write(past: Values<Caches>, written: Values<Caches>, slots: readonly number[]): void {
  for (const part of ["keys", "values"] as const)
    written[part].forEach(({ data, shape: [B = 0, H = 0, beams = 0, D = 0] }, layer) => {
      const cache = (past[part][layer] as Value).data;
      const L = cache.length / (B * H * D);
      const [perSlot, perNumber] = part === "keys" ? [1, L] : [D, 1];
      for (let head = 0, from = 0; head < B * H; head++)
        for (let beam = 0; beam < beams; beam++) {
          let into = head * D * L + slots[Math.floor(head / H) * beams + beam]! * perSlot;
          for (const end = from + D; from < end; from++, into += perNumber) cache[into] = data[from]!;
        }
    });
}

/** Writes a position's keys and values into caches inside a graph. */
export function placed(past: Caches, written: Caches, position: tf.Tensor): Caches {
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

/** Bias of the slots of a song's beams: a beam sees those of its own line. */
function hiddenSlots({ seen }: Lines, { B, beams }: Size, L: number): Value {
  const bias = new Float32Array(seen.length * L).fill(HIDDEN);
  seen.forEach((line, row) => {
    for (const slot of line) bias[row * L + slot] = 0;
  });
  return value(bias, [B, 1, beams, L]);
}
