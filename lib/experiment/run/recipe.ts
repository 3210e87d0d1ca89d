import { engineInfo, numericsOf } from "../../engine";
import { fingerprint } from "../../files/fingerprint";
import type { AlignmentLoss } from "../../loss/alignment";
import type { Method } from "../../paper";
import type { CaptionObjective, Fusion, Recipe, TextShape } from "../../recipe";
import type { CaptioningPlan, Control, DecodingPlan, RunPlan } from "../preset/plan";
import type { RunFacts } from "./material";

type Alignment = Recipe<AlignmentLoss>["alignment"];

/** One run of a preset. */
export interface RunName {
  readonly method: Method;
  readonly seed: number;
}

/** The runs of a plan, seed by seed and method by method. */
export const runsOf = ({ methods, seeds }: Pick<RunPlan, "methods" | "seeds">): RunName[] =>
  seeds.flatMap((seed) => methods.map((method) => ({ method, seed })));

/** The fields of an alignment that its loss reads. */
export type AppliedAlignment = Pick<Alignment, "weight" | "loss" | "aggregation" | "layer" | "startEpoch" | "repeatedSongs"> &
  Partial<Alignment>;

/**
 * Everything that decides a run's numbers, and nothing else: a field that says nothing about the method is not there, one that was
 * left out of the plan has its default. Two runs with one recipe are the same run.
 */
export interface RunRecipe {
  /** `alcap` with λ = 0 is `bart-fusion`. */
  readonly method: Method;
  /** Where it says something about the method. */
  readonly control?: Control;
  readonly seed: number;
  readonly data: { readonly set: string; readonly hash: string };
  /** Names the text model that every method starts from, by recipe or by content. */
  readonly baseModel: string;
  /** Names the music representations, by recipe or by content; BART has none. */
  readonly encoder?: string;
  /** Sizes; the dropout of training is `training.dropout`. */
  readonly text: Omit<TextShape, "dropout">;
  readonly fusion?: Fusion;
  readonly alignment?: AppliedAlignment;
  readonly caption: CaptionObjective;
  readonly training: Omit<CaptioningPlan, "checkpointSteps"> & { readonly lyricsTokens: number; readonly captionTokens: number };
  readonly decoding: DecodingPlan;
  readonly decodingBatch: number;
  readonly lastBatch: "scored" | "dropped";
  readonly engine: { readonly engine: string; readonly device: string; readonly threads: number };
}

/** What a recipe is made of beside the run's name: of the corpus, its names. */
export type RecipeFacts = Omit<RunFacts, "corpus" | "workspace"> & { readonly corpus: Pick<RunFacts["corpus"], "name" | "hash"> };

/** The normalised recipe of a run. It needs no trained weights, only their names. */
export function recipeOf({ preset, corpus, text, music, start }: RecipeFacts, { method, seed }: RunName): RunRecipe {
  const { lyricsTokens, captionTokens, captioning, decoding, decodingBatch, lastBatch = "scored" } = preset;
  const { fusion, alignment, caption } = preset.recipe;
  const { checkpointSteps: _, evaluateEvery = 1, ...training } = captioning;
  const { dropout, ...sizes } = text;
  const aligns = method === "alcap" && alignment.weight !== 0;
  const control = appliedControl(preset.control, method, aligns);
  return {
    method: method === "alcap" && !aligns ? "bart-fusion" : method,
    ...(control && { control }),
    seed,
    data: { set: corpus.name, hash: corpus.hash },
    baseModel: start.hash,
    ...(method !== "bart" && { encoder: music.hash, fusion }),
    text: sizes,
    ...(aligns && { alignment: appliedAlignment(alignment) }),
    caption,
    training: { dropout, ...training, evaluateEvery, lyricsTokens, captionTokens },
    decoding: appliedDecoding(decoding),
    decodingBatch,
    lastBatch,
    engine: numericsOf(engineInfo()),
  };
}

/** BART has no music to be replaced, the other methods have the LayerNorm, and only what aligns has pairs. */
function appliedControl(control: Control | undefined, method: Method, aligns: boolean): Control | undefined {
  const applies = {
    "other-music": method !== "bart",
    "true-mood": method !== "bart",
    "random-pairs": aligns,
    "layer-norm": method === "bart",
  };
  return control && applies[control] ? control : undefined;
}

/** Positive pairs have no temperature, similarity or direction, sigmoid pairs no direction; only a mean has something to leave out. */
function appliedAlignment({ temperature, similarity, direction, pooling, ...common }: Alignment): AppliedAlignment {
  const scored = common.loss !== "positive-pair" && { temperature, similarity };
  const contrast = { ...scored, ...(scored && common.loss !== "sigmoid-pairs" && { direction }) };
  return { ...common, ...contrast, ...(common.aggregation === "mean" && { pooling }) };
}

/** `topK` bounds what is sampled from; a setting that may be left out is there only where it is not its default. */
function appliedDecoding(decoding: DecodingPlan): DecodingPlan {
  if (decoding.kind === "greedy") return decoding;
  const { minLength = 0, temperature = 1, minTokensToKeep = 2, returnSequences = 1, ...always } = decoding;
  return {
    ...always,
    topK: decoding.topP === null ? 0 : decoding.topK,
    ...(minLength !== 0 && { minLength }),
    ...(temperature !== 1 && { temperature }),
    ...(minTokensToKeep !== 2 && { minTokensToKeep }),
    ...(returnSequences !== 1 && { returnSequences }),
  };
}

/** Names a recipe: changes whenever anything that decides the run's numbers does. */
export const recipeHash = (recipe: RunRecipe): string => fingerprint(recipe);

/** Characters of the recipe's hash that a run's id ends in. */
const ID_HASH = 6;

/** The id of a run by its recipe, readable and unique, e.g. `songbook-positive.alcap.λ0.02.s2022.4f1c9a`, with its control where it has one. */
export function idOf(recipe: RunRecipe): string {
  const { method, control, seed, data, alignment } = recipe;
  const weight = alignment === undefined ? "" : `.λ${alignment.weight}`;
  return `${data.set}.${method}${weight}${control === undefined ? "" : `.${control}`}.s${seed}.${recipeHash(recipe).slice(0, ID_HASH)}`;
}

/** The id of a preset's run. */
export const runId = (facts: RunFacts, name: RunName): string => idOf(recipeOf(facts, name));

/** One field that two recipes do not share; undefined where a recipe does not have it. */
export interface RecipeDifference {
  readonly field: string;
  readonly a: unknown;
  readonly b: unknown;
}

/** The fields, by their path, in which two recipes differ. */
export function recipeDifferences(a: RunRecipe, b: RunRecipe): RecipeDifference[] {
  const [left, right] = [leaves(a), leaves(b)];
  return [...new Set([...left.keys(), ...right.keys()])]
    .map((field) => ({ field, a: left.get(field), b: right.get(field) }))
    .filter((one) => JSON.stringify(one.a) !== JSON.stringify(one.b));
}

/** The values of nested records by their path; a list is one value. */
export function leaves(tree: object, path = ""): Map<string, unknown> {
  const out = new Map<string, unknown>();
  for (const [key, value] of Object.entries(tree)) {
    const inner = value !== null && typeof value === "object" && !Array.isArray(value);
    for (const [name, leaf] of inner ? leaves(value, `${path}${key}.`) : [[`${path}${key}`, value] as const]) out.set(name, leaf);
  }
  return out;
}
