import { softmaxCrossEntropy, tf } from "../engine";
import { encode, type PackedBatch } from "./alcap";
import { bartDecoder, vocabularyLogits } from "./bart";
import type { Captioner } from "./captioner";
import type { Places } from "./layout";
import type { Params } from "./params";

/** Songs with several captions each, `K` of every song, packed: `captionPlaces` lie in `[B·K, T]`, songs one after the other. */
export type CommentedSongs = Pick<
  PackedBatch,
  "lyrics" | "lyricsMask" | "music" | "lyricsPlaces" | "captionInput" | "labels" | "labelMask"
> & { captionPlaces: Places };

/**
 * Teacher-forced `−log p(y_t | y_<t, Z)` of each packed caption token, in nats, `[N]`; 0 for empty rows. The encoder and fusion are
 * computed once a song, whose captions the decoder then reads side by side.
 */
export function tokenNats(params: Params, captioner: Captioner, songs: CommentedSongs): tf.Tensor1D {
  const encoded = encode(params, captioner, songs).at(-1) as tf.Tensor; // B, S, C
  const { captionPlaces: caption, lyricsPlaces: lyrics } = songs;
  const asking = { ...caption, row: tf.reshape(caption.row, [songs.lyricsMask.shape[0] ?? 0, -1]) }; // B, K·T
  const places = { lyrics, caption, asking };
  const states = bartDecoder(params, captioner.text, songs.captionInput, encoded, songs.lyricsMask, { places }); // N, C
  const logits = vocabularyLogits(params, states) as tf.Tensor2D; // N, V
  return softmaxCrossEntropy(logits, songs.labels as tf.Tensor1D, songs.labelMask as tf.Tensor1D);
}
