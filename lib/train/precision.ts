import { tf, valueAndGradAux } from "../engine";
import type { Params } from "../model/params";

/**
 * Mixed precision: products of matrices in float16, everything else, parameters and optimiser state with it, in float32; the loss is scaled
 * before it is differentiated, so that small gradients survive, and a step whose gradients overflow moves nothing (Micikevicius et al.
 * 2018, "Mixed precision training"). Not of the paper, which does not say in which precision it trains.
 */
export interface MixedPrecision {
  readonly products: "float16";
  readonly lossScale: number;
}

/** The scale is a power of two, so that scaling rounds nothing. */
export const mixedPrecision: MixedPrecision = { products: "float16", lossScale: 1024 };

/** Parts of a loss that are tensors, the loss itself among them. */
type Parts = { loss: tf.Scalar } & Record<string, tf.Tensor>;

/** As `valueAndGradAux`, through a scaled loss where the precision says so; losses and gradients come back unscaled. */
export function scaledValueAndGrad<P extends Params, X extends Parts>(
  f: (params: P) => X,
  params: P,
  precision: MixedPrecision | undefined,
): X & { grads: P } {
  if (!precision) return valueAndGradAux(f, params);
  const { lossScale } = precision;
  const scaled = (p: P) => {
    const parts = f(p);
    return { ...parts, unscaled: parts.loss, loss: tf.mul(parts.loss, lossScale) as tf.Scalar };
  };
  const { grads, unscaled, ...parts } = valueAndGradAux(scaled, params);
  const own = Object.entries(grads).map(([name, grad]) => [name, tf.div(grad, lossScale)]);
  // The same parts under the same names, which the type checker cannot follow.
  return { ...parts, loss: unscaled, grads: Object.fromEntries(own) } as unknown as X & { grads: P };
}

/** Whether no gradient is NaN or infinite: a scalar of type bool. A sum of squares beyond float32 counts as infinite. */
export function areFinite(grads: Params): tf.Tensor {
  const squares = Object.values(grads).map((grad) => tf.sum(tf.square(grad)));
  return tf.less(tf.addN(squares), 3e38);
}

type Tensors = { readonly [name: string]: tf.Tensor | Tensors };

/** A tree of tensors' next values where the gradients are finite, else the values before. */
export function orUnmoved(next: Tensors, before: Tensors, finite: tf.Tensor): Tensors {
  const each = Object.entries(next).map(([name, one]) => {
    const old = before[name] as typeof one;
    return [name, one instanceof tf.Tensor ? tf.where(finite, one, old as tf.Tensor) : orUnmoved(one, old as Tensors, finite)];
  });
  return Object.fromEntries(each);
}
