import path from "node:path";
import { type BatchLengths, type CaptionValues, captionBatch, type Examples, trainingRows } from "../data/text/batch";
import { compile, scalar, type tf, type Values } from "../engine";
import { AlcapError } from "../errors";
import { type Batch, parts } from "../model/alcap";
import type { Captioner } from "../model/captioner";
import { keepAll } from "../model/layers";
import type { Params, ParamValues } from "../model/params";
import { findKept, writeKept } from "../model/weights";
import { type Progress, silent } from "../progress";
import { type Curve, checkpointFile } from "./checkpoint";
import { fit } from "./fit";
import { countedIn, split } from "./micro-batch";
import type { OptimiserState } from "./optimiser";
import type { CaptioningPlan } from "./plan";
import { captionerStep, freshTraining } from "./step";
import type { StepOptions } from "./step-plan";

/** Rows that a task makes batches of. */
export interface TaskRows {
  readonly length: number;
  /** The batch of these rows, the run's or the evaluation's batch `at`; a pure function, so that resuming sees the same data. */
  batch(rows: readonly number[], at: number): CaptionValues;
}

/** What differs between trainings of a captioner: captioning, denoising, an intermediate task. */
export interface TrainingTask {
  readonly captioner: Captioner;
  readonly plan: CaptioningPlan;
  readonly seed: number;
  readonly train: TaskRows;
  /** Held-out rows, by whose caption loss the step to keep is chosen. */
  readonly validation: TaskRows;
  /** Most steps from one evaluation to the next; by the plan's epochs where it is left out. */
  readonly evaluateSteps?: number;
  /** Where the trained weights go; a checkpoint lies beside them until then. */
  readonly file: string;
  /** Parameters to start from; those that it lacks are drawn afresh. */
  readonly pretrained?: ParamValues;
  /** Names everything that decides the training: a file or checkpoint of another one is refused. */
  readonly recipe: string;
  readonly options?: StepOptions;
}

/**
 * Trained parameters: those of the step with the best held-out caption loss, as the paper reports its best evaluation checkpoint.
 * Without validation rows, as in the smallest corpora, they are the last step's, and the score is not a number.
 */
export interface Trained {
  readonly params: ParamValues;
  /** Held-out loss in nats a token. */
  readonly best: { readonly step: number; readonly score: number };
  readonly curve: Curve;
}

/**
 * Trains a captioner, or reads it where it was trained before and is not damaged since; a stopped training goes on where it was.
 * @throws AlcapError `weights` when `file` holds another training, `record` when its checkpoint does, `data` when a loss is not finite
 */
export async function train(task: TrainingTask, progress: Progress = silent): Promise<Trained> {
  const { captioner, plan, seed, file, recipe, options } = task;
  const known = findTrained(file, recipe);
  if (known) return known;
  const held = heldOutLoss(task);
  const rowsOf = trainingRows(task.train.length, plan.batch, seed);
  const perEpoch = Math.max(1, Math.floor(task.train.length / plan.batch));
  const alignAfter = captioner.recipe.alignment.startEpoch * perEpoch;
  const step = captionerStep(captioner, { dropout: captioner.text.dropout, ...plan, alignAfter }, options);
  const { evaluateEvery = 1, checkpointSteps = perEpoch } = plan;
  const every = Math.min(evaluateEvery * perEpoch, task.evaluateSteps ?? Number.POSITIVE_INFINITY);
  const store = checkpointFile<Values<OptimiserState>>(path.join(path.dirname(file), "checkpoint.safetensors"), recipe);
  const { best, curve } = await fit<OptimiserState, Batch>(
    {
      step,
      initial: () => freshTraining(captioner, plan.optimiser, seed, task.pretrained),
      batch: (at) => task.train.batch(rowsOf(at), at) as Values<Batch>,
      steps: perEpoch * plan.epochs,
      perEpoch,
      schedule: plan.schedule,
      seed,
      ...(task.validation.length > 0 && {
        evaluate: { every, score: (state) => held.score(state.params as ParamValues) },
      }),
      checkpoint: { store, every: Math.min(checkpointSteps, perEpoch) },
    },
    progress,
  );
  await step.release();
  await held.release();
  const about = { best: { step: best.step, score: best.score }, curve };
  const params = best.state.params as ParamValues;
  writeKept(file, params, { recipe, about: JSON.stringify(about), format: "pt" });
  store.clear();
  return { params, ...about };
}

function findTrained(file: string, recipe: string): Trained | undefined {
  const kept = findKept(file);
  if (kept === undefined) return undefined;
  const { tensors, metadata } = kept;
  if (metadata.recipe !== recipe)
    throw new AlcapError("weights", `${file} was trained by another recipe.`, "Delete it or name another file.");
  return { params: tensors as ParamValues, ...(JSON.parse(metadata.about ?? "{}") as Omit<Trained, "params">) };
}

/**
 * Mean caption loss over the held-out rows in batches of one size; the last batch is filled up from the first rows. Batches are
 * made when they are needed and computed in the plan's micro-batches.
 */
function heldOutLoss({ captioner, plan, validation, options }: TrainingTask) {
  const { batch: size, microBatch = size } = plan;
  const loss = compile(
    (params: Params, batch: Batch, total: tf.Scalar) => parts(params, captioner, batch, keepAll, {}, total).caption,
    { name: "held-out loss", ...options },
  );
  const batches = Math.ceil(validation.length / size);
  const score = async (params: ParamValues) => {
    let sum = 0;
    for (let at = 0; at < batches; at++) {
      const rows = Array.from({ length: size }, (_, i) => (at * size + i) % validation.length);
      const batch = validation.batch(rows, at) as Values<Batch>;
      const total = scalar(countedIn(captioner, batch));
      let ofBatch = 0;
      for (const micro of split(batch, microBatch)) ofBatch += (await loss(params, micro, total)).data[0] ?? Number.NaN;
      sum += ofBatch;
    }
    return sum / batches;
  };
  return { score, release: () => loss.release() };
}

/** Examples as a task's rows. */
const exampleRows = (examples: Examples, lengths: BatchLengths): TaskRows => ({
  length: examples.length,
  batch: (rows) =>
    captionBatch(
      rows.map((row) => examples.of(row)),
      lengths,
    ),
});

/** Training on songs with captions. */
export interface CaptioningTask extends Omit<TrainingTask, "plan" | "train" | "validation"> {
  readonly preset: BatchLengths & { readonly captioning: CaptioningPlan };
  readonly train: Examples;
  readonly validation: Examples;
}

/** Trains a captioner on examples. */
export const trainCaptioner = ({ preset, train: rows, validation, ...task }: CaptioningTask, progress: Progress = silent) =>
  train(
    { ...task, plan: preset.captioning, train: exampleRows(rows, preset), validation: exampleRows(validation, preset) },
    progress,
  );
