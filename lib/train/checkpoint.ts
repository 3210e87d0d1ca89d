import { existsSync, rmSync } from "node:fs";
import { isValue, type Value } from "../engine";
import { AlcapError } from "../errors";
import { parseJson } from "../files/json";
import { readKept, writeKept } from "../model/weights";

/** Losses of every step and held-out scores. */
export interface Curve {
  readonly steps: { step: number; losses: Record<string, number> }[];
  readonly evaluations: { step: number; score: number }[];
}

export const emptyCurve = (): Curve => ({ steps: [], evaluations: [] });

/** Everything that a run needs to go on exactly where it was. */
export interface Checkpoint<S> {
  readonly step: number;
  readonly state: S;
  readonly best: { readonly step: number; readonly score: number; readonly state: S } | null;
  readonly curve: Curve;
}

export interface CheckpointStore<S> {
  readonly file: string;
  load(): Checkpoint<S> | undefined;
  save(checkpoint: Checkpoint<S>): void;
  clear(): void;
}

/**
 * Checkpoints in one safetensors file, written to a temporary name and renamed, so that what is read is always whole.
 * `recipe` is any string that fixes the run; a checkpoint of another recipe is refused.
 */
export function checkpointFile<S>(file: string, recipe: string): CheckpointStore<S> {
  return {
    file,
    load: () => (existsSync(file) ? decode<S>(file, recipe) : undefined),
    save: (checkpoint) => save(file, checkpoint, recipe),
    clear: () => rmSync(file, { force: true }),
  };
}

function save<S>(file: string, { step, state, best, curve }: Checkpoint<S>, recipe: string): void {
  const tensors: Record<string, Value> = {};
  flatten(state, "state", tensors);
  if (best) flatten(best.state, "best", tensors);
  const about = { step, curve, best: best && { step: best.step, score: best.score } };
  writeKept(file, tensors, { recipe, about: JSON.stringify(about) });
}

function decode<S>(file: string, recipe: string): Checkpoint<S> {
  const { tensors, metadata } = readKept(file);
  if (metadata.recipe !== recipe) {
    throw new AlcapError(
      "record",
      `The checkpoint ${file} belongs to another recipe.`,
      "Delete it to train this recipe from the start.",
    );
  }
  const about = parseJson(metadata.about ?? "{}", `The description of ${file}`, "record") as {
    step: number;
    curve: Curve;
    best: { step: number; score: number } | null;
  };
  const trees = unflatten(tensors as Record<string, Value>);
  return {
    step: about.step,
    curve: about.curve,
    state: trees.state as S,
    best: about.best && { ...about.best, state: trees.best as S },
  };
}

const SEPARATOR = "/";

/** Leaves of nested records by their path. */
function flatten(tree: unknown, name: string, out: Record<string, Value>): void {
  if (isValue(tree)) out[name] = tree;
  else for (const [key, child] of Object.entries(tree as object)) flatten(child, `${name}${SEPARATOR}${key}`, out);
}

function unflatten(tensors: Record<string, Value>): Record<string, unknown> {
  const root: Record<string, unknown> = Object.create(null);
  for (const [name, leaf] of Object.entries(tensors)) {
    const parts = name.split(SEPARATOR);
    let node = root;
    for (const part of parts.slice(0, -1)) {
      node[part] ??= Object.create(null);
      node = node[part] as Record<string, unknown>;
    }
    node[parts.at(-1) as string] = leaf;
  }
  return root;
}
