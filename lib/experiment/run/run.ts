import { existsSync } from "node:fs";
import path from "node:path";
import { engineInfo } from "../../engine";
import { AlcapError } from "../../errors";
import { codeVersion, machineInWords, peakMemoryMiB } from "../../files/machine";
import type { Workspace } from "../../files/project";
import { readBytes } from "../../files/read";
import { clearLeftovers } from "../../files/temporary";
import { writeWhole } from "../../files/whole-file";
import { captionerParams } from "../../model/alcap";
import type { Captioner } from "../../model/captioner";
import { checkDecoding } from "../../model/decoding/check";
import { countParams, type ParamValues } from "../../model/params";
import { readKept } from "../../model/weights/kept";
import type { Method } from "../../paper";
import { type Progress, silent } from "../../progress";
import { checkMicroBatch } from "../../train/plan";
import { type Trained, trainCaptioner } from "../../train/trainer";
import { examplesOf } from "../dataset/examples";
import { captionTestSplit, testRows } from "./captions";
import type { RunFacts, RunMaterial } from "./material";
import { idOf, type RunName, type RunRecipe, recipeHash, recipeOf, runId } from "./recipe";
import { curveColumns, findRecord, type RunRecord, writeRecord } from "./records";
import { RECORD_FORM } from "./schema";
import { diversityOf, summarise } from "./scoring/scores";

/** What decides a run's model beside its method. */
type ModelFacts = Pick<RunFacts, "preset" | "text"> & { readonly music: { readonly width: number } };

/** The model of a run. */
export function captionerOf({ preset, text, music }: ModelFacts, method: Method): Captioner {
  const layerNorm = preset.control === "layer-norm" && method === "bart" && { layerNorm: true };
  return { method, text, musicWidth: music.width, recipe: preset.recipe, ...layerNorm };
}

/** Where a run's weights, checkpoint and drafts lie. */
export const runFolder = (cache: string, recipe: RunRecipe) => path.join(cache, `run-${recipeHash(recipe)}`);

const WEIGHTS = "model.safetensors";

/** Where a run's trained weights lie; they can be made again from the recipe. */
export const weightsFile = (facts: RunFacts, name: RunName): string =>
  path.join(runFolder(facts.workspace.cache, recipeOf(facts, name)), WEIGHTS);

/** Where the weights of a run lie beside its record, of those few that are kept: what is committed there needs no training in a clone. */
const keptFile = (results: string, recipe: RunRecipe) => path.join(results, "checkpoints", `${idOf(recipe)}.safetensors`);

/** The file of a recipe's trained weights: where training leaves them, else where they are kept; undefined when they are in neither place. */
export const weightsOf = ({ results, cache }: Pick<Workspace, "results" | "cache">, recipe: RunRecipe): string | undefined =>
  [path.join(runFolder(cache, recipe), WEIGHTS), keptFile(results, recipe)].find((file) => existsSync(file));

/** The file of a run's trained weights, in either place. */
export const findWeights = (facts: RunFacts, name: RunName): string | undefined =>
  weightsOf(facts.workspace, recipeOf(facts, name));

/**
 * The file of a run's trained weights.
 *
 * @throws AlcapError `weights` when they are not on this machine; records do not need them
 */
export function trainedWeights(facts: RunFacts, name: RunName): string {
  const file = findWeights(facts, name);
  if (file !== undefined) return file;
  throw new AlcapError(
    "weights",
    `The trained weights of ${runId(facts, name)} are not on this machine.`,
    `Train them again with \`npx alcap train --preset ${facts.preset.name} --method ${name.method} --seed ${name.seed} --weights\`.`,
  );
}

/**
 * The trained weights of a run.
 *
 * @throws AlcapError `weights` when they are not on this machine, or are another recipe's
 */
export function readWeights(facts: RunFacts, name: RunName): ParamValues {
  const file = trainedWeights(facts, name);
  const { tensors, metadata } = readKept(file);
  if (metadata.recipe === recipeHash(recipeOf(facts, name))) return tensors as ParamValues;
  throw new AlcapError("weights", `${file} was trained by another recipe.`, "Delete it; the run can be trained again.");
}

