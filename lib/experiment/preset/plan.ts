import type { AlignmentLoss } from "../../loss/alignment";
import type { Method } from "../../model/captioner";
import type { DecodingRecipe, Recipe } from "../../recipe";
import type { CaptioningPlan } from "../../train/plan";

export type { CaptioningPlan, TrainingPlan } from "../../train/plan";

/** How captions are written: the likeliest token at each step, or beams, which sample where `topP` is set. */
export type DecodingPlan = { readonly kind: "greedy" } | ({ readonly kind: "beams" } & DecodingRecipe);

/**
 * Controls: `other-music`, each song has another song's music; `true-mood`, a fixed code of the true mood in its place; `random-pairs`, the
 * alignment's pairs are of two songs (proposition 4.2), fusion as usual; `layer-norm`, BART with the fusion's additional LayerNorm.
 */
export const controls = ["other-music", "true-mood", "random-pairs", "layer-norm"] as const;
export type Control = (typeof controls)[number];

/** What fixes a set of runs whatever corpus they are trained on. */
export interface RunPlan {
  /** Names the folder of the results. */
  readonly name: string;
  /** Which rows of the corpus, as in run ids: `songbook-positive`, `si-full`. */
  readonly dataSet: string;
  readonly lyricsTokens: number;
  readonly captionTokens: number;
  readonly recipe: Recipe<AlignmentLoss>;
  readonly captioning: CaptioningPlan;
  readonly decoding: DecodingPlan;
  /** Songs captioned at once. */
  readonly decodingBatch: number;
  /** Test rows after the last whole decoding batch: the released loader drops them. Scored where it is left out. */
  readonly lastBatch?: "scored" | "dropped";
  /** What the methods start from; the base model where it is left out. */
  readonly start?: "random";
  /** Training rows of a song, its first ones; all where it is left out. */
  readonly comments?: number;
  readonly control?: Control;
  readonly methods: readonly Method[];
  readonly seeds: readonly number[];
}
