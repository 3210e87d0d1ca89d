import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { captionBatch, type Example } from "alcap/dist/data/text/batch";
import { type Values, value } from "alcap/dist/engine";
import { type Batch, captionerParams } from "alcap/dist/model/alcap";
import type { Captioner, Method } from "alcap/dist/model/captioner";
import { initialise, type ParamValues } from "alcap/dist/model/params";
import { writeSafetensors } from "alcap/dist/model/weights";
import { releasedRecipe } from "alcap/dist/recipe";
import seedrandom from "seedrandom";
import { fixture } from "../shared";

/** A model small enough for hand-sized tests; every part of the full one is there. */
export function tinyCaptioner(changes: Partial<Captioner["recipe"]> = {}, method: Method = "alcap"): Captioner {
  const recipe = { ...releasedRecipe, ...changes };
  return {
    method,
    text: {
      vocabulary: 41,
      width: 16,
      encoderLayers: 2,
      decoderLayers: 2,
      heads: 2,
      inner: 24,
      positions: 24,
      dropout: 0,
      attentionDropout: 0,
      activationDropout: 0,
      initialDeviation: 0.25,
    },
    musicWidth: 12,
    recipe: {
      ...recipe,
      fusion: { ...recipe.fusion, layers: [0, 1] },
      alignment: { ...recipe.alignment, layer: Math.min(1, recipe.alignment.layer) },
    },
  };
}

export const tinyParams = (captioner: Captioner, seed = 3): ParamValues => initialise(captionerParams(captioner), seed);

/** Songs with random words and music; song 2 stands twice in a batch of more than two. */
export function tinyExamples(captioner: Captioner, rows: number, seed = "tiny"): Example[] {
  const random = seedrandom(seed);
  const ids = (length: number) =>
    Int32Array.from({ length }, (_, i) =>
      i === 0 ? 0 : i === length - 1 ? 2 : 5 + Math.floor(random() * (captioner.text.vocabulary - 5)),
    );
  return Array.from({ length: rows }, (_, row) => ({
    song: String(row === 2 ? 1 : row),
    lyrics: ids(5 + Math.floor(random() * 5)),
    caption: ids(4 + Math.floor(random() * 4)),
    music: value(
      Float32Array.from({ length: 7 * captioner.musicWidth }, () => random() * 2 - 1),
      [7, captioner.musicWidth],
    ),
  }));
}

export const tinyBatch = (captioner: Captioner, rows: number, seed?: string) =>
  captionBatch(tinyExamples(captioner, rows, seed), { lyricsTokens: 9, captionTokens: 7 }) as Values<Batch>;

const PYTHON = "/usr/bin/python3";

/** Why a test that needs PyTorch is skipped, or false. */
export const withoutTorch: string | false = (() => {
  if (!existsSync(PYTHON)) return `${PYTHON} is not on this machine`;
  try {
    execFileSync(PYTHON, ["-c", "import torch"], { stdio: "ignore" });
    return false;
  } catch {
    return `${PYTHON} has no PyTorch`;
  }
})();

/** What test/fixtures/model/reference.py prints. */
export interface TorchReference {
  readonly losses: Readonly<Record<"loss" | "caption" | "alignment", number>>;
  readonly gradients: Readonly<Record<string, readonly [number, number]>>;
  readonly adafactor: { readonly losses: readonly number[]; readonly norms: Readonly<Record<string, number>> };
}

/** Runs the same model in PyTorch, in float64. */
export function torchReference(
  captioner: Captioner,
  params: ParamValues,
  batch: Values<Batch>,
  more: object = {},
): TorchReference {
  const folder = mkdtempSync(path.join(tmpdir(), "alcap-torch-"));
  try {
    writeFileSync(path.join(folder, "config.json"), JSON.stringify({ dtype: "float64", captioner, ...more }));
    writeFileSync(path.join(folder, "weights.safetensors"), writeSafetensors(params));
    writeFileSync(path.join(folder, "batch.safetensors"), writeSafetensors(batch));
    return JSON.parse(execFileSync(PYTHON, [fixture("model", "reference.py"), folder], { encoding: "utf8" })) as TorchReference;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
