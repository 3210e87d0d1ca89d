import { type CompileOptions, compile, dropout as drop, type Outside, type tf, valueAndGradAux } from "../engine";
import { aligns, type Batch, type Captioner, type Computation, captionerParams, objective } from "../model/alcap";
import { initialise, type Params } from "../model/params";
import type { Optimiser } from "../recipe";
import type { Step, Tick } from "./fit";
import { microBatchStep } from "./micro-batch";
import { freshSlots, type OptimiserState, optimiseSome } from "./optimiser";

/** How a captioner's step is made. */
export interface StepPlan extends Computation {
  readonly optimiser: Optimiser;
  readonly dropout: number;
  /** Rows computed at once; the batch's InfoNCE still sees all of them. The whole batch where it is left out. */
  readonly microBatch?: number;
  /** Steps before the alignment takes part: `alignment.startEpoch` times the steps of an epoch. Until then its map rests. */
  readonly alignAfter?: number;
}

/** Choices of the engine for the compiled functions of a step; the defaults are the process's. */
export type StepOptions = Pick<CompileOptions, "threads" | "device" | "engine">;

/** A training step that can be freed. */
export type CaptionerStep = Step<OptimiserState, Batch> & { release(): Promise<void> };

/** The dropout of a step: seeded masks, or the identity at rate 0. */
export const dropoutAt =
  (rate: number, key: tf.Tensor) =>
  (x: tf.Tensor): tf.Tensor =>
    rate > 0 ? drop(x, rate, key) : x;

/** Fresh parameters and empty slots. */
export function freshTraining(captioner: Captioner, optimiser: Optimiser, seed: number): Outside<OptimiserState> {
  const params = initialise(captionerParams(captioner), seed);
  return { params, slots: freshSlots(optimiser, params) };
}

/** A captioner's training step: forward, gradients, optimiser; in micro-batches where the plan says so. */
export function captionerStep(captioner: Captioner, plan: StepPlan, options: StepOptions = {}): CaptionerStep {
  const make = plan.microBatch === undefined ? wholeStep : microBatchStep;
  const { alignAfter = 0 } = plan;
  if (alignAfter === 0 || !aligns(captioner)) return make(captioner, plan, options);
  const [before, from] = [make(unaligned(captioner), plan, options), make(captioner, plan, options)];
  const step: Step<OptimiserState, Batch> = (state, batch, tick) =>
    ((tick.step.data[0] ?? 0) <= alignAfter ? before : from)(state, batch, tick);
  return Object.assign(step, {
    release: async () => {
      await before.release();
      await from.release();
    },
  });
}

/** The same model without its alignment loss, as λ = 0. */
const unaligned = (captioner: Captioner): Captioner => ({
  ...captioner,
  recipe: { ...captioner.recipe, alignment: { ...captioner.recipe.alignment, weight: 0 } },
});

/** Which parameters a captioner's step moves: the alignment's own only where it aligns. */
export const movesIn = (captioner: Captioner) => (name: string) => aligns(captioner) || !name.startsWith("contrast.");

function wholeStep(captioner: Captioner, plan: StepPlan, options: StepOptions): CaptionerStep {
  return compile(
    (state: OptimiserState, batch: Batch, tick: Tick) => {
      const dropout = dropoutAt(plan.dropout, tick.key);
      const loss = (params: Params) => objective(params, captioner, batch, dropout, plan);
      const { grads, ...losses } = valueAndGradAux(loss, state.params);
      return { state: optimiseSome(plan.optimiser, state, grads, tick, movesIn(captioner)), losses };
    },
    { resident: "state", name: `${captioner.method} step`, ...options },
  );
}
