import { type CompileOptions, compile, dropout as drop, type Outside, type tf, type Value, valueAndGradAux } from "../engine";
import { AlcapError } from "../errors";
import { aligns, type Batch, type Captioner, type Computation, captionerParams, type Losses, objective } from "../model/alcap";
import type { Dropout } from "../model/layers";
import { type Initial, initialise, type Params, type ParamValues } from "../model/params";
import type { Optimiser } from "../recipe";
import type { Step, Tick } from "./fit";
import { microBatchStep } from "./micro-batch";
import { freshSlots, type OptimiserState, optimiseSome } from "./optimiser";

/** How a captioner's step is made. */
export interface StepPlan extends Computation {
  readonly optimiser: Optimiser;
  /** Of embeddings and of what each sub-layer adds; the text shape says the rates inside a sub-layer. */
  readonly dropout: number;
  /** Rows computed at once; the batch's InfoNCE still sees all of them. The whole batch where it is left out. */
  readonly microBatch?: number;
  /** Steps before the alignment takes part: `alignment.startEpoch` times the steps of an epoch. Until then its map rests. */
  readonly alignAfter?: number;
}

/** Choices of the engine for the compiled functions of a step; the defaults are the process's. */
export type StepOptions = Pick<CompileOptions, "threads" | "device" | "engine">;

/** A training step that can be freed: new state and the parts of the loss before it. */
export type CaptionerStep = {
  (...inputs: Parameters<Step<OptimiserState, Batch>>): Promise<{ state: Outside<OptimiserState>; losses: Outside<Losses> }>;
  release(): Promise<void>;
};

/** The dropout of a step: seeded masks, or the identity where the place's rate is 0. */
export function dropoutAt({ dropout }: StepPlan, { text }: Captioner, key: tf.Tensor): Dropout {
  const rates = { hidden: dropout, attention: text.attentionDropout, activation: text.activationDropout };
  return (x, place = "hidden") => (rates[place] > 0 ? drop(x, rates[place], key) : x);
}

/** Fresh parameters, with those that `pretrained` holds in their place, and empty slots. */
export function freshTraining(
  captioner: Captioner,
  optimiser: Optimiser,
  seed: number,
  pretrained: ParamValues = {},
): Outside<OptimiserState> {
  const initials = Object.entries(captionerParams(captioner));
  const drawn = initialise(Object.fromEntries(initials.filter(([name]) => !pretrained[name])), seed);
  const of = (name: string, { shape }: Initial) => {
    const given = pretrained[name];
    return given ? fitting(name, shape, given) : (drawn[name] as Value);
  };
  const params = Object.fromEntries(initials.map(([name, initial]) => [name, of(name, initial)]));
  return { params, slots: freshSlots(optimiser, params) };
}

/** A pre-trained parameter. Throws `AlcapError` "weights" when it has another shape. */
function fitting(name: string, shape: readonly number[], given: Value): Value {
  if (given.shape.join() === shape.join()) return given;
  throw new AlcapError(
    "weights",
    `The pre-trained "${name}" has shape [${given.shape.join(", ")}] and the model needs [${shape.join(", ")}].`,
    "Pre-train with the same vocabulary and sizes.",
  );
}

/** A captioner's training step: forward, gradients, optimiser; in micro-batches where the plan says so. */
export function captionerStep(captioner: Captioner, plan: StepPlan, options: StepOptions = {}): CaptionerStep {
  const make = plan.microBatch === undefined ? wholeStep : microBatchStep;
  const { alignAfter = 0 } = plan;
  if (alignAfter === 0 || !aligns(captioner)) return make(captioner, plan, options);
  const [before, from] = [make(unaligned(captioner), plan, options), make(captioner, plan, options)];
  const step = (...[state, batch, tick]: Parameters<CaptionerStep>) =>
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
      const dropout = dropoutAt(plan, captioner, tick.key);
      const loss = (params: Params) => objective(params, captioner, batch, dropout, plan);
      const { grads, ...losses } = valueAndGradAux(loss, state.params);
      return { state: optimiseSome(plan.optimiser, state, grads, tick, movesIn(captioner)), losses };
    },
    { resident: "state", name: `${captioner.method} step`, ...options },
  );
}
