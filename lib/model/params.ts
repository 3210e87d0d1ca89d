import seedrandom from "seedrandom";
import { type tf, type Value, value } from "../engine";
import { AlcapError } from "../errors";

/** A model's parameters by their names in the released checkpoints. Inside a compiled function the leaves are tensors. */
export type Params = Record<string, tf.Tensor>;

/** The same parameters outside: plain typed arrays. */
export type ParamValues = Record<string, Value>;

/** How a fresh parameter is drawn. */
export type Initial = {
  readonly shape: readonly number[];
  readonly draw: "normal" | "zeros" | "ones";
  readonly deviation?: number;
};

/** Looks a parameter up. Throws `AlcapError` "weights" naming what is missing. */
export function param(params: Params, name: string): tf.Tensor {
  const found = params[name];
  if (!found) {
    throw new AlcapError(
      "weights",
      `The parameter "${name}" is missing.`,
      "Check that the weights belong to this model and method.",
    );
  }
  return found;
}

/**
 * Draws fresh parameters. Each tensor has a generator of its own, named by seed and parameter, so that a method with
 * more parameters than another still starts from the same values in all they share.
 */
export function initialise(shapes: Readonly<Record<string, Initial>>, seed: number): ParamValues {
  const out: ParamValues = {};
  for (const [name, { shape, draw, deviation = 0.02 }] of Object.entries(shapes)) {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
    if (draw === "ones") data.fill(1);
    if (draw === "normal") fillNormal(data, deviation, seedrandom(`${seed}/${name}`));
    out[name] = value(data, shape);
  }
  return out;
}

/** Box–Muller normal numbers with mean 0. */
function fillNormal(out: Float32Array, deviation: number, uniform: () => number): void {
  for (let i = 0; i < out.length; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - uniform())) * deviation;
    const angle = 2 * Math.PI * uniform();
    out[i] = radius * Math.cos(angle);
    if (i + 1 < out.length) out[i + 1] = radius * Math.sin(angle);
  }
}

/** Zeros in the shape of a parameter tree. */
export const zerosLike = (params: ParamValues): ParamValues =>
  Object.fromEntries(
    Object.entries(params).map(([name, { shape, data }]) => [name, value(new Float32Array(data.length), shape)]),
  );

/** Number of scalars in a parameter tree. */
export function countParams(params: ParamValues): number {
  return Object.values(params).reduce((total, { shape }) => total + shape.reduce((a, b) => a * b, 1), 0);
}
