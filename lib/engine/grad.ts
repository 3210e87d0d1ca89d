import { tf } from "./tf";

type Params = Readonly<Record<string, tf.Tensor>>;

/**
 * The loss and its gradient for every parameter; a parameter the loss does not depend on gets zeros.
 * @param f a function of the parameters with a scalar result
 */
export function valueAndGrad<P extends Params>(f: (params: P) => tf.Scalar, params: P): { loss: tf.Scalar; grads: P } {
  const { loss, grads } = valueAndGradAux((p: P) => ({ loss: f(p) }), params);
  return { loss, grads };
}

/**
 * Like {@link valueAndGrad} for an `f` that returns more than the loss (its parts, the logits): everything else is passed on
 * without gradients. Only `loss` is differentiated.
 */
export function valueAndGradAux<P extends Params, X extends { loss: tf.Scalar } & Record<string, tf.Tensor>>(
  f: (params: P) => X,
  params: P,
): X & { grads: P } {
  const names = Object.keys(params);
  let kept: [string, tf.Tensor][] = [];
  const forward = (): tf.Scalar => {
    const results = f(params);
    kept = Object.entries(results).map(([name, tensor]) => [name, tf.keep(tf.clone(tensor))]);
    return results.loss;
  };
  const xs = names.map((name) => params[name]!);
  const { value, grads } = tf.engine().gradients(forward, xs, undefined, true);
  value.dispose();
  // A kept tensor outlives tf.tidy; its clone belongs to the caller's scope again.
  const results = kept.map(([name, tensor]) => {
    const owned = tf.clone(tensor);
    tensor.dispose();
    return [name, owned] as const;
  });
  const byName = names.map((name, i) => [name, grads[i] ?? tf.zerosLike(params[name]!)] as const);
  // Rebuilt key by key with the same names, which the type checker cannot follow.
  return { ...Object.fromEntries(results), grads: Object.fromEntries(byName) } as unknown as X & { grads: P };
}
