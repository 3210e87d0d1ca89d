import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { type CaptionValues, captionBatch, type Example, trainingRows } from "../data/batch";
import { compile, type Outside } from "../engine";
import { type Batch, type Captioner, objective } from "../model/alcap";
import type { Params, ParamValues } from "../model/params";
import { readSafetensors, writeSafetensors } from "../model/weights";
import { type Progress, silent } from "../progress";
import { type Curve, checkpointFile, writeWhole } from "../train/checkpoint";
import { fit } from "../train/fit";
import type { OptimiserState } from "../train/optimiser";
import { captionerStep, freshTraining } from "../train/step";
import type { Preset } from "./presets";

/** What training needs of a run. */
export interface TrainingTask {
  readonly captioner: Captioner;
  readonly preset: Preset;
  readonly seed: number;
  readonly train: readonly Example[];
  readonly validation: readonly Example[];
  /** Where the trained weights go; a checkpoint lies beside them until then. */
  readonly file: string;
  /** BART's pre-trained parameters, which every method starts from; without them all parameters are drawn afresh. */
  readonly pretrained?: ParamValues;
  /** Names the recipe: a checkpoint of another one is refused. */
  readonly recipe: string;
}

/** Trained parameters: those of the step with the best held-out caption loss, as the paper reports its best evaluation checkpoint. */
export interface Trained {
  readonly params: ParamValues;
  readonly best: { readonly step: number; readonly score: number };
  readonly curve: Curve;
}

/** Trains a captioner, or reads it where it was trained before. */
export async function trainCaptioner(task: TrainingTask, progress: Progress = silent): Promise<Trained> {
  const { captioner, preset, seed, train, file } = task;
  if (existsSync(file)) return readTrained(file);
  const plan = preset.captioning;
  const held = heldOutLoss(captioner, task.validation, preset);
  const rowsOf = trainingRows(train.length, plan.batch, seed);
  const perEpoch = Math.max(1, Math.floor(train.length / plan.batch));
  const alignAfter = captioner.recipe.alignment.startEpoch * perEpoch;
  const step = captionerStep(captioner, { ...plan, alignAfter });
  const store = checkpointFile<Outside<OptimiserState>>(path.join(path.dirname(file), "checkpoint.safetensors"), task.recipe);
  const fitted = await fit<OptimiserState, Batch>(
    {
      step,
      initial: () => freshTraining(captioner, plan.optimiser, seed, task.pretrained),
      batch: (at) =>
        captionBatch(
          rowsOf(at).map((row) => train[row] as Example),
          preset,
        ) as Outside<Batch>,
      steps: perEpoch * plan.epochs,
      schedule: { ...plan.schedule, warmup: plan.schedule.warmupSteps },
      seed,
      evaluate: { every: perEpoch, score: (state) => held.score(state.params as ParamValues) },
      checkpoint: { store, every: perEpoch },
    },
    progress,
  );
  await step.release();
  await held.release();
  const best = { step: fitted.best.step, score: fitted.best.score };
  const params = fitted.best.state.params as ParamValues;
  writeWhole(file, writeSafetensors(params, { about: JSON.stringify({ best, curve: fitted.curve }), format: "pt" }));
  store.clear();
  return { params, best, curve: fitted.curve };
}

function readTrained(file: string): Trained {
  const { tensors, metadata } = readSafetensors(readFileSync(file));
  const about = JSON.parse(metadata.about ?? "{}") as Pick<Trained, "best" | "curve">;
  return { params: tensors as ParamValues, ...about };
}

/** Mean caption loss over the validation rows in batches of one size; the last batch is filled up from the first rows. */
function heldOutLoss(captioner: Captioner, rows: readonly Example[], preset: Preset) {
  const B = preset.captioning.batch;
  const batches: CaptionValues[] = [];
  for (let at = 0; at < rows.length; at += B) {
    batches.push(
      captionBatch(
        Array.from({ length: B }, (_, i) => rows[(at + i) % rows.length] as Example),
        preset,
      ),
    );
  }
  const loss = compile((params: Params, batch: Batch) => objective(params, captioner, batch).caption, { name: "held-out loss" });
  const score = async (params: ParamValues) => {
    let sum = 0;
    for (const batch of batches) sum += (await loss(params, batch as Outside<Batch>)).data[0] ?? Number.NaN;
    return sum / batches.length;
  };
  return { score, release: () => loss.release() };
}
