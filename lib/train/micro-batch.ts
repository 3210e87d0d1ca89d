import { packBatch } from "../data/text/pack";
import {
  type CompileOptions,
  collectGarbage,
  compile,
  type Data,
  scalar,
  tf,
  type Value,
  type Values,
  value,
  valueAndGradAux,
} from "../engine";
import { AlcapError } from "../errors";
import {
  alignmentCodes,
  alignmentLoss,
  aligns,
  type Batch,
  type Codes,
  encode,
  type PackedBatch,
  packingOf,
  parts,
} from "../model/alcap";
import type { Captioner } from "../model/captioner";
import { type Params, type ParamValues, zerosLike } from "../model/params";
import type { Tick } from "./fit";
import { type InPlaceUpdate, inPlaceUpdate } from "./in-place";
import type { OptimiserState } from "./optimiser";
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

/** What a micro-batch adds its gradients to. */
type Sum = { grads: Params };

/** What a micro-batch's gradients depend on: its number of counted positions is the whole batch's, `pull` its codes' part in the alignment. */
type Micro = { batch: PackedBatch; pull: Codes | null; counted: tf.Scalar; key: tf.Tensor };

/**
 * The step of `wholeStep` in micro-batches, with the memory of one: first every micro-batch's codes; then the alignment loss of
 * the whole batch and its gradient for each code; then each micro-batch again, its caption loss pulled along those gradients
 * (Gao et al. 2021, "Scaling deep contrastive learning batch size under memory limited setup"). Without dropout it equals the
 * unsplit step up to rounding; with dropout each micro-batch has masks of its own, the same in both passes.
 */
export function microBatchStep(captioner: Captioner, plan: StepPlan, options: StepOptions): CaptionerStep {
  const functions = compiled(captioner, plan, options);
  const { codesOf, alignment, sum, update } = functions;
  const size = plan.microBatch ?? 1;
  const packing = packingOf(captioner);
  const step = async (...[state, batch, tick]: Parameters<CaptionerStep>) => {
    const micros = split(batch, size).map((micro) => packBatch(micro, packing));
    const keys = micros.map((_, at) => keyOf(tick, micros.length, at));
    const params = state.params as ParamValues;
    const codes: Values<Codes>[] = [];
    if (aligns(captioner))
      for (const [at, micro] of micros.entries()) codes.push(await codesOf(params, micro, keys[at] as Value));
    const aligned = codes.length > 0 ? await alignment(joined(codes), batch.distinct) : undefined;
    const pulls = aligned && split(aligned.grads, size);
    const counted = scalar(countedIn(captioner, batch));
    let caption = 0;
    for (const [at, micro] of micros.entries())
      caption += await sum.add(params, { batch: micro, pull: pulls?.[at] ?? null, counted, key: keys[at] as Value }, at > 0);
    const next = await update(state, sum.grads(), tick);
    const apart = aligned?.apart.data[0] ?? 0;
    const loss = caption + captioner.recipe.alignment.weight * apart;
    return { state: next, losses: { loss: scalar(loss), caption: scalar(caption), alignment: scalar(apart) } };
  };
  return Object.assign(step, {
    release: async () => {
      for (const one of Object.values(functions)) await one.release();
    },
  });
}

/** What a step is made of. */
function compiled(captioner: Captioner, plan: StepPlan, options: StepOptions) {
  const { alignment: recipe } = captioner.recipe;
  const divided = byParameter(captioner, plan, options);
  const kept = divided ? { keepsMemory: false, mostGraphs: LARGE_GRAPHS } : {};
  const named = (part: string) => ({ name: `${captioner.method} step, ${part}`, ...productsOf(plan), ...kept, ...options });
  const gradients = (params: Params, { batch, pull, counted, key }: Micro) => {
    const loss = (p: Params) => {
      const { caption, codes } = parts(p, captioner, batch, dropoutAt(plan, captioner, key), plan, counted);
      return { loss: pull && codes ? (tf.add(caption, along(codes, pull)) as tf.Scalar) : caption, caption };
    };
    const { grads, caption } = scaledValueAndGrad(loss, params, plan.precision);
    return { grads, caption };
  };
  return {
    codesOf: compile((params: Params, batch: PackedBatch, key: tf.Tensor): Codes => {
      const states = encode(params, captioner, batch, dropoutAt(plan, captioner, key));
      return alignmentCodes(params, captioner, states, batch);
    }, named("codes")),
    alignment: compile((codes: Codes, distinct: tf.Tensor) => {
      const weighed = (c: Codes) => {
        const apart = alignmentLoss(c, recipe, distinct);
        return { loss: tf.mul(apart, recipe.weight) as tf.Scalar, apart };
      };
      return valueAndGradAux(weighed, codes);
    }, named("alignment")),
    sum: (divided ? sumInPlace : sumInGraph)(gradients, named("micro-batch")),
    update: divided ? inPlaceUpdate(plan, movesIn(captioner), options) : updateInGraph(captioner, plan, named("update")),
  };
}

