import { existsSync } from "node:fs";
import path from "node:path";
import { engineInfo, numericsOf } from "../../engine";
import { AlcapError } from "../../errors";
import { fingerprint } from "../../files/fingerprint";
import { machineInWords, peakMemoryMiB } from "../../files/machine";
import { captionerParams } from "../../model/alcap";
import type { Captioner, Method } from "../../model/captioner";
import { checkDecoding } from "../../model/decoding/beam";
import { countParams } from "../../model/params";
import { type Progress, type Reporter, reportFound, silent } from "../../progress";
import { examplesOf } from "../dataset/examples";
import { captionTestSplit, summarise, testRows } from "./captions";
import type { RunMaterial } from "./material";
import { findRecord, type RunRecord, writeRecord } from "./records";
import { trainCaptioner } from "./training";

/** All runs of a preset, seed by seed and method by method. */
export async function obtainRuns(material: RunMaterial, report: Reporter): Promise<RunRecord[]> {
  const { seeds, methods } = material.preset;
  const records: RunRecord[] = [];
  for (const seed of seeds) {
    for (const method of methods) records.push(await reportedRun(material, { method, seed }, report));
  }
  return records;
}

/** A run whose training and captioning are reported under its name. */
export const reportedRun = (material: RunMaterial, { method, seed }: RunName, report: Reporter): Promise<RunRecord> =>
  obtainRun(material, { method, seed }, report(`training ${method}, seed ${seed}`), () =>
    report(`captioning with ${method}, seed ${seed}`),
  );

export interface RunName {
  readonly method: Method;
  readonly seed: number;
}

/** Readable and unique within a preset, e.g. `songbook-positive.alcap.λ0.02.s2022`. */
export function runId({ preset, corpus }: RunMaterial, { method, seed }: RunName): string {
  const weight = method === "alcap" ? `.λ${preset.recipe.alignment.weight}` : "";
  return `${corpus.name}.${method}${weight}.s${seed}`;
}

/** The model of a run. */
export function captionerOf({ preset, text, music }: RunMaterial, method: Method): Captioner {
  return { method, text, musicWidth: music.width, recipe: preset.recipe };
}

/** Everything that decides a run's numbers. */
function recipeOf(material: RunMaterial, { method, seed }: RunName) {
  const { lyricsTokens, captionTokens, captioning, decoding, decodingBatch, lastBatch = "scored" } = material.preset;
  const { checkpointSteps: _, ...training } = captioning;
  return {
    captioner: captionerOf(material, method),
    training: { ...training, lyricsTokens, captionTokens },
    decoding,
    decodingBatch,
    lastBatch,
    seed,
    dataSet: material.corpus.name,
    data: material.corpus.hash,
    encoder: material.music.hash,
    pretrained: material.start.hash,
    engine: numericsOf(engineInfo()),
  };
}

/** Where a run's trained weights lie; they can be made again from the recipe. */
export function weightsFile(material: RunMaterial, name: RunName): string {
  return path.join(material.workspace.cache, `run-${fingerprint(recipeOf(material, name))}`, "model.safetensors");
}

/** The record of a run: read if it is there for exactly this recipe, else trained, captioned, scored and written. */
export async function obtainRun(
  material: RunMaterial,
  name: RunName,
  progress: Progress = silent,
  captioning: () => Progress = () => silent,
): Promise<RunRecord> {
  const id = runId(material, name);
  const recipe = recipeOf(material, name);
  const recipeHash = fingerprint(recipe);
  const file = weightsFile(material, name);
  const known = findRecord(material.workspace.runs, id, recipeHash);
  if (known && existsSync(file)) {
    const steps = known.curve.steps.length;
    reportFound(progress, steps);
    const { length } = testRows(material);
    reportFound(captioning(), length);
    return known;
  }
  const captioner = captionerOf(material, name.method);
  checkRun(material, captioner);
  const started = performance.now();
  const { rows } = material.corpus;
  const trained = await trainCaptioner(
    {
      captioner,
      preset: material.preset,
      seed: name.seed,
      train: examplesOf(material, rows.train),
      validation: examplesOf(material, rows.validation),
      pretrained: material.start.params,
      file,
      recipe: recipeHash,
    },
    progress,
  );
  const trainedAt = performance.now();
  const draft = path.join(path.dirname(file), "captions.json");
  const captions = await captionTestSplit(material, { captioner, params: trained.params, seed: name.seed, draft }, captioning());
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
  const { batch, microBatch = batch } = captioning;
  if (batch % microBatch !== 0)
    throw new AlcapError(
      "usage",
      `A batch of ${batch} cannot be split into micro-batches of ${microBatch}.`,
      "Choose a divisor.",
    );
  testRows(material);
}

const tenths = (milliseconds: number) => Math.round(milliseconds / 100) / 10;
