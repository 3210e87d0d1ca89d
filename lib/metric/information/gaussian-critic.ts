import { Matrix } from "ml-matrix";
import { AlcapError } from "../../errors";
import { cholesky, logDeterminant } from "./cholesky";
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
  const [allX, allY] = [matrixOf(pairs.x), matrixOf(pairs.y)];
  const [meanX, meanY] = [allX.mean("column"), allY.mean("column")];
  const [x, y] = [allX.subRowVector(meanX), allY.subRowVector(meanY)];
  const weights = cholesky(covariance(x, ridge)).solve(x.transpose().mmul(y).div(x.rows)); // (XᵀX + ridge)⁻¹ XᵀY
  const given = gaussian(Matrix.sub(y, x.mmul(weights)), ridge);
  const alone = gaussian(y, ridge);
  const score = (held: PairedVectors, minusAlone: boolean): CriticScores => {
    const found = widths(held);
    if (found.widthX !== widthX || found.widthY !== widthY) throw wrongShape();
    const expected = matrixOf(held.x).subRowVector(meanX).mmul(weights);
    const targets = matrixOf(held.y).subRowVector(meanY);
    const densities = given(expected, targets);
    if (minusAlone) densities.subRowVector(alone(Matrix.zeros(1, widthY), targets).getRow(0));
    return { scores: Float64Array.from(densities.to1DArray()), samples: held.x.length };
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

const matrixOf = (vectors: readonly ArrayLike<number>[]) => new Matrix(vectors.map((vector) => Array.from(vector)));

/** `Σ v vᵀ / N` of centred rows, with the ridge on its diagonal. */
function covariance(rows: Matrix, ridge: number): Matrix {
  const products = rows.transpose().mmul(rows).div(rows.rows);
  return products.add(Matrix.eye(rows.columns).mul((ridge * products.trace()) / rows.columns));
}

/**
 * A centred Gaussian fitted to rows: from centres `[N, n]` and targets `[M, n]` the log density `[N, M]` of every target about every centre,
 * without the constant in 2π, which cancels in every bound.
 */
function gaussian(rows: Matrix, ridge: number): (centres: Matrix, targets: Matrix) => Matrix {
  const decomposition = cholesky(covariance(rows, ridge));
  const precision = decomposition.solve(Matrix.eye(rows.columns));
  const half = logDeterminant(decomposition) / 2;
  const squares = (vectors: Matrix) => Matrix.mul(vectors.mmul(precision), vectors).sum("row");
  return (centres, targets) => {
    const products = centres.mmul(precision).mmul(targets.transpose()).mul(2);
    return products.subRowVector(squares(targets)).subColumnVector(squares(centres)).div(2).sub(half);
  };
}
