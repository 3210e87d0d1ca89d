import { type AlignmentLoss, alignmentLosses } from "../../../loss/alignment";
import type { Alignment, Fusion } from "../../../recipe";
import { controls } from "../../preset/plan";
import { withIntermediateTask } from "../../preset/songbook";
import { type Axis, named, ofPreset, real, whole } from "./axis";

type OfAlignment = Alignment<AlignmentLoss>;

const alignment = <K extends keyof OfAlignment>(field: K, read: (text: string) => OfAlignment[K], symbol?: string) =>
  ofPreset(
    read,
    ({ recipe }, value) => ({ recipe: { ...recipe, alignment: { ...recipe.alignment, [field]: value } } }),
    symbol === undefined ? {} : { symbol },
  );

const fusion = <K extends keyof Fusion>(field: K, read: (text: string) => Fusion[K]) =>
  ofPreset(read, ({ recipe }, value) => ({ recipe: { ...recipe, fusion: { ...recipe.fusion, [field]: value } } }));

const lossNames = Object.keys(alignmentLosses) as readonly AlignmentLoss[];

/** What the methods start from: the preset's base model, parameters drawn afresh, or a base model that has done the intermediate task. */
const start: Axis<"base-model" | "random" | "intermediate"> = ofPreset(
  named(["base-model", "random", "intermediate"]),
  (preset, from) => {
    if (from === "random") return { start: "random" };
    return from === "intermediate" ? { baseModel: withIntermediateTask(preset).baseModel } : {};
  },
);

/** The model and its objective, but for λ. */
export const modelAxes = {
  start,
  control: ofPreset(named(controls), (_, control) => ({ control })),
  residual: fusion("residual", real()),
  forgetGate: fusion("forgetGate", named(["none", "sigmoid"])),
  loss: alignment("loss", named(lossNames)),
  temperature: alignment("temperature", real(), "τ"),
  similarity: alignment("similarity", named(["cosine", "dot"])),
  direction: alignment("direction", named(["music-to-lyrics", "lyrics-to-music", "symmetric"])),
  aggregation: alignment("aggregation", named(["mean", "cls"])),
  pooling: alignment("pooling", named(["all-positions", "without-padding"])),
  alignmentLayer: alignment("layer", whole(0)),
  startEpoch: alignment("startEpoch", whole(0)),
  repeatedSongs: alignment("repeatedSongs", named(["once", "each-row"])),
  labelPadding: ofPreset(named(["counted", "ignored"]), ({ recipe }, labelPadding) => ({
    recipe: { ...recipe, caption: { labelPadding } },
  })),
};

/** λ of equation 4. */
export const lambda = alignment("weight", real(), "λ");
