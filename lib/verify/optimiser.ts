import { compile, scalar, valueAndGrad } from "../engine";
import { AlcapError } from "../errors";
import { type Batch, objective } from "../model/alcap";
import type { Params, ParamValues } from "../model/params";
import { huggingFaceAdafactor } from "../recipe";
import { freshSlots, type OptimiserState, optimise, type Pace } from "../train/optimiser";
import { fixtureModel, type ModelFixture, relativeError } from "./model";

/** A few training steps of a reference: losses before each step, parameters' norms and first values after the last. */
export interface OptimiserFixture {
  readonly learning_rate: number;
  readonly steps: number;
  readonly total_loss_before_each_step: readonly number[];
  readonly parameter_norm_and_first_value_after: Readonly<Record<string, readonly [number, number]>>;
}

/** Largest relative error of the losses, and of the parameters' norms, each relative to its own. */
export type OptimiserParity = { readonly losses: number; readonly parameterNorms: number; readonly firstValues: number };

/**
 * Trains a model fixture with Adafactor and compares with the reference. All parameters with a gradient
 * are trained and those that the reference lists compared: it leaves out key biases, which move by the sign of rounding errors
 * since their gradients are zero by algebra.
 */
export async function optimiserParity(
  reference: OptimiserFixture,
  model: ModelFixture,
  weights: ParamValues,
): Promise<OptimiserParity> {
  const { captioner, batch } = fixtureModel(model);
  const listed = reference.parameter_norm_and_first_value_after;
  const differentiable = model.expected.gradient_norm_and_first_value_of_total_loss;
  const trained = Object.fromEntries(Object.entries(weights).filter(([name]) => name in differentiable || name in listed));
  const fixed = Object.fromEntries(Object.entries(weights).filter(([name]) => !(name in trained)));
  const step = compile((state: OptimiserState, fixedParams: Params, inputs: Batch, pace: Pace) => {
    const total = (params: Params) => objective({ ...params, ...fixedParams }, captioner, inputs).loss;
    const { loss, grads } = valueAndGrad(total, state.params);
    return { state: optimise(huggingFaceAdafactor, state, grads, pace), loss };
  });
  let state = { params: trained, slots: freshSlots(huggingFaceAdafactor, trained) };
  const losses: number[] = [];
  for (let at = 1; at <= reference.steps; at++) {
    const out = await step(state, fixed, batch, { step: scalar(at), learningRate: scalar(reference.learning_rate) });
    losses.push(out.loss.data[0] ?? Number.NaN);
    state = out.state as typeof state;
  }
  await step.release();
  return { losses: relativeError(losses, reference.total_loss_before_each_step, "losses"), ...compared(state.params, listed) };
}

function compared(params: ParamValues, listed: OptimiserFixture["parameter_norm_and_first_value_after"]) {
  const errors = Object.entries(listed).map(([name, [norm, first]]) => {
    const data = params[name]?.data;
    if (!data)
      throw new AlcapError("weights", `The parameter "${name}" is missing.`, "Check that fixture and weights belong together.");
    return { norm: Math.abs(Math.hypot(...data) - norm) / norm, first: Math.abs((data[0] ?? Number.NaN) - first) / norm };
  });
  return {
    parameterNorms: Math.max(...errors.map(({ norm }) => norm)),
    firstValues: Math.max(...errors.map(({ first }) => first)),
  };
}
