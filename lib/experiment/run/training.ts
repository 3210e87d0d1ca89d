import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { captionBatch, trainingRows } from "../../data/text/batch";
import { compile, tf, type Values } from "../../engine";
import { writeWhole } from "../../files/whole-file";
import { type Batch, countedPositions, parts } from "../../model/alcap";
import type { Captioner } from "../../model/captioner";
import { keepAll } from "../../model/layers";
import type { Params, ParamValues } from "../../model/params";
import { readSafetensors, writeSafetensors } from "../../model/weights";
import { type Progress, silent } from "../../progress";
import { type Curve, checkpointFile } from "../../train/checkpoint";
import { fit } from "../../train/fit";
import type { OptimiserState } from "../../train/optimiser";
import type { Schedule } from "../../train/schedule";
import { captionerStep, freshTraining } from "../../train/step";
import type { Examples } from "../dataset/examples";
import type { PlannedSchedule, RunPlan } from "../preset/plan";

/** What training needs of a run. */
export interface TrainingTask {
  readonly captioner: Captioner;
  readonly preset: Pick<RunPlan, "captioning" | "lyricsTokens" | "captionTokens">;
  readonly seed: number;
  readonly train: Examples;
  readonly validation: Examples;
  /** Where the trained weights go; a checkpoint lies beside them until then. */
  readonly file: string;
  /** BART's pre-trained parameters, which every method starts from; without them all parameters are drawn afresh. */
  readonly pretrained?: ParamValues;
  /** Names the recipe: a checkpoint of another one is refused. */
  readonly recipe: string;
}

/**
 * Trained parameters: those of the step with the best held-out caption loss, as the paper reports its best evaluation checkpoint.
 * Without validation rows, as in the smallest corpora, they are the last step's, and the score is not a number.
 */
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
  const step = captionerStep(captioner, { dropout: captioner.text.dropout, ...plan, alignAfter });
  const { evaluateEvery = 1, checkpointSteps = perEpoch } = plan;
  const store = checkpointFile<Values<OptimiserState>>(path.join(path.dirname(file), "checkpoint.safetensors"), task.recipe);
  const fitted = await fit<OptimiserState, Batch>(
    {
      step,
      initial: () => freshTraining(captioner, plan.optimiser, seed, task.pretrained),
      batch: (at) =>
        captionBatch(
          rowsOf(at).map((row) => train.of(row)),
          preset,
        ) as Values<Batch>,
      steps: perEpoch * plan.epochs,
      schedule: scheduleOf(plan.schedule, perEpoch),
      seed,
      ...(task.validation.length > 0 && {
        evaluate: { every: perEpoch * evaluateEvery, score: (state) => held.score(state.params as ParamValues) },
      }),
      checkpoint: { store, every: Math.min(checkpointSteps, perEpoch) },
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

/** A planned schedule in steps. */
function scheduleOf({ peak, warmupSteps, after }: PlannedSchedule, perEpoch: number): Schedule {
  const byEpochs = typeof after === "object" && "everyEpochs" in after;
  const inSteps = byEpochs ? { factor: after.factor, everySteps: after.everyEpochs * perEpoch } : after;
  return { peak, warmup: warmupSteps, after: inSteps };
}

/**
 * Mean caption loss over the validation rows in batches of one size; the last batch is filled up from the first rows. Batches
 * are made when they are needed and computed in the plan's micro-batches.
 */
function heldOutLoss(captioner: Captioner, rows: Examples, preset: TrainingTask["preset"]) {
  const { batch, microBatch = batch } = preset.captioning;
  const sums = compile(
    (params: Params, inputs: Batch) => ({
      caption: parts(params, captioner, inputs, keepAll).captionSum,
      counted: tf.sum(countedPositions(captioner, inputs)),
    }),
    { name: "held-out loss" },
  );
  const batchLoss = async (params: ParamValues, first: number) => {
    let [caption, counted] = [0, 0];
    for (let at = 0; at < batch; at += microBatch) {
      const part = Array.from({ length: microBatch }, (_, i) => rows.of((first + at + i) % rows.length));
      const out = await sums(params, captionBatch(part, preset) as Values<Batch>);
      caption += out.caption.data[0] ?? Number.NaN;
      counted += out.counted.data[0] ?? Number.NaN;
    }
    return Math.fround(caption / counted);
  };
  const score = async (params: ParamValues) => {
    let [sum, batches] = [0, 0];
    for (let first = 0; first < rows.length; first += batch, batches++) sum += await batchLoss(params, first);
    return sum / batches;
  };
  return { score, release: () => sums.release() };
}
