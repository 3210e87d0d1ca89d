import { tf, type Values, value } from "../../engine";
import { type ExportedGraph, exportGraph } from "../../engine/export";
import { allocate, sizeOf } from "../../engine/value";
import type { Captioner } from "../captioner";
import type { Params, ParamValues } from "../params";
import { type Caches, decodeOne, type Memory, remember, type SongBatch } from "./one-token";
import { decoderParams, emptyCaches, HIDDEN, placed } from "./steps";

/** Sizes of what one song's graphs take. */
export interface SongSizes {
  readonly lyricsTokens: number;
  readonly captionTokens: number;
  /** M of the music representations `[M, D]`. */
  readonly musicPositions: number;
}

/** Where a caption stands: its last token, int32 `[1]`, at a position, int32 scalar. */
type At = { readonly token: tf.Tensor; readonly position: tf.Tensor };

/** Greedy captioning of one song as graphs of their own, with a trained model's weights in them. */
export interface CaptionGraphs {
  /** `(song: SongBatch) → Memory`, of one song, lyrics padded to `lyricsTokens`. */
  readonly remember: ExportedGraph;
  /** `(past: Caches, memory: Memory, at) → { past, best }`: the likeliest next token `[1]`, and the caches that the next step takes. */
  readonly step: ExportedGraph;
  /** Caches with nothing written, of the first step. */
  readonly empty: Values<Caches>;
}

/** Exports what `greedyDecoder` does for one song. */
export function captionGraphs(params: ParamValues, captioner: Captioner, sizes: SongSizes): CaptionGraphs {
  const { lyricsTokens: S, captionTokens: T, musicPositions: M } = sizes;
  const { heads: H, width, decoderLayers } = captioner.text;
  const zeros = (...shape: number[]) => value(new Float32Array(sizeOf(shape)), shape);
  const ids = (...shape: number[]) => value(allocate("int32", sizeOf(shape)), shape);
  const song: Values<SongBatch> = { lyrics: ids(1, S), lyricsMask: zeros(1, S), music: zeros(1, M, captioner.musicWidth) };
  const each = <V>(make: () => V) => Array.from({ length: decoderLayers }, make);
  const D = width / H;
  const memory: Values<Memory> = {
    keys: each(() => zeros(1, H, D, S)),
    values: each(() => zeros(1, H, S, D)),
    padding: zeros(1, 1, 1, S),
  };
  const empty = emptyCaches(captioner, { B: 1 }, T);
  const encoding = (inputs: SongBatch, p: Params) => remember(p, captioner, inputs);
  const stepping = (past: Caches, kept: Memory, { token, position }: At, p: Params) => {
    const unwritten = tf.cast(tf.greaterEqual(tf.range(0, T, 1, "int32"), position), "float32");
    const hidden = tf.reshape(tf.mul(unwritten, HIDDEN), [1, 1, 1, T]);
    const { logits, written } = decodeOne(p, captioner, kept, past, { tokens: token, position, hidden });
    return { past: placed(past, written, position), best: tf.argMax(logits, -1) };
  };
  const at = { token: ids(1), position: value(Int32Array.of(0), []) };
  return {
    remember: exportGraph(encoding, [song, params], { name: "remember", baked: 1 }),
    step: exportGraph(stepping, [empty, memory, at, decoderParams(params)], { name: "decoding step", baked: 1 }),
    empty,
  };
}
