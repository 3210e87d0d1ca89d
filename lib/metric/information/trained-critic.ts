import { Matrix } from "ml-matrix";
import { AlcapError } from "../../errors";
import type { PairedVectors } from "./gaussian-critic";
import type { CriticScores } from "./information";

export interface CriticPlan {
  /** What the critic is trained to raise: MINE's bound, or InfoNCE's. */
  readonly bound: "donsker-varadhan" | "infonce";
  /** Steps of gradient ascent over all pairs (default 150). */
  readonly steps?: number;
  /** Adam's rate (default 0.1). */
  readonly rate?: number;
  /** Penalty `½ l2 ‖W‖²` on the critic's weights (default 1e−3). */
  readonly l2?: number;
}

const ADAM = { first: 0.9, second: 0.999, epsilon: 1e-8 } as const;

/**
 * A trained critic `f(x, y) = (x, 1)ᵀ W (y, 1)`, as MINE (Belghazi et al., 2018) trains one. It is linear in its weights, so both bounds are
 * concave in them: the fit has one optimum, starts from zero, and the same pairs give the same critic.
 *
 * Score other pairs than it was trained on: on its own the bounds come out too large.
 *
 * @param pairs at most about a thousand: every pairing is scored in each step
 * @throws AlcapError `input` when there are fewer than two pairs, or lists differ in length
 */
export function trainCritic(pairs: PairedVectors, plan: CriticPlan): (held: PairedVectors) => CriticScores {
  const { bound, steps = 150, rate = 0.1, l2 = 1e-3 } = plan;
  if (pairs.x.length < 2 || pairs.x.length !== pairs.y.length)
    throw new AlcapError("input", "A critic needs two pairs or more.", "Pass equally many x and y.");
  const [x, y] = [withOne(pairs.x), withOne(pairs.y)];
  let weights = Matrix.zeros(x.columns, y.columns);
  let [mean, square] = [weights.clone(), weights.clone()];
  for (let step = 1; step <= steps; step++) {
    const gradient = x
      .transpose()
      .mmul(pulled(x.mmul(weights), y, bound))
      .sub(Matrix.mul(weights, l2));
    mean = Matrix.mul(mean, ADAM.first).add(Matrix.mul(gradient, 1 - ADAM.first));
    square = Matrix.mul(square, ADAM.second).add(Matrix.mul(gradient, gradient).mul(1 - ADAM.second));
    const spread = Matrix.sqrt(Matrix.div(square, 1 - ADAM.second ** step)).add(ADAM.epsilon);
    weights = Matrix.add(weights, Matrix.div(mean, spread).mul(rate / (1 - ADAM.first ** step)));
  }
  return (held) => {
    const scores = withOne(held.x).mmul(weights).mmul(withOne(held.y).transpose());
    return { scores: Float64Array.from(scores.to1DArray()), samples: held.x.length };
  };
}

const withOne = (vectors: readonly ArrayLike<number>[]) => new Matrix(vectors.map((vector) => [...Array.from(vector), 1]));

/**
 * `P Y` of the bound's derivative `P` by every score `F Yᵀ`: up for pairs, down for the others as far as they are taken for pairs. `P` itself, a
 * number for every pairing, is never in memory as a matrix.
 */
function pulled(features: Matrix, y: Matrix, bound: CriticPlan["bound"]): Matrix {
  const [samples, width] = [y.rows, y.columns];
  const rowwise = bound === "infonce"; // its softmax is over each row, and has the pair itself in it; the other's is over all that are no pair
  const targets = Float64Array.from(y.to1DArray());
  const scores = scoresOf(Float64Array.from(features.to1DArray()), targets, width);
  const peak = scores.reduce((most, score) => Math.max(most, score), Number.NEGATIVE_INFINITY);
  const sums = new Float64Array(samples * width);
  const totals = new Float64Array(samples);
  for (let i = 0; i < samples; i++) {
    for (let j = 0; j < samples; j++) {
      if (i === j && !rowwise) continue;
      const weight = Math.exp(scores[i * samples + j]! - peak);
      totals[i]! += weight;
      for (let k = 0; k < width; k++) sums[i * width + k]! += weight * targets[j * width + k]!;
    }
  }
  const all = totals.reduce((sum, total) => sum + total, 0);
  const share = (row: number) => (rowwise ? totals[row]! * samples : all);
  return Matrix.from1DArray(
    samples,
    width,
    sums.map((sum, at) => targets[at]! / samples - sum / share(Math.floor(at / width))),
  );
}

/** `F Yᵀ`, row-major. */
function scoresOf(features: Float64Array, targets: Float64Array, width: number): Float64Array {
  const samples = targets.length / width;
  const scores = new Float64Array(samples * samples);
  for (let i = 0; i < samples; i++) {
    for (let j = 0; j < samples; j++) {
      let sum = 0;
      for (let k = 0; k < width; k++) sum += features[i * width + k]! * targets[j * width + k]!;
      scores[i * samples + j] = sum;
    }
  }
  return scores;
}
