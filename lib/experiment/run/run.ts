import { existsSync } from "node:fs";
import path from "node:path";
import { engineInfo } from "../../engine";
import { AlcapError } from "../../errors";
import { codeVersion, machineInWords, peakMemoryMiB } from "../../files/machine";
import { captionerParams } from "../../model/alcap";
import type { Captioner } from "../../model/captioner";
import { checkDecoding } from "../../model/decoding/check";
import { countParams } from "../../model/params";
import type { Method } from "../../paper";
import { type Progress, silent } from "../../progress";
import { checkMicroBatch } from "../../train/plan";
import { type Trained, trainCaptioner } from "../../train/trainer";
import { examplesOf } from "../dataset/examples";
import { captionTestSplit, summarise, testRows } from "./captions";
import type { RunFacts, RunMaterial } from "./material";
import { idOf, type RunName, recipeHash, recipeOf, runId } from "./recipe";
import { curveColumns, findRecord, type RunRecord, writeRecord } from "./records";
import { RECORD_FORM } from "./schema";

/** The model of a run. */
export function captionerOf({ preset, text, music }: RunMaterial, method: Method): Captioner {
  return { method, text, musicWidth: music.width, recipe: preset.recipe };
}

/** Where a run's trained weights lie; they can be made again from the recipe. */
export function weightsFile(facts: RunFacts, name: RunName): string {
  return path.join(facts.workspace.cache, `run-${recipeHash(recipeOf(facts, name))}`, "model.safetensors");
}

/**
 * The file of a run's trained weights.
 *
 * @throws AlcapError `weights` when they are not on this machine; records do not need them
 */
export function trainedWeights(facts: RunFacts, name: RunName): string {
  const file = weightsFile(facts, name);
  if (existsSync(file)) return file;
  throw new AlcapError(
    "weights",
    `The trained weights of ${runId(facts, name)} are not on this machine.`,
    `Train them again with \`npx alcap train --preset ${facts.preset.name} --method ${name.method} --seed ${name.seed} --weights\`.`,
  );
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
      file: weightsFile(material, name),
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
