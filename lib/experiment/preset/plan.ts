import type { AlignmentLoss } from "../../loss/alignment";
import type { Method } from "../../model/captioner";
import type { DecodingRecipe, Recipe } from "../../recipe";
import type { CaptioningPlan } from "../../train/plan";

export type { CaptioningPlan, TrainingPlan } from "../../train/plan";

/** How captions are written: the likeliest token at each step, or beams, which sample where `topP` is set. */
export type DecodingPlan = { readonly kind: "greedy" } | ({ readonly kind: "beams" } & DecodingRecipe);

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
  readonly methods: readonly Method[];
  readonly seeds: readonly number[];
}
