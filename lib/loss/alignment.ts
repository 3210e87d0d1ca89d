import type { tf } from "../engine";
import type { Alignment } from "../recipe";
import { infoNCE } from "./infonce";
import { positivePair } from "./positive-pair";
import { sigmoidPairs } from "./sigmoid-pairs";

/** A loss of music codes `[N, D]` and lyrics codes `[N, D]`; rows whose `distinct` `[N]` is 0 take no part. */
type CodeLoss = (music: tf.Tensor, lyrics: tf.Tensor, alignment: Alignment<string>, distinct: tf.Tensor) => tf.Scalar;

/** The alignment losses by their names in recipes: a new one is a file of this folder and a line here. */
export const alignmentLosses = {
  infonce: infoNCE,
  "positive-pair": (music, lyrics, _, distinct) => positivePair(music, lyrics, distinct),
  "sigmoid-pairs": sigmoidPairs,
} as const satisfies Readonly<Record<string, CodeLoss>>;

/** Names of the alignment losses. */
export type AlignmentLoss = keyof typeof alignmentLosses;
