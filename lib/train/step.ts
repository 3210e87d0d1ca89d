import { packBatch } from "../data/text/pack";
import { collectGarbage, compile, hold, type tf, type Value, type Values, value } from "../engine";
import { AlcapError } from "../errors";
import { aligns, captionerParams, objective, type PackedBatch, packingOf } from "../model/alcap";
import type { Captioner } from "../model/captioner";
import { type Initial, initialise, type Params, type ParamValues } from "../model/params";
import type { Optimiser } from "../recipe";
import type { Tick } from "./fit";
import { inPlaceUpdate } from "./in-place";
import { microBatchStep } from "./micro-batch";
import { freshSlots, type OptimiserState } from "./optimiser";
import { scaledValueAndGrad } from "./precision";
import {
  byParameter,
  type CaptionerStep,
  dropoutAt,
  LARGE_GRAPHS,
  moved,
  movesIn,
  productsOf,
  type StepOptions,
  type StepPlan,
} from "./step-plan";

/** Fresh parameters, with those that `pretrained` holds in their place, and empty slots; used up by the step that they are passed to. */
export function freshTraining(
  captioner: Captioner,
  optimiser: Optimiser,
  seed: number,
  pretrained: ParamValues = {},
): Values<OptimiserState> {
  const initials = Object.entries(captionerParams(captioner));
  const drawn = initialise(Object.fromEntries(initials.filter(([name]) => !pretrained[name])), seed);
  const of = (name: string, { shape }: Initial) => {
    const given = pretrained[name];
    return given ? fitting(name, shape, given) : (drawn[name] as Value);
  };
  const params = Object.fromEntries(initials.map(([name, initial]) => [name, of(name, initial)]));
  return hold({ params, slots: freshSlots(optimiser, params) });
}

/** A copy of a pre-trained parameter, as training uses up what it starts from. Throws `AlcapError` "weights" when it has another shape. */
function fitting(name: string, shape: readonly number[], given: Value): Value {
  if (given.shape.join() === shape.join()) return value(given.data.slice(), shape);
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

/** The step of `wholeStep` as gradients first and then one parameter after the other. */
function dividedStep(captioner: Captioner, plan: StepPlan, options: StepOptions): CaptionerStep {
  const packing = packingOf(captioner);
  const gradients = compile(
    (params: Params, batch: PackedBatch, key: tf.Tensor) => {
      const dropout = dropoutAt(plan, captioner, key);
      const loss = (p: Params) => objective(p, captioner, batch, dropout, plan);
      return scaledValueAndGrad(loss, params, plan.precision);
    },
    {
      ...productsOf(plan),
      keepsMemory: false,
      mostGraphs: LARGE_GRAPHS,
      name: `${captioner.method} step, gradients`,
      ...options,
    },
  );
  const update = inPlaceUpdate(plan, movesIn(captioner), options);
  const step = async (...[state, batch, tick]: Parameters<CaptionerStep>) => {
    collectGarbage(); // the last step's gradients, before there are new ones
    const { grads, ...losses } = await gradients(state.params, packBatch(batch, packing), tick.key);
    return { state: await update(state, grads as ParamValues, tick), losses };
  };
  return Object.assign(step, {
    release: async () => {
      await gradients.release();
      await update.release();
    },
  });
}

function wholeStep(captioner: Captioner, plan: StepPlan, options: StepOptions): CaptionerStep {
  if (byParameter(captioner, plan, options)) return dividedStep(captioner, plan, options);
  const packing = packingOf(captioner);
  const step = compile(
    (state: OptimiserState, batch: PackedBatch, tick: Tick) => {
      const dropout = dropoutAt(plan, captioner, tick.key);
      const loss = (params: Params) => objective(params, captioner, batch, dropout, plan);
      const { grads, ...losses } = scaledValueAndGrad(loss, state.params, plan.precision);
      return { state: moved(captioner, plan, state, grads, tick), losses };
    },
    { resident: "state", name: `${captioner.method} step`, ...productsOf(plan), ...options },
  );
  return Object.assign((...[state, batch, tick]: Parameters<CaptionerStep>) => step(state, packBatch(batch, packing), tick), {
    release: () => step.release(),
  });
}
