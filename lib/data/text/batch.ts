import seedrandom from "seedrandom";
import { type Value, value } from "../../engine";
import { bartTokens } from "../../recipe";
import { inRandomOrder } from "../random-order";

/** One training or test row: a song's lyrics and music with one caption, already tokenised. */
export interface Example {
  readonly song: string;
  /** Token ids with `<s>` and `</s>`. */
  readonly lyrics: Int32Array;
  /** Token ids with `<s>` and `</s>`. */
  readonly caption: Int32Array;
  /** Music representation `[M, D]`. */
  readonly music: Value;
  /** What the words are aligned with, where that is not the song's own music. */
  readonly pairedMusic?: Value;
}

/** Rows ready for batches, one at a time. */
export interface Examples {
  readonly length: number;
  /** Row `at`, tokenised, with its song's music. */
  of(at: number): Example;
}

/** Padded lengths of a batch, in tokens. Longer sequences are cut and keep their closing `</s>`. */
export interface BatchLengths {
  readonly lyricsTokens: number;
  readonly captionTokens: number;
}

/** Lyrics and music of one batch: ids int32 `[B, S]`, mask `[B, S]`, music `[B, M, D]`. */
export type SongValues = { lyrics: Value; lyricsMask: Value; music: Value };

/** A training batch: the songs, the caption shifted right, the caption, its mask (`[B, T]` each), and first rows of songs `[B]`. */
export type CaptionValues = SongValues & {
  captionInput: Value;
  labels: Value;
  labelMask: Value;
  distinct: Value;
  /** Where the words are aligned with other music than their own. */
  pairedMusic?: Value;
};

/** Pads sequences to one length: ids and mask `[B, length]`. */
export function padded(sequences: readonly Int32Array[], length: number): { ids: Int32Array; mask: Float32Array } {
  const ids = new Int32Array(sequences.length * length).fill(bartTokens.pad);
  const mask = new Float32Array(sequences.length * length);
  sequences.forEach((sequence, row) => {
    const kept = sequence.length <= length ? sequence : Int32Array.from([...sequence.subarray(0, length - 1), bartTokens.eos]);
    ids.set(kept, row * length);
    mask.fill(1, row * length, row * length + kept.length);
  });
  return { ids, mask };
}

/** Stacks equally shaped `[M, D]` music representations to `[B, M, D]`. */
function stackMusic(music: readonly Value[]): Value {
  const shape = music[0]?.shape ?? [0, 0];
  const size = shape.reduce((a, b) => a * b, 1);
  const data = new Float32Array(music.length * size);
  music.forEach((one, row) => {
    data.set(one.data, row * size);
  });
  return value(data, [music.length, ...shape]);
}

/** The inputs of captioning, without a caption. */
export function songBatch(songs: readonly Pick<Example, "lyrics" | "music">[], lyricsTokens: number): SongValues {
  const { ids, mask } = padded(
    songs.map(({ lyrics }) => lyrics),
    lyricsTokens,
  );
  const shape = [songs.length, lyricsTokens];
  return { lyrics: value(ids, shape), lyricsMask: value(mask, shape), music: stackMusic(songs.map(({ music }) => music)) };
}

/** A teacher-forcing batch. As in HuggingFace's BART, the decoder reads `</s>` and then the caption, one step behind its labels. */
export function captionBatch(examples: readonly Example[], { lyricsTokens, captionTokens }: BatchLengths): CaptionValues {
  const B = examples.length;
  const firstRow = new Map<string, number>();
  examples.forEach(({ song }, row) => {
    if (!firstRow.has(song)) firstRow.set(song, row);
  });
  const paired = examples.flatMap(({ pairedMusic }) => pairedMusic ?? []);
  const distinct = Float32Array.from(examples, ({ song }, row) => (firstRow.get(song) === row ? 1 : 0));
  return {
    ...songBatch(examples, lyricsTokens),
    ...teacherForced(
      examples.map(({ caption }) => caption),
      captionTokens,
    ),
    distinct: value(distinct, [B]),
    ...(paired.length === B && { pairedMusic: stackMusic(paired) }),
  };
}

/** Captions as a decoder reads them under teacher forcing, and what it is to predict: `[B, T]` each. */
export function teacherForced(
  captions: readonly Int32Array[],
  captionTokens: number,
): Pick<CaptionValues, "captionInput" | "labels" | "labelMask"> {
  const { ids, mask } = padded(captions, captionTokens);
  const shifted = new Int32Array(ids.length);
  for (let row = 0; row < captions.length; row++) {
    shifted[row * captionTokens] = bartTokens.decoderStart;
    shifted.set(ids.subarray(row * captionTokens, (row + 1) * captionTokens - 1), row * captionTokens + 1);
  }
  const shape = [captions.length, captionTokens];
  return { captionInput: value(shifted, shape), labels: value(ids, shape), labelMask: value(mask, shape) };
}

/** A seeded random order of `0 … n−1`. */
export function shuffled(n: number, seed: string): Int32Array {
  return Int32Array.from(
    inRandomOrder(
      Array.from({ length: n }, (_, i) => i),
      seedrandom(seed),
    ),
  );
}

/**
 * The rows of each training step: epochs of shuffled rows laid end to end and cut into batches of one size, so every row
 * is seen once an epoch and no batch is smaller than the others. Any step can be asked for alone, which makes resuming exact.
 */
export function trainingRows(rows: number, batch: number, seed: number): (step: number) => number[] {
  let known: { epoch: number; order: Int32Array } = { epoch: -1, order: new Int32Array(0) };
  const rowAt = (place: number) => {
    const epoch = Math.floor(place / rows);
    if (epoch !== known.epoch) known = { epoch, order: shuffled(rows, `${seed}/epoch/${epoch}`) };
    return known.order[place % rows]!;
  };
  return (step) => Array.from({ length: batch }, (_, i) => rowAt(step * batch + i));
}
