import { AlcapError } from "../../errors";
import type { GraphBuilder, Shape, Wire } from "../graph/builder";
import { tf } from "../tf";
import type { DType } from "../value";

/** Shape and element type of a tensor as tfjs sees it. */
export interface Spec {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** How one tfjs kernel is recorded (its outputs' shapes) and written as ONNX nodes. */
export interface Rule {
  infer(inputs: Readonly<Record<string, Spec>>, attrs: unknown): readonly Spec[];
  lower(g: GraphBuilder, inputs: Readonly<Record<string, Wire>>, attrs: unknown, outputs: readonly Spec[]): readonly Wire[];
}

export type Rules = Readonly<Record<string, Rule>>;

/** Names of a kernel's inputs, so that a rule reads them as typed fields. */
type Named<K extends string, V> = Readonly<Record<K, V>>;

/** A rule for a kernel with one output. `A` is the kernel's attributes in tfjs's own types. */
export function rule<K extends string, A = Record<string, never>>(
  infer: (inputs: Named<K, Spec>, attrs: A) => Spec,
  lower: (g: GraphBuilder, inputs: Named<K, Wire>, attrs: A, output: Spec) => Wire,
): Rule {
  return ruleForMany<K, A>(
    (inputs, attrs) => [infer(inputs, attrs)],
    (g, inputs, attrs, [output]) => [lower(g, inputs, attrs, output!)],
  );
}

/** A rule for a kernel with any number of outputs. */
export function ruleForMany<K extends string, A = Record<string, never>>(
  infer: (inputs: Named<K, Spec>, attrs: A) => readonly Spec[],
  lower: (g: GraphBuilder, inputs: Named<K, Wire>, attrs: A, outputs: readonly Spec[]) => readonly Wire[],
): Rule {
  // tfjs passes kernels untyped maps; the kernel's name is what ties them to K and A.
  return {
    infer: (inputs, attrs) => infer(inputs as Named<K, Spec>, attrs as A),
    lower: (g, inputs, attrs, outputs) => lower(g, inputs as Named<K, Wire>, attrs as A, outputs),
  };
}

/** Axes as tfjs takes them (one, several, negative, none for all), sorted and non-negative. */
export const axesOf = (axis: number | number[] | null | undefined, shape: Shape): number[] =>
  tf.util
    .parseAxisParam(axis ?? shape.map((_, i) => i), [...shape])
    .slice()
    .sort((a, b) => a - b);

/** One axis, non-negative. */
export const axisOf = (axis: number, shape: Shape): number => axesOf(axis, shape)[0]!;

/** An error for something a kernel can do in tfjs and not here. */
export const unsupported = (what: string, advice: string): AlcapError =>
  new AlcapError("engine", `${what} cannot be compiled.`, advice);
