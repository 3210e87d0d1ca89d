import { inRandomOrder } from "../../data/random-order";
import { compile, scalar, tf, type Value, type Values, value, valueAndGrad } from "../../engine";
import { AlcapError } from "../../errors";
import { infoNCE } from "../../loss/infonce";
import type { PairedVectors } from "../../metric/information/gaussian-critic";
import { initialise, type Params, type ParamValues } from "../../model/params";
import { type Progress, silent } from "../../progress";
import { type Alignment, releasedRecipe } from "../../recipe";
import { freshSlots, type OptimiserState, optimise } from "../../train/optimiser";

/** How a pair of linear encoders is aligned. */
export interface LinearCodesPlan {
  /** Numbers a code. */
  readonly width: number;
  readonly batch: number;
  readonly epochs: number;
  readonly learningRate: number;
  /** Uniform numbers in [0, 1), for the order of the pairs. */
  readonly random: () => number;
  /** Of the fresh weights. */
  readonly seed: number;
  readonly alignment?: Alignment<string>;
}

/** Two encoders, and InfoNCE in nats as it went. */
export interface LinearCodes {
  /** Codes of length 1, as the cosine sees them. */
  readonly encode: (inputs: PairedVectors) => PairedVectors;
  /** After each epoch: the mean over its own batches, and over those of held-out pairs. */
  readonly curve: readonly { readonly train: number; readonly heldOut: number }[];
}

type Pair = { music: tf.Tensor; lyrics: tf.Tensor };

const adam = { name: "adamw", beta1: 0.9, beta2: 0.98, epsilon: 1e-8, weightDecay: 0, clipNorm: 1 } as const;

/**
 * Alignment by itself: one linear map for each modality, trained with the library's InfoNCE and nothing else, so that what alignment does
 * to codes is seen in seconds. `x` is what the music's encoder sees, `y` what the lyrics' encoder sees.
 *
 * @throws AlcapError `input` when a split holds less than a batch
 */
export async function alignLinearCodes(
  train: PairedVectors,
  heldOut: PairedVectors,
  plan: LinearCodesPlan,
  progress: Progress = silent,
): Promise<LinearCodes> {
  const { batch, epochs, learningRate, random } = plan;
  const loss = lossOf(plan);
  const step = compile(
    ({ params, slots }: OptimiserState, pair: Pair, at: tf.Scalar) => {
      const { loss: found, grads } = valueAndGrad((p: Params) => loss(p, pair), params);
      return { state: optimise(adam, { params, slots }, grads, { step: at, learningRate: tf.scalar(learningRate) }), found };
    },
    { name: "alignment step" },
  );
  const measure = compile(loss, { name: "held-out alignment" });
  const params = freshParams(train, plan);
  let state: Values<OptimiserState> = { params, slots: freshSlots(adam, params) };
  const curve: { train: number; heldOut: number }[] = [];
  const held = batchesOf(heldOut, batch, inOrder(heldOut.x.length));
  let steps = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const losses: number[] = [];
    for (const pair of batchesOf(train, batch, inRandomOrder(inOrder(train.x.length), random))) {
      const next = await step(state, pair, scalar(++steps));
      state = next.state;
      losses.push(first(next.found));
    }
    const heldLosses: number[] = [];
    for (const pair of held) heldLosses.push(first(await measure(state.params, pair)));
    curve.push({ train: mean(losses), heldOut: mean(heldLosses) });
    progress(epoch + 1, epochs);
  }
  await Promise.all([step.release(), measure.release()]);
  return { encode: encoderOf(state.params), curve };
}

/** What InfoNCE's gradient knows of the pairing, at fresh encoders. */
export interface GradientSignal {
  readonly batches: number;
  /** Mean length of a batch's gradient. */
  readonly length: number;
  /**
   * `B ‖mean d‖² / mean ‖d − mean d‖²` of the differences `d` between a batch's gradient and that of the same batch paired anew: about 1 when the
   * pairing says nothing on average, larger the more it says.
   */
  readonly signal: number;
}

