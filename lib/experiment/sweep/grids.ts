import { methods } from "../../paper";
import type { Axes, GridKind } from "./axes";

/** A grid of runs: data that says what differs between them, whatever the preset. */
export interface Grid {
  readonly name: string;
  readonly about: string;
  /** Only a confirmation grid may use corpora that are kept for confirmation, and does so at `standard` alone. */
  readonly kind: GridKind;
  /** What is left of a run: a record with captions, or the held-out loss alone, where settings are chosen. */
  readonly leaves: "records" | "trials";
  /** Products of axes; the grid is their union, in this order. */
  readonly parts: readonly Axes[];
}

const first = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
const five = { replicate: first(5) } as const;
const fused = { method: ["bart-fusion", "alcap"] } as const;
const aligned = { method: ["alcap"] } as const;

/** The primary comparison comes first, replicate by replicate, so that a sweep that is stopped leaves whole replicates. */
const methodsByDataSet: readonly Axes[] = [
  { replicate: first(10), dataSet: ["songbook-positive"], method: methods },
  { ...five, dataSet: ["songbook-playlists"], method: methods },
  // Five times as many rows: one epoch is about as many steps as the others take.
  { ...five, dataSet: ["songbook-nonnegative", "songbook-full"], epochs: [1], method: methods },
];

/** The map's one-factor arms stand at this cell, without alignment and with much of it. */
const arm = { replicate: first(4), songs: [1400], agreement: [0.5], lambda: [0, 0.2], ...aligned } as const;
/** Every method is tried at the same settings. */
const trial = { songs: [800], testSongs: [240], lambda: [0.02], method: methods } as const;
/** A row of the recipe is changed alone. */
const row = { replicate: first(3) } as const;

export const grids = {
  table1: {
    name: "table1",
    about: "every data set by every method",
    kind: "confirmation",
    leaves: "records",
    parts: methodsByDataSet,
  },
  table2: {
    name: "table2",
    about: "retrieval by the captions of table1's runs",
    kind: "confirmation",
    leaves: "records",
    parts: methodsByDataSet,
  },
  lambda: {
    name: "lambda",
    about: "ALCAP by the weight of the alignment, from none",
    kind: "confirmation",
    leaves: "records",
    parts: [{ ...five, lambda: [0, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1], ...aligned }],
  },
  controls: {
    name: "controls",
    about: "the methods beside runs whose outcome is known beforehand",
    kind: "confirmation",
    leaves: "records",
    parts: [
      { ...five, method: methods },
      { ...five, control: ["other-music"], method: ["bart-fusion"] },
      { ...five, control: ["true-mood"], ...fused },
      { ...five, control: ["random-pairs"], ...aligned },
      { ...five, lambda: [0], ...aligned },
      { ...five, control: ["layer-norm"], method: ["bart"] },
    ],
  },
  map: {
    name: "map",
    about: "where alignment helps: by agreement of words and music, number of songs and λ, and one factor at a time",
    kind: "development",
    leaves: "records",
    parts: [
      { replicate: first(4), songs: [700, 1400], agreement: [0, 0.5, 0.9], lambda: [0, 0.02, 0.2], ...aligned },
      { ...arm, songs: [2800] },
      { ...arm, start: ["random", "intermediate"] },
      { ...arm, lambda: [1] },
      { ...arm, control: ["true-mood"] },
      { ...arm, epochs: [1, 2, 4, 8] },
      { ...arm, comments: [1] },
      { ...arm, residual: [0.03, 0.1, 1] },
      { ...arm, temperature: [0.07, 0.3, 1] },
      { ...arm, alignmentLayer: [1, 2] },
      { ...arm, noise: [0.3, 0.6] },
    ],
  },
  recipe: {
    name: "recipe",
    about: "each choice in which paper and released code differ, or that they leave open, changed alone",
    kind: "development",
    leaves: "records",
    parts: [
      { ...row, ...fused },
      { ...row, labelPadding: ["counted", "ignored"], ...fused },
      { ...row, lastBatch: ["dropped"], ...fused },
      { ...row, residual: [0.03, 1], ...fused },
      { ...row, forgetGate: ["sigmoid"], ...fused },
      { ...row, optimiser: ["adafactor"], ...fused },
      { ...row, decoding: ["beams", "sampled"], ...fused },
      { ...row, loss: ["positive-pair"], ...aligned },
      { ...row, temperature: [0.07, 1], ...aligned },
      { ...row, similarity: ["dot"], ...aligned },
      { ...row, direction: ["lyrics-to-music", "symmetric"], ...aligned },
      { ...row, aggregation: ["cls"], ...aligned },
      { ...row, pooling: ["all-positions", "without-padding"], ...aligned },
      { ...row, alignmentLayer: [0, 2], ...aligned },
      { ...row, startEpoch: [1], ...aligned },
      { ...row, repeatedSongs: ["each-row"], ...aligned },
      { ...row, method: ["bart"] }, // what the music buys is the yardstick
    ],
  },
  tune: {
    name: "tune",
    about: "learning rate, epochs and dropout by held-out loss, the same trials for every method",
    kind: "development",
    leaves: "trials",
    parts: [
      { ...trial, replicate: [1], rate: [3e-4, 1e-3], epochs: [3, 6], dropout: [0, 0.1] },
      { ...trial, replicate: [1], rate: [3e-3], epochs: [3], dropout: [0] },
      // The best settings, and one between them, once more on another corpus: the choice is among these.
      { ...trial, replicate: [2], rate: [3e-4], epochs: [6], dropout: [0] },
      { ...trial, replicate: [1, 2], rate: [6e-4], epochs: [4], dropout: [0] },
      { ...trial, replicate: [2], rate: [1e-3], epochs: [3], dropout: [0] },
    ],
  },
} as const satisfies Readonly<Record<string, Grid>>;

export type GridName = keyof typeof grids;
export const gridNames = Object.keys(grids) as readonly GridName[];
