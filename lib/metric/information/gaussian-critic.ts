import { AlcapError } from "../../errors";
import { cholesky, logDeterminant, solveLower, solveUpper } from "./cholesky";
import type { CriticScores } from "./information";

/** Paired vectors, one pair a place: `x[i]` belongs to `y[i]`. */
export interface PairedVectors {
  readonly x: readonly ArrayLike<number>[];
  readonly y: readonly ArrayLike<number>[];
}

export interface GaussianCritic {
  /** `ln q(y_j | x_i) − ln q(y_j)`: for InfoNCE's and Donsker–Varadhan's lower bounds. */
  readonly ratios: (pairs: PairedVectors) => CriticScores;
  /** `ln q(y_j | x_i)`: for CLUB's upper bound. */
  readonly conditionals: (pairs: PairedVectors) => CriticScores;
}

/**
 * A critic fitted in closed form: `y` given `x` as a linear regression with Gaussian residuals, `y` alone as one Gaussian. It stands in for
 * the small network that MINE and CLUB train, needs no training loop, and is the best critic there is when the pairs are jointly Gaussian.
 *
 * Score other pairs than it was fitted on: on its own the lower bounds come out too large. On held-out pairs they hold for any
 * distribution, only less tight when the pairs are far from Gaussian; CLUB is an upper bound as far as the fit is right.
 *
 * @param pairs at least as many as `x` has dimensions
 * @param ridge added to the diagonals, as a share of their mean. Default 1e−3
 * @throws AlcapError `input` when lists or vectors differ in length or hold numbers that are not finite
 */
export function fitGaussianCritic(pairs: PairedVectors, { ridge = 1e-3 }: { readonly ridge?: number } = {}): GaussianCritic {
  const { widthX, widthY } = widths(pairs);
  const meanX = meanVector(pairs.x, widthX);
  const meanY = meanVector(pairs.y, widthY);
  const x = pairs.x.map((vector) => centred(vector, meanX));
  const y = pairs.y.map((vector) => centred(vector, meanY));
  const weights = regress(x, y, ridge);
  const residuals = y.map((vector, i) => difference(vector, predicted(weights, x[i]!, widthY)));
  const given = gaussian(residuals, ridge);
  const alone = gaussian(y, ridge);
  const score = (held: PairedVectors, minusAlone: boolean): CriticScores => {
    const found = widths(held);
    if (found.widthX !== widthX || found.widthY !== widthY) throw wrongShape();
    const samples = held.x.length;
    const targets = held.y.map((vector) => centred(vector, meanY));
    const marginals = targets.map((target) => (minusAlone ? alone(target) : 0));
    const scores = new Float64Array(samples * samples);
    held.x.forEach((vector, i) => {
      const expected = predicted(weights, centred(vector, meanX), widthY);
      for (let j = 0; j < samples; j++) scores[i * samples + j] = given(difference(targets[j]!, expected)) - marginals[j]!;
    });
    return { scores, samples };
  };
  return { ratios: (held) => score(held, true), conditionals: (held) => score(held, false) };
}

function wrongShape(): AlcapError {
  return new AlcapError(
    "input",
    "Paired vectors differ in number or length, or hold no finite numbers.",
    "Pass equally many x and y, each list of one length.",
  );
}

function widths({ x, y }: PairedVectors): { readonly widthX: number; readonly widthY: number } {
  const widthX = x[0]?.length ?? 0;
  const widthY = y[0]?.length ?? 0;
  const sound = (vectors: readonly ArrayLike<number>[], width: number) =>
    vectors.every((vector) => vector.length === width && Array.from(vector).every(Number.isFinite));
  if (x.length !== y.length || widthX === 0 || widthY === 0 || !sound(x, widthX) || !sound(y, widthY)) throw wrongShape();
  return { widthX, widthY };
}

function meanVector(vectors: readonly ArrayLike<number>[], width: number): Float64Array {
  return Float64Array.from({ length: width }, (_, d) => vectors.reduce((sum, vector) => sum + vector[d]!, 0) / vectors.length);
}

function centred(vector: ArrayLike<number>, mean: Float64Array): Float64Array {
  return mean.map((value, d) => vector[d]! - value);
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, d) => value - b[d]!);
}

/** `Σ a bᵀ / N` over the pairs, `[widthA, widthB]` row-major. */
function crossProducts(a: readonly Float64Array[], b: readonly Float64Array[]): Float64Array {
  const widthB = b[0]!.length;
  const sums = new Float64Array(a[0]!.length * widthB);
  a.forEach((left, i) => {
    left.forEach((value, row) => {
      for (let column = 0; column < widthB; column++) sums[row * widthB + column]! += (value * b[i]![column]!) / a.length;
    });
  });
  return sums;
}

function covariance(vectors: readonly Float64Array[], ridge: number): Float64Array {
  const n = vectors[0]!.length;
  const products = crossProducts(vectors, vectors);
  let trace = 0;
  for (let d = 0; d < n; d++) trace += products[d * n + d]!;
  for (let d = 0; d < n; d++) products[d * n + d]! += (ridge * trace) / n;
  return products;
}

/** Ridge regression's weights `[widthX, widthY]`: `(XᵀX + ridge)⁻¹ XᵀY`. */
function regress(x: readonly Float64Array[], y: readonly Float64Array[], ridge: number): Float64Array {
  const widthX = x[0]!.length;
  const widthY = y[0]!.length;
  const lower = cholesky(covariance(x, ridge), widthX);
  const weights = crossProducts(x, y);
  for (let column = 0; column < widthY; column++) {
    const solution = Float64Array.from({ length: widthX }, (_, row) => weights[row * widthY + column]!);
    solveLower(lower, widthX, solution);
    solveUpper(lower, widthX, solution);
    solution.forEach((value, row) => {
      weights[row * widthY + column] = value;
    });
  }
  return weights;
}

function predicted(weights: Float64Array, x: Float64Array, widthY: number): Float64Array {
  const y = new Float64Array(widthY);
  x.forEach((value, row) => {
    for (let column = 0; column < widthY; column++) y[column]! += value * weights[row * widthY + column]!;
  });
  return y;
}

/** Log density of a centred Gaussian fitted to vectors, without the constant in 2π, which cancels in every bound. */
function gaussian(vectors: readonly Float64Array[], ridge: number): (vector: Float64Array) => number {
  const n = vectors[0]!.length;
  const lower = cholesky(covariance(vectors, ridge), n);
  const half = logDeterminant(lower, n) / 2;
  return (vector) => {
    const whitened = Float64Array.from(vector);
    solveLower(lower, n, whitened);
    return -half - whitened.reduce((sum, value) => sum + value * value, 0) / 2;
  };
}
