import type { Method } from "../../paper";
import { readCaptions } from "../run/records";
import type { Arm, GridRun } from "../study/grid-runs";
import type { ArmPair } from "../study/verdict";
import type { Axes, Coordinates } from "./axes";
import type { RecordedRun } from "./obtain";

/** How a row of the table is looked at: by runs in which it is changed alone, by scoring the same captions otherwise, or not at all. */
type Looked = { readonly runs: readonly Axes[] } | { readonly scores: string } | { readonly not: string };

/** One item in which the paper and its released code may differ, or that the paper leaves open. */
export interface RecipeRow {
  readonly item: string;
  readonly paper: string;
  readonly released: string;
  readonly looked: Looked;
}

const row = (item: string, paper: string, released: string, looked: Looked): RecipeRow => ({ item, paper, released, looked });
const runs = (...changes: Axes[]): Looked => ({ runs: changes });
const scores = (how: string): Looked => ({ scores: how });
const not = (why: string): Looked => ({ not: why });

/** The table: what the paper says of each item, what its released code does, and how the item is looked at here. */
export const recipeRows: readonly RecipeRow[] = [
  row("text model", "BART-base", "the same", not("both agree; the one here is small")),
  row("music encoder", "self-attention tagger, frozen", "the same, class vector kept", not("both agree; the one here is small")),
  row("audio", "15 s at 16 kHz", "the same", not("both agree")),
  row("mel spectrogram", "not said", "torchaudio's defaults", not("one account")),
  row("convolutions", "a series of layers", "seven residual blocks", not("one account")),
  row("transformer", "two layers", "two BERT layers", not("both agree")),
  row("place of fusion", "before decoding", "in the encoder, after two layers", not("no axis")),
  row("residual", "none", "0.1", runs({ residual: [0.03] }, { residual: [1] })),
  row("forget gate", "none", "there, turned off", runs({ forgetGate: ["sigmoid"] })),
  row("state that is aligned", "the encoder's output", "before layer 4", runs({ alignmentLayer: [0] }, { alignmentLayer: [2] })),
  row("mean over the lyrics", "the sequence", "padding too", runs({ pooling: ["without-padding"] })),
  row("what stands for a sequence", "its mean", "its mean, or the first position", runs({ aggregation: ["cls"] })),
  row("projection", "linear, on the mean", "linear, on the wider side", not("both agree")),
  row("similarity", "product", "cosine", runs({ similarity: ["dot"] })),
  row("temperature τ", "none, that is 1", "0.3", runs({ temperature: [0.07] }, { temperature: [1] })),
  row("who asks", "music, or both", "music", runs({ direction: ["lyrics-to-music"] }, { direction: ["symmetric"] })),
  row("loss", "InfoNCE", "InfoNCE, or positive pairs", runs({ loss: ["positive-pair"] })),
  row("a song twice in a batch", "not said", "takes part once", runs({ repeatedSongs: ["each-row"] })),
  row("first epoch of the alignment", "the first", "the first, can be later", runs({ startEpoch: [1] })),
  row("padding of captions", "left out of the loss", "counted in the loss", runs({ labelPadding: ["counted"] })),
  row("optimiser", "not said", "Adafactor", runs({ optimiser: ["adafactor"] })),
  row("batch, epochs, length", "26, 20, 512", "the same", not("both agree; fewer epochs here")),
  row("checkpoint", "best evaluation", "every fifth epoch, by hand", not("a choice by hand cannot be repeated")),
  row("decoding", "not said", "4 beams, sampled", runs({ decoding: ["beams"] }, { decoding: ["sampled"] })),
  row("ROUGE", "HuggingFace's defaults", "recall", scores("recall and F1 of the same captions")),
  row("METEOR", "HuggingFace's defaults", "NLTK's, 0.9 / 3 / 0.5", not("both agree")),
  row("test songs", "800", "whole batches: 792", scores("whole batches of the same captions")),
  row("seeds", "three, mean", "2020 to 2022", not("replicates here draw songs and training anew")),
  row("baselines", "quoted from another paper", "λ = 0", not("run here, in the same harness")),
  row("retrieval", "100 sentences or so", "not released", not("notebook 05")),
];

/** A change as a reader sees it, and as arms are told apart: `residual 0.03`. */
export const changeName = (change: Axes | Coordinates): string =>
  Object.entries(change)
    .filter(([axis]) => axis !== "replicate" && axis !== "method")
    .map(([axis, value]) => `${axis} ${String(value)}`)
    .join(", ");

/** Runs of the recipe's grid as those of a grid of replicates, told apart by what was changed, with their captions. */
export const recipeRuns = (recorded: readonly RecordedRun[]): GridRun[] =>
  recorded.flatMap(({ at, folder, record }) => {
    const { method, alignment, data } = record.recipe;
    const change = changeName(at);
    if (at.replicate === undefined) return [];
    const run = { replicate: at.replicate, method, dataSet: data.set, weight: alignment?.weight, record };
    return [{ ...run, ...(change && { control: change }), captions: readCaptions(folder, record) }];
  });

const armOf = (runsOf: readonly GridRun[], method: Method, change?: string): Arm => {
  const of = (run: GridRun) => run.method === method && run.control === change;
  const { dataSet = "", weight } = runsOf.find(of) ?? runsOf[0] ?? {};
  return { method, dataSet, ...(change && { control: change }), ...(method === "alcap" && weight !== undefined && { weight }) };
};

/** A pair of arms of a row: a method with the change − without it, or ALCAP − BART-fusion with the change. */
export interface ChoicePair extends ArmPair {
  readonly item: string;
  readonly change: string;
  readonly method: Method;
}

/** What each change of the table does to each method. */
export const changePairs = (made: readonly GridRun[]): ChoicePair[] =>
  changesOf(made).flatMap(({ item, change, methods }) =>
    methods.map((method) => {
      const [a, b] = [armOf(made, method, change), armOf(made, method)];
      return { item, change, method, what: `${change}, ${method}`, a, b };
    }),
  );

/** ALCAP − BART-fusion by the preset's own recipe, and under each change; a change of the alignment alone leaves BART-fusion as it is. */
export const claimPairs = (made: readonly GridRun[]): ChoicePair[] => [
  {
    item: "the preset's own",
    change: "",
    method: "alcap",
    what: "unchanged",
    a: armOf(made, "alcap"),
    b: armOf(made, "bart-fusion"),
  },
  ...changesOf(made)
    .filter(({ methods }) => methods.includes("alcap"))
    .map(({ item, change, methods }): ChoicePair => {
      const other = armOf(made, "bart-fusion", methods.includes("bart-fusion") ? change : undefined);
      return { item, change, method: "alcap", what: change, a: armOf(made, "alcap", change), b: other };
    }),
];

/** The pair whose difference says what the music buys. */
export const musicPair = (made: readonly GridRun[]) => ({ a: armOf(made, "bart-fusion"), b: armOf(made, "bart") });

/** The changes that have runs, in the order of the table, with the methods that have them. */
function changesOf(made: readonly GridRun[]) {
  return recipeRows.flatMap(({ item, looked }) => {
    if (!("runs" in looked)) return [];
    return looked.runs.map(changeName).flatMap((change) => {
      const methods = (["bart-fusion", "alcap"] as const).filter((method) =>
        made.some((run) => run.control === change && run.method === method),
      );
      return methods.length > 0 ? [{ item, change, methods }] : [];
    });
  });
}
