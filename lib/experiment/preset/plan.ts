import type { Method } from "../../model/captioner";
import type { DecodingRecipe, Optimiser, Recipe } from "../../recipe";
import type { AdamW } from "../../train/adamw";
import type { Schedule } from "../../train/schedule";

/** How one network is trained. */
export interface TrainingPlan<O extends Optimiser = AdamW> {
  readonly batch: number;
  readonly epochs: number;
  readonly schedule: Omit<Schedule, "warmup"> & { readonly warmupSteps: number };
  readonly optimiser: O;
  readonly dropout: number;
}

/** A schedule over a run whose steps are not counted yet. */
export interface PlannedSchedule extends Omit<Schedule, "warmup" | "after"> {
  readonly warmupSteps: number;
  /** As `Schedule`'s, or PyTorch's StepLR by epochs. */
  readonly after: Schedule["after"] | { readonly factor: number; readonly everyEpochs: number };
}

/** How a captioner is trained. */
export interface CaptioningPlan extends Omit<TrainingPlan<Optimiser>, "schedule" | "dropout"> {
  readonly schedule: PlannedSchedule;
  /** As `StepPlan`'s; the text shape's own where it is left out. */
  readonly dropout?: number;
  /** Rows computed at once; InfoNCE still sees the whole batch. The whole batch where it is left out. */
  readonly microBatch?: number;
  /** Caption positions whose vocabulary scores are in memory at once; all of them where it is left out. */
  readonly vocabularyRows?: number;
  /** Epochs from one evaluation on the validation rows to the next; 1 where it is left out. */
  readonly evaluateEvery?: number;
  /** Most steps from one checkpoint to the next; an epoch's where it is left out. Changes no result. */
  readonly checkpointSteps?: number;
}

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
  readonly recipe: Recipe;
  readonly captioning: CaptioningPlan;
  readonly decoding: DecodingPlan;
  /** Songs captioned at once. */
  readonly decodingBatch: number;
  /** Test rows after the last whole decoding batch: the released loader drops them. Scored where it is left out. */
  readonly lastBatch?: "scored" | "dropped";
  readonly methods: readonly Method[];
  readonly seeds: readonly number[];
}
