import { sizeOf, type tf, type Values, value } from "../engine";
import { AlcapError } from "../errors";
import { type Params, type ParamValues, zerosLike } from "../model/params";
import type { Optimiser } from "../recipe";
import { type AdafactorSlots, adafactor, adafactorShapes } from "./adafactor";
import { type AdamSlots, adamw } from "./adamw";

/** What an optimiser remembers of the gradients. */
export type Slots = AdamSlots | AdafactorSlots;

/** Parameters and what the optimiser remembers: the state that a training step moves on. */
export type OptimiserState = { params: Params; slots: Slots };

/** A step's counter, from 1, and its learning rate; tensors, so that neither is baked into the graph. */
export type Pace = { step: tf.Scalar; learningRate: tf.Scalar };

const mismatch = (recipe: Optimiser, advice: string) =>
  new AlcapError("usage", `The training state does not belong to the optimiser "${recipe.name}".`, advice);

/**
 * One step of the recipe's optimiser.
 * @throws AlcapError `usage` for an unknown optimiser or slots of another one.
 */
export function optimise(recipe: Optimiser, state: OptimiserState, grads: Params, pace: Pace): OptimiserState {
  const { params, slots } = state;
  const { step, learningRate } = pace;
  if (recipe.name === "adamw" && "m" in slots) return adamw(params, grads, slots, step, learningRate, recipe);
  if (recipe.name === "adafactor" && "row" in slots) return adafactor(params, grads, slots, step, learningRate, recipe);
  throw mismatch(recipe, "Start from freshSlots(optimiser, params) with adamw or adafactor.");
}

/** The same for the parameters that `moves` names; the others and what is remembered of them stay as they are. */
export function optimiseSome(
  recipe: Optimiser,
  state: OptimiserState,
  grads: Params,
  pace: Pace,
  moves: (name: string) => boolean,
): OptimiserState {
  const pick = (params: Params): Params => Object.fromEntries(Object.entries(params).filter(([name]) => moves(name)));
  const picked = { params: pick(state.params), slots: mapSlots(state.slots, pick) };
  const next = optimise(recipe, picked, pick(grads), pace);
  const slots: Readonly<Record<string, Params>> = next.slots;
  const merged = mapSlots(state.slots, (old, slot) => ({ ...old, ...slots[slot] }));
  return { params: { ...state.params, ...next.params }, slots: merged };
}

/** Applies a function to each kind of slot. */
const mapSlots = (slots: Slots, f: (tensors: Params, slot: string) => Params): Slots =>
  "m" in slots
    ? { m: f(slots.m, "m"), v: f(slots.v, "v") }
    : { row: f(slots.row, "row"), column: f(slots.column, "column"), whole: f(slots.whole, "whole") };

/** Empty slots for parameters, all zeros. */
export function freshSlots(recipe: Optimiser, params: ParamValues): Values<Slots> {
  if (recipe.name === "adamw") return { m: zerosLike(params), v: zerosLike(params) };
  if (recipe.name !== "adafactor") throw mismatch(recipe, "Choose adamw or adafactor.");
  const slots: Values<AdafactorSlots> = { row: {}, column: {}, whole: {} };
  for (const [name, { shape }] of Object.entries(params)) {
    for (const [slot, size] of Object.entries(adafactorShapes(shape)))
      slots[slot as keyof AdafactorSlots][name] = value(new Float32Array(sizeOf(size)), size);
  }
  return slots;
}