/** The inner product of codes with their gradients: its gradient for the parameters is the alignment loss's. */
const along = (codes: Codes, pull: Codes) =>
  tf.add(tf.sum(tf.mul(codes.music, pull.music)), tf.sum(tf.mul(codes.lyrics, pull.lyrics)));

type Gradients = (params: Params, micro: Micro) => { grads: Params; caption: tf.Scalar };

/** The sum of micro-batches' gradients. */
interface GradientSum {
  /** Adds a micro-batch's, or starts anew with them; gives its part of the caption loss. */
  add(params: ParamValues, micro: Values<Micro>, goOn: boolean): Promise<number>;
  /** The sum, which the next step starts anew. */
  grads(): ParamValues;
  release(): Promise<void>;
}

/** The sum in the graph, where its device keeps it. */
function sumInGraph(gradients: Gradients, options: CompileOptions): GradientSum {
  const accumulate = compile(
    (sum: Sum, params: Params, micro: Micro, goOn: tf.Scalar) => {
      const { grads, caption } = gradients(params, micro);
      return { sum: { grads: added(sum.grads, grads, goOn) }, caption };
    },
    { resident: "sum", ...options },
  );
  let sum: Values<Sum> | undefined;
  return {
    add: async (params, micro, goOn) => {
      const out = await accumulate(sum ?? { grads: zerosLike(params) }, params, micro, scalar(goOn ? 1 : 0));
      sum = out.sum;
      return out.caption.data[0] ?? Number.NaN;
    },
    grads: () => sum?.grads as ParamValues,
    release: async () => {
      sum = undefined;
      await accumulate.release();
    },
  };
}

/** The sum in the arrays of the first micro-batch's gradients; given up when it is asked for. */
function sumInPlace(gradients: Gradients, options: CompileOptions): GradientSum {
  const run = compile(gradients, options);
  let sum: ParamValues = {};
  return {
    add: async (params, micro, goOn) => {
      collectGarbage(); // the last micro-batch's gradients, before there are new ones
      const { grads, caption } = await run(params, micro);
      if (goOn) for (const [name, { data }] of Object.entries(sum)) addTo(data, (grads as ParamValues)[name]?.data ?? []);
      else sum = grads as ParamValues;
      return caption.data[0] ?? Number.NaN;
    },
    grads: () => {
      const done = sum;
      sum = {};
      return done;
    },
    release: () => run.release(),
  };
}

/** Adds elements; rounding a sum of two float32 numbers from double precision is float32's own. */
function addTo(sum: Data, terms: ArrayLike<number>): void {
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (terms[i] as number);
}

function updateInGraph(captioner: Captioner, plan: StepPlan, options: CompileOptions): InPlaceUpdate {
  const update = compile(
    (state: OptimiserState, grads: Params, tick: Tick) => ({
      state: moved(captioner, plan, state, grads, tick),
    }),
    { resident: "state", ...options },
  );
  return Object.assign(async (...inputs: Parameters<InPlaceUpdate>) => (await update(...inputs)).state, {
    release: () => update.release(),
  });
}

function added(sum: Params, grads: Params, goOn: tf.Scalar): Params {
  const going = tf.greater(goOn, 0.5);
  return Object.fromEntries(
    Object.entries(grads).map(([name, grad]) => [name, tf.where(going, tf.add(sum[name] as tf.Tensor, grad), grad)]),
  );
}

/** Rows of every tensor of a record in pieces of one size; nothing is copied. */
export function split<T extends Record<string, Value>>(tensors: T, size: number): T[] {
  const rows = Object.values(tensors)[0]?.shape[0] ?? 0;
  if (!Number.isInteger(size) || size < 1 || rows % size !== 0)
    throw new AlcapError("usage", `A batch of ${rows} rows cannot be split into micro-batches of ${size}.`, "Choose a divisor.");
  const piece = ({ data, shape }: Value, at: number) => {
    const width = data.length / rows;
    return value(data.subarray(at * size * width, (at + 1) * size * width), [size, ...shape.slice(1)]);
  };
  return Array.from(
    { length: rows / size },
    (_, at) => Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, piece(tensor, at)])) as T,
  );
}

/** The codes of all micro-batches in one. */
function joined(codes: readonly Values<Codes>[]): Values<Codes> {
  const join = (name: keyof Codes) => {
    const data = codes.flatMap((one) => [...one[name].data]);
    return value(Float32Array.from(data), [data.length / (codes[0]?.[name].shape[1] ?? 1), codes[0]?.[name].shape[1] ?? 1]);
  };
  return { music: join("music"), lyrics: join("lyrics") };
}

/** Number of caption positions in the mean, on the host. */
export function countedIn({ recipe }: Captioner, { labelMask }: Values<Batch>): number {
  if (recipe.caption.labelPadding === "counted") return labelMask.data.length;
  return Float32Array.from(labelMask.data).reduce((total, one) => total + one, 0);
}

/** The random key of a micro-batch: (seed, step · micro-batches + its place). */
function keyOf(tick: Values<Tick>, count: number, at: number): Value {
  const [seed = 0, step = 0] = tick.key.data;
  return value(Int32Array.of(seed, step * count + at), [2]);
}