/** Measures {@link GradientSignal} over all whole batches of the pairs. */
export async function gradientSignal(pairs: PairedVectors, plan: LinearCodesPlan): Promise<GradientSignal> {
  const loss = lossOf(plan);
  const gradient = compile((params: Params, pair: Pair) => valueAndGrad((p: Params) => loss(p, pair), params).grads, {
    name: "alignment gradient",
  });
  const params = freshParams(pairs, plan);
  const flat = (grads: ParamValues) => Object.values(grads).flatMap(({ data }) => Array.from(data));
  const differences: number[][] = [];
  const lengths: number[] = [];
  const batches = batchesOf(pairs, plan.batch, inRandomOrder(inOrder(pairs.x.length), plan.random));
  for (const pair of batches) {
    const own = flat(await gradient(params, pair));
    const anew = flat(await gradient(params, { ...pair, lyrics: rotated(pair.lyrics) }));
    lengths.push(Math.hypot(...own));
    differences.push(own.map((entry, at) => entry - anew[at]!));
  }
  await gradient.release();
  const centre = differences[0]!.map((_, at) => mean(differences.map((difference) => difference[at]!)));
  const squared = (vector: readonly number[]) => vector.reduce((sum, entry) => sum + entry * entry, 0);
  const B = differences.length;
  const scatter = differences.reduce((sum, one) => sum + squared(one.map((entry, at) => entry - centre[at]!)), 0) / (B - 1);
  return { batches: B, length: mean(lengths), signal: (B * squared(centre)) / scatter };
}

function lossOf({ batch, alignment = releasedRecipe.alignment }: LinearCodesPlan) {
  return (params: Params, { music, lyrics }: Pair): tf.Scalar => {
    const code = (x: tf.Tensor, weights: tf.Tensor) => tf.matMul(x as tf.Tensor2D, weights as tf.Tensor2D); // N, width
    const codes = [code(music, params.music as tf.Tensor), code(lyrics, params.lyrics as tf.Tensor)] as const;
    return infoNCE(...codes, alignment, tf.ones([batch]));
  };
}

function freshParams({ x, y }: PairedVectors, { width, seed }: LinearCodesPlan): ParamValues {
  const matrix = (rows = 0) => ({ shape: [rows, width], draw: "normal" as const, deviation: 1 / Math.sqrt(rows) });
  return initialise({ music: matrix(x[0]?.length), lyrics: matrix(y[0]?.length) }, seed);
}

function encoderOf(params: ParamValues): LinearCodes["encode"] {
  const code = (inputs: ArrayLike<number>, { data, shape: [, width = 0] }: Value) => {
    const sums = new Float64Array(width);
    for (let row = 0; row < inputs.length; row++) {
      if (inputs[row] !== 0)
        for (let column = 0; column < width; column++) sums[column]! += inputs[row]! * data[row * width + column]!;
    }
    const length = Math.max(Math.hypot(...sums), 1e-12);
    return sums.map((entry) => entry / length);
  };
  const { music, lyrics } = params as Record<"music" | "lyrics", Value>;
  return ({ x, y }) => ({ x: x.map((vector) => code(vector, music)), y: y.map((vector) => code(vector, lyrics)) });
}

/** All whole batches of the pairs in an order. */
function batchesOf({ x, y }: PairedVectors, batch: number, order: readonly number[]): Values<Pair>[] {
  if (order.length < batch)
    throw new AlcapError(
      "input",
      `${order.length} pairs are less than a batch of ${batch}.`,
      "Give more pairs or a smaller batch.",
    );
  const rows = (vectors: readonly ArrayLike<number>[], places: readonly number[]) => {
    const width = vectors[0]?.length ?? 0;
    const data = new Float32Array(places.length * width);
    places.forEach((place, row) => void data.set(vectors[place]!, row * width));
    return value(data, [places.length, width]);
  };
  return Array.from({ length: Math.floor(order.length / batch) }, (_, at) => {
    const places = order.slice(at * batch, (at + 1) * batch);
    return { music: rows(x, places), lyrics: rows(y, places) };
  });
}

/** Every row in its neighbour's place: the same rows, no pair left. */
function rotated({ data, shape }: Value): Value {
  const width = shape[1] ?? 0;
  return value(Float32Array.from([...data.subarray(width), ...data.subarray(0, width)]), shape);
}

const inOrder = (length: number) => Array.from({ length }, (_, at) => at);

const mean = (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;
const first = ({ data }: Value) => data[0] ?? Number.NaN;
