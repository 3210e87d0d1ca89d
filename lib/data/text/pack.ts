import { type Value, value } from "../../engine";
import type { CaptionValues, SongValues } from "./batch";

/** Which sides of a batch are packed: their padding takes part in nothing. */
export interface Packing {
  readonly lyrics: boolean;
  readonly captions: boolean;
}

/** Where packed rows lie: see `Places` of the model. */
export type PlaceValues = { time: Value; place: Value; row: Value };

/** A batch whose lyrics or captions may be packed. */
export type PackedValues = CaptionValues & { lyricsPlaces: PlaceValues | null; captionPlaces: PlaceValues | null };

/** How sizes are spaced, as each is a graph of its own: so many up to the whole padded batch, or eight from one power of two to the next. */
type Spacing = 4 | 16 | "octaves";

/** Row lengths from which on a row more costs more than another graph. */
const LONG = 256;

/** Many rows' sums differ little and need fine steps; of a few short rows coarse ones will do; of a few long rows sizes vary by factors. */
const spacingOf = (rows: number, length: number): Spacing => (rows >= 16 ? 16 : length >= LONG ? "octaves" : 4);

/** The next size that a graph is made for. */
function bucket(count: number, whole: number, spacing: Spacing): number {
  if (spacing !== "octaves") return Math.min(whole, Math.ceil((spacing * count) / whole) * Math.ceil(whole / spacing));
  const step = 2 ** Math.max(0, Math.floor(Math.log2(count)) - 3);
  return Math.min(whole, Math.ceil(count / step) * step);
}

/**
 * Leaves padding out of a batch where the recipe does: token-wise work is then done for words alone. Some rows stay empty, so that
 * sizes are few; there is always one, and always some padding that it can point at.
 */
export function packBatch(batch: CaptionValues, { lyrics, captions }: Packing): PackedValues {
  const lyricsSide = lyrics ? packSide(batch.lyricsMask) : undefined;
  const captionSide = captions ? packSide(batch.labelMask) : undefined;
  return {
    ...batch,
    ...(lyricsSide && { lyrics: lyricsSide.take(batch.lyrics), lyricsMask: lyricsSide.mask }),
    ...(captionSide && {
      captionInput: captionSide.take(batch.captionInput),
      labels: captionSide.take(batch.labels),
      labelMask: captionSide.counted,
    }),
    lyricsPlaces: lyricsSide?.places ?? null,
    captionPlaces: captionSide?.places ?? null,
  };
}

/** Fewer songs are not packed: what it saves is less than the graphs that it takes. */
const PACKED_SONGS = 8;

/** The same for songs without captions, in few sizes. */
export function packSongs(songs: SongValues): SongValues & { lyricsPlaces: PlaceValues | null } {
  const side = (songs.lyrics.shape[0] ?? 0) < PACKED_SONGS ? undefined : packSide(songs.lyricsMask, 4);
  if (!side) return { ...songs, lyricsPlaces: null };
  return { ...songs, lyrics: side.take(songs.lyrics), lyricsMask: side.mask, lyricsPlaces: side.places };
}

/** How one side of a batch is packed, from its mask `[B, T]`; undefined where packing would leave out nothing. */
function packSide(mask: Value, spacing = spacingOf(mask.shape[0] ?? 0, mask.shape[1] ?? 0)) {
  const [B = 0, whole = 0] = mask.shape;
  const lengths = Array.from(
    { length: B },
    (_, b) => mask.data.subarray(b * whole, (b + 1) * whole).filter((x) => x === 1).length,
  );
  const count = lengths.reduce((a, b) => a + b, 0);
  const longest = Math.max(...lengths);
  const fits = bucket(longest, whole, spacing);
  const T = lengths.every((length) => length === fits) ? fits + 1 : fits; // some padding must be there to point at
  const N = bucket(count + 1, B * whole + 1, spacing);
  if (N >= B * whole) return undefined;
  const time = new Int32Array(N);
  const place = new Int32Array(N);
  const row = new Int32Array(B * T).fill(N - 1);
  let n = 0;
  lengths.forEach((length, b) => {
    for (let t = 0; t < length; t++, n++) {
      time[n] = t;
      place[n] = b * T + t;
      row[b * T + t] = n;
    }
  });
  place.fill(row.indexOf(N - 1), n);
  const from = Int32Array.from({ length: n }, (_, i) => {
    const b = Math.floor((place[i] as number) / T);
    return b * whole + (time[i] as number);
  });
  const take = ({ data }: Value): Value => {
    const out = new Int32Array(N);
    for (let i = 0; i < n; i++) out[i] = data[from[i] as number] as number;
    return value(out, [N]);
  };
  const counted = new Float32Array(N).fill(1, 0, n);
  const cut = Float32Array.from({ length: B * T }, (_, at) => (row[at] === N - 1 ? 0 : 1));
  return {
    take,
    counted: value(counted, [N]),
    mask: value(cut, [B, T]),
    places: { time: value(time, [N]), place: value(place, [N]), row: value(row, [B, T]) },
  };
}

/** Packed captions of a batch with their places; nothing is left out where they are too long for it. */
export function packCaptions({ captionInput, labels, labelMask }: Pick<CaptionValues, "captionInput" | "labels" | "labelMask">) {
  const { take, counted, places } = packSide(labelMask) ?? wholeSide(labelMask);
  return { captionInput: take(captionInput), labels: take(labels), labelMask: counted, captionPlaces: places };
}

/** One side as it is, each place a row. */
function wholeSide(mask: Value) {
  const [B = 0, T = 0] = mask.shape;
  const flat = (one: Value) => value(one.data, [B * T]);
  const place = Int32Array.from({ length: B * T }, (_, n) => n);
  const places: PlaceValues = {
    time: value(
      place.map((n) => n % T),
      [B * T],
    ),
    place: value(place, [B * T]),
    row: value(place, [B, T]),
  };
  return { take: flat, counted: flat(mask), places };
}
