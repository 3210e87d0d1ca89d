import { existsSync } from "node:fs";
import path from "node:path";
import { engineInfo } from "../engine";
import type { Captioner, Method } from "../model/alcap";
import { countParams } from "../model/params";
import { type Progress, type Reporter, silent } from "../progress";
import { captionTestSplit, examplesOf, summarise } from "./captions";
import { machineInWords, peakMemoryMiB } from "./machine";
import type { Material } from "./material";
import { findRecord, type RunRecord, writeRecord } from "./records";
import { trainCaptioner } from "./training";
import { fingerprint, numericsOf } from "./workspace";

/** All runs of a preset, seed by seed and method by method. */
export async function obtainRuns(material: Material, report: Reporter): Promise<RunRecord[]> {
  const { seeds, methods } = material.preset;
  const records: RunRecord[] = [];
  for (const seed of seeds) {
    for (const method of methods)
      records.push(await obtainRun(material, { method, seed }, report(`training ${method}, seed ${seed}`)));
  }
  return records;
}

export interface RunName {
  readonly method: Method;
  readonly seed: number;
}

/** Readable and unique within a preset, e.g. `songbook-positive.alcap.λ0.02.s2022`. */
export function runId({ preset, corpus }: Material, { method, seed }: RunName): string {
  const weight = method === "alcap" ? `.λ${preset.recipe.alignment.weight}` : "";
  return `${corpus.name}.${method}${weight}.s${seed}`;
}

/** The model of a run. */
export function captionerOf({ preset, tokeniser, music }: Material, method: Method): Captioner {
  const musicWidth = [...music.values()][0]?.shape[1] ?? 0;
  return { method, text: { ...preset.text, vocabulary: tokeniser.vocabSize }, musicWidth, recipe: preset.recipe };
}

/** Everything that decides a run's numbers. */
function recipeOf(material: Material, { method, seed }: RunName) {
  const { lyricsTokens, captionTokens, captioning, decodingBatch } = material.preset;
  return {
    captioner: captionerOf(material, method),
    training: { ...captioning, lyricsTokens, captionTokens },
    decodingBatch,
    seed,
    data: material.corpus.hash,
    encoder: material.encoderHash,
    pretrained: material.pretrainedHash,
    engine: numericsOf(engineInfo()),
  };
}

/** Where a run's trained weights lie; they can be made again from the recipe. */
export function weightsFile(material: Material, name: RunName): string {
  return path.join(material.workspace.cache, `run-${fingerprint(recipeOf(material, name))}`, "model.safetensors");
}

/** The record of a run: read if it is there for exactly this recipe, else trained, captioned, scored and written. */
export async function obtainRun(material: Material, name: RunName, progress: Progress = silent): Promise<RunRecord> {
  const id = runId(material, name);
  const recipe = recipeOf(material, name);
  const recipeHash = fingerprint(recipe);
  const file = weightsFile(material, name);
  const known = findRecord(material.workspace.runs, id, recipeHash);
  if (known && existsSync(file)) {
    const steps = known.curve.steps.length;
    progress(steps, steps);
    return known;
  }
  const started = performance.now();
  const { rows } = material.corpus;
  const captioner = captionerOf(material, name.method);
  const trained = await trainCaptioner(
    {
      captioner,
      preset: material.preset,
      seed: name.seed,
      train: examplesOf(material, rows.train),
      validation: examplesOf(material, rows.validation),
      pretrained: material.pretrained.params,
      file,
      recipe: recipeHash,
    },
    progress,
  );
  const trainedAt = performance.now();
  const captions = await captionTestSplit(material, captioner, trained.params);
  const record: RunRecord = {
    id,
    preset: material.preset.name,
    dataset: material.corpus.name,
    method: name.method,
    seed: name.seed,
    recipeHash,
    recipe,
    dataHash: material.corpus.hash,
    parameters: countParams(trained.params),
    engine: engineInfo(),
    curve: trained.curve,
    best: trained.best,
    metrics: summarise(captions),
    circumstances: {
      machine: machineInWords(),
      trainSeconds: tenths(trainedAt - started),
      captionSeconds: tenths(performance.now() - trainedAt),
      peakMemoryMiB: peakMemoryMiB(),
    },
  };
  writeRecord(material.workspace.runs, record, captions);
  return record;
}

const tenths = (milliseconds: number) => Math.round(milliseconds / 100) / 10;