/**
 * Copies a recorded run's weights from where training left them to `results/<preset>/checkpoints`.
 *
 * @returns the copy
 * @throws AlcapError `weights` when they are not on this machine
 */
export function keepWeights({ results, cache }: Pick<Workspace, "results" | "cache">, { id, recipe }: RunRecord): string {
  const from = path.join(runFolder(cache, recipe), WEIGHTS);
  if (!existsSync(from))
    throw new AlcapError("weights", `The trained weights of ${id} are not in ${cache}.`, "Train the run with --weights first.");
  const kept = keptFile(results, recipe);
  readKept(from); // a damaged file is not kept
  clearLeftovers(path.dirname(kept));
  writeWhole(kept, readBytes(from, { code: "weights" }));
  return kept;
}

/** The record of a run that is there for exactly its recipe, whatever weights there are. */
export const findRun = (facts: RunFacts, name: RunName): RunRecord | undefined =>
  findRecord(facts.workspace.runs, recipeOf(facts, name));

/** The record of a run: read if it is there for exactly this recipe, else trained, captioned, scored and written. */
export async function obtainRun(
  material: RunMaterial,
  name: RunName,
  progress: Progress = silent,
  captioning: () => Progress = () => silent,
): Promise<RunRecord> {
  const known = findRun(material, name);
  if (known) return known;
  const recipe = recipeOf(material, name);
  const started = performance.now();
  const trained = await trainRun(material, name, progress);
  const trainedAt = performance.now();
  const draft = path.join(path.dirname(weightsFile(material, name)), "captions.json");
  const captioner = captionerOf(material, name.method);
  const captions = await captionTestSplit(material, { captioner, params: trained.params, seed: name.seed, draft }, captioning());
  const record = {
    form: RECORD_FORM,
    id: idOf(recipe),
    preset: material.preset.name,
    recipeHash: recipeHash(recipe),
    recipe,
    parameters: countParams(trained.params),
    engine: { ...engineInfo() },
    curve: curveColumns(trained.curve),
    best: trained.best,
    metrics: summarise(captions),
    diversity: diversityOf(captions),
    circumstances: {
      code: codeVersion(),
      machine: machineInWords(),
      trainSeconds: tenths(trainedAt - started),
      captionSeconds: tenths(performance.now() - trainedAt),
      peakMemoryMiB: peakMemoryMiB(),
    },
  } as const;
  return writeRecord(material.workspace.runs, record, captions);
}

/** Trains a run, or reads what was trained here before; its record is left as it is. */
export function trainRun(material: RunMaterial, name: RunName, progress: Progress = silent): Promise<Trained> {
  const captioner = captionerOf(material, name.method);
  checkRun(material, captioner);
  const { rows } = material.corpus;
  return trainCaptioner(
    {
      captioner,
      preset: material.preset,
      seed: name.seed,
      train: examplesOf(material, rows.train),
      validation: examplesOf(material, rows.validation),
      pretrained: material.start.params,
      file: findWeights(material, name) ?? weightsFile(material, name),
      recipe: recipeHash(recipeOf(material, name)),
    },
    progress,
  );
}

/**
 * Finds before hours of training what would stop a run: sizes that make no model, texts longer than the positions, a decoding
 * or micro-batches that do not fit.
 * @throws AlcapError `usage` naming the field
 */
function checkRun(material: RunMaterial, captioner: Captioner): void {
  const { lyricsTokens, captionTokens, captioning, decoding } = material.preset;
  captionerParams(captioner);
  const { positions } = captioner.text;
  for (const [what, tokens] of [
    ["lyrics", lyricsTokens],
    ["captions", captionTokens],
  ] as const) {
    if (tokens > positions)
      throw new AlcapError(
        "usage",
        `${tokens} tokens of ${what} do not fit ${positions} positions.`,
        `Allow at most ${positions}.`,
      );
  }
  if (decoding.kind === "beams") checkDecoding(captioner, decoding);
  if (decoding.kind === "beams" && (decoding.returnSequences ?? 1) > 1)
    throw new AlcapError("usage", "A run scores one caption a song, and returnSequences asks for more.", "Leave it out.");
  checkMicroBatch(captioning);
  testRows(material);
}

const tenths = (milliseconds: number) => Math.round(milliseconds / 100) / 10;
