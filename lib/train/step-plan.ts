import { type CompileOptions, dropout as drop, settings, sizeOf, type tf, type Values } from "../engine";
import { aligns, type Batch, type Computation, captionerParams, type Losses } from "../model/alcap";
import type { Captioner } from "../model/captioner";
import type { Dropout } from "../model/layers";
import type { Params } from "../model/params";
import type { Optimiser } from "../recipe";
import type { Step, Tick } from "./fit";
import { type OptimiserState, optimiseSome } from "./optimiser";
import { areFinite, type MixedPrecision, orUnmoved } from "./precision";

/** How a captioner's step is made. */
export interface StepPlan extends Computation {
  readonly optimiser: Optimiser;
  /** Of embeddings and of what each sub-layer adds; the text shape says the rates inside a sub-layer. */
  readonly dropout: number;
  /** Rows computed at once; the batch's InfoNCE still sees all of them. The whole batch where it is left out. */
  readonly microBatch?: number;
  /** float32 where it is left out. */
  readonly precision?: MixedPrecision;
  /** Steps before the alignment takes part: `alignment.startEpoch` times the steps of an epoch. Until then its map rests. */
  readonly alignAfter?: number;
  /**
   * All parameters in the graph of the step, or gradients first and then one parameter after the other in its own memory, which
   * holds parameters and optimiser state once. By size where it is left out. Changes no byte of a result.
   */
  readonly update?: "whole" | "by-parameter";
}

/** Number of parameters from which on they are updated one by one: 128 MiB. */
const MANY = 2 ** 25;

/** Most graphs of packed sizes that a large model keeps at once. */
export const LARGE_GRAPHS = 4;

/** Whether parameters are updated one by one: where the plan says so, else those of large models whose state is in host memory. */
export function byParameter(captioner: Captioner, { update }: Pick<StepPlan, "update">, options: StepOptions): boolean {
  if (update) return update === "by-parameter";
  const { engine, device } = settings(options);
  const count = Object.values(captionerParams(captioner)).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return engine === "onnx" && device !== "webgpu" && count >= MANY;
}

/** Choices of the engine for the compiled functions of a step; the defaults are the process's. */
export type StepOptions = Pick<CompileOptions, "threads" | "spinning" | "device" | "engine">;

/** A training step that can be freed: new state and the parts of the loss before it. */
export type CaptionerStep = {
  (...inputs: Parameters<Step<OptimiserState, Batch>>): Promise<{ state: Values<OptimiserState>; losses: Values<Losses> }>;
  release(): Promise<void>;
};

/** A state after a step; as it was where mixed precision has overflowed. */
export function moved(captioner: Captioner, plan: StepPlan, state: OptimiserState, grads: Params, tick: Tick): OptimiserState {
  const next = optimiseSome(plan.optimiser, state, grads, tick, movesIn(captioner));
  return plan.precision ? (orUnmoved(next, state, areFinite(grads)) as OptimiserState) : next;
}

/** How precise a step's products are. */
export const productsOf = ({ precision }: StepPlan): Pick<CompileOptions, "products"> =>
  precision ? { products: precision.products } : {};

/** The dropout of a step: seeded masks, or the identity where the place's rate is 0. */
export function dropoutAt({ dropout }: StepPlan, { text }: Captioner, key: tf.Tensor): Dropout {
  const rates = { hidden: dropout, attention: text.attentionDropout, activation: text.activationDropout };
  return (x, place = "hidden") => (rates[place] > 0 ? drop(x, rates[place], key) : x);
}

/** Which parameters a captioner's step moves: the alignment's own only where it aligns. */
export const movesIn = (captioner: Captioner) => (name: string) => aligns(captioner) || !name.startsWith("contrast.");
