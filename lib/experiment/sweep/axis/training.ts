import { methods } from "../../../paper";
import { huggingFaceAdafactor, recipes } from "../../../recipe";
import { mixedPrecision } from "../../../train/precision";
import type { Preset } from "../../preset/songbook";
import { type Axis, named, ofPreset, real, whole } from "./axis";

const changed = ({ captioning }: Preset, change: Partial<Preset["captioning"]>) => ({ captioning: { ...captioning, ...change } });

const decoding: Axis<"greedy" | "beams" | "sampled"> = ofPreset(
  named(["greedy", "beams", "sampled"]),
  ({ captionTokens: maxLength }, kind) => {
    const beams = { kind: "beams", ...recipes.released.decoding, maxLength } as const;
    if (kind === "greedy") return { decoding: { kind } };
    return { decoding: kind === "sampled" ? beams : { ...beams, topP: null } };
  },
);

/** How a model is trained and how it writes. */
export const trainingAxes = {
  /** The schedule's highest learning rate. */
  rate: ofPreset(real(), (preset, peak) => changed(preset, { schedule: { ...preset.captioning.schedule, peak } })),
  epochs: ofPreset(whole(1), (preset, epochs) => changed(preset, { epochs }), { ranged: true }),
  dropout: ofPreset(real(1), (preset, dropout) => changed(preset, { dropout })),
  /** The preset's own, or the released code's. */
  optimiser: ofPreset(named(["adamw", "adafactor"]), (preset, name) =>
    name === preset.captioning.optimiser.name ? {} : changed(preset, { optimiser: optimisers(preset)[name] }),
  ),
  /** float16: products of matrices only. */
  precision: ofPreset(named(["float32", "float16"]), (preset, precision) =>
    precision === "float32" ? {} : changed(preset, { precision: mixedPrecision }),
  ),
  decoding,
  lastBatch: ofPreset(named(["scored", "dropped"]), (_, lastBatch) => ({ lastBatch })),
};

/** AdamW is as in the base model's training. */
const optimisers = ({ baseModel }: Preset) => ({ adamw: baseModel.denoising.optimiser, adafactor: huggingFaceAdafactor });

const seed: Axis<number> = {
  read: whole(0),
  ranged: true,
  apply: ({ preset, name }, seed) => ({ preset, name: { ...name, seed } }),
};

const method: Axis<(typeof methods)[number]> = {
  read: named(methods),
  apply: ({ preset, name }, method) => ({ preset, name: { ...name, method } }),
};

/** Which of a preset's runs. */
export const nameAxes = { seed, method };
