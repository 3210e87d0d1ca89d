import { Matrix } from "ml-matrix";
import { AlcapError } from "../../errors";
import { cholesky, logDeterminant } from "./cholesky";

/** Shannon entropy `−Σ p ln p` in nats of counts or probabilities, which are divided by their sum. */
export function entropy(weights: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i]!;
  let sum = 0;
  for (let i = 0; i < weights.length; i++) {
    const p = weights[i]! / total;
    if (p > 0) sum -= p * Math.log(p);
  }
  return sum;
}

/**
 * Exact mutual information in nats of two discrete variables, `Σ p(x,y) ln( p(x,y) / p(x)p(y) )`.
 *
 * @param table joint counts or probabilities, `table[x][y]`; of counts it is the plug-in estimate, too large by about
 * `(X − 1)(Y − 1) / 2N` for `N` samples
 * @throws AlcapError `input` when the table is ragged, empty or holds negative numbers
 */
export function mutualInformation(table: readonly ArrayLike<number>[]): number {
  const columns = table[0]?.length ?? 0;
  const cells = table.flatMap((row) => Array.from(row));
  const total = cells.reduce((sum, cell) => sum + cell, 0);
  if (table.some((row) => row.length !== columns) || cells.some((cell) => !(cell >= 0)) || !(total > 0)) {
    throw new AlcapError(
      "input",
      "A joint table is ragged, empty or holds negative numbers.",
      "Pass counts, every row equally long.",
    );
  }
  const rowSums = table.map((row) => Array.from(row).reduce((sum, cell) => sum + cell, 0));
  const columnSums = Array.from({ length: columns }, (_, y) => table.reduce((sum, row) => sum + row[y]!, 0));
  let information = 0;
  table.forEach((row, x) => {
    for (let y = 0; y < columns; y++) {
      const cell = row[y]!;
      if (cell > 0) information += (cell / total) * Math.log((cell * total) / (rowSums[x]! * columnSums[y]!));
    }
  });
  return Math.max(information, 0);
}

/** {@link mutualInformation} of two lists of labels, paired by place. */
export function labelInformation(xs: readonly (string | number)[], ys: readonly (string | number)[]): number {
  const columns = [...new Set(ys)];
  const table = new Map<string | number, number[]>();
  xs.forEach((x, i) => {
    const row = table.get(x) ?? columns.map(() => 0);
    row[columns.indexOf(ys[i]!)]!++;
    table.set(x, row);
  });
  return mutualInformation([...table.values()]);
}

/** Mutual information in nats of `dimensions` independent pairs of Gaussians, each with correlation `rho`: `−(dimensions/2) ln(1 − ρ²)`. */
export function gaussianInformation(rho: number, dimensions = 1): number {
  return (-dimensions / 2) * Math.log1p(-rho * rho);
}

/**
 * Mutual information in nats of jointly Gaussian vectors: `½ ln( det Σ_x det Σ_y / det Σ )`.
 *
 * @param covariance of (x, y) together, `[n, n]` row-major
 * @param widthOfX how many of the `n` leading dimensions are x
 * @throws AlcapError `input` when the covariance is not positive definite
 */
export function gaussianVectorInformation(covariance: ArrayLike<number>, widthOfX: number): number {
  const n = Math.round(Math.sqrt(covariance.length));
  const given = Matrix.from1DArray(n, n, Array.from(covariance));
  const symmetric = Matrix.add(given, given.transpose()).div(2); // sums in another order differ in the last digit
  const determinant = (from: number, to: number) => logDeterminant(cholesky(symmetric.subMatrix(from, to - 1, from, to - 1)));
  return (determinant(0, widthOfX) + determinant(widthOfX, n) - determinant(0, n)) / 2;
}

/**
 * What a critic says of every pairing of `N` samples: `scores[i · N + j] = f(x_i, y_j)`, row-major, true pairs on the diagonal.
 * The bounds below hold for any critic that was not fitted on these very samples.
 */
export interface CriticScores {
  readonly scores: ArrayLike<number>;
  readonly samples: number;
}

/**
 * InfoNCE's lower bound (van den Oord et al., 2018) in nats: `I(x; y) ≥ ln N + (1/N) Σ_i [ f(x_i, y_i) − ln Σ_j exp f(x_i, y_j) ] = ln N − L_con`.
 * Holds on average over batches and can never exceed `ln N`, however large the information is.
 */
export function infoNceBound({ scores, samples }: CriticScores): number {
  checkSquare(scores, samples);
  let sum = 0;
  for (let i = 0; i < samples; i++) sum += scores[i * samples + i]! - logSumExp(scores, i * samples, samples);
  return Math.log(samples) + sum / samples;
}

/**
 * Donsker and Varadhan's lower bound, which MINE (Belghazi et al., 2018) maximises, in nats:
 * `I(x; y) ≥ mean f(x_i, y_i) − ln mean_{i≠j} exp f(x_i, y_j)`. With few samples the second term is estimated too small, so the figure
 * can come out above the information.
 */
export function donskerVaradhanBound({ scores, samples }: CriticScores): number {
  checkSquare(scores, samples);
  let paired = 0;
  const unpaired = new Float64Array(samples * (samples - 1));
  for (let i = 0, next = 0; i < samples; i++) {
    paired += scores[i * samples + i]!;
    for (let j = 0; j < samples; j++) if (i !== j) unpaired[next++] = scores[i * samples + j]!;
  }
  return paired / samples - (logSumExp(unpaired, 0, unpaired.length) - Math.log(unpaired.length));
}

/**
 * CLUB's upper bound (Cheng et al., 2020) in nats: `I(x; y) ≤ mean_i ln q(y_i | x_i) − mean_{i,j} ln q(y_j | x_i)`.
 * An upper bound when `q` is the true conditional; with a fitted `q` only as far as the fit goes.
 *
 * @param critic `scores[i · N + j] = ln q(y_j | x_i)`; terms that depend on `y_j` alone or on `x_i` alone may be left out
 */
export function clubBound({ scores, samples }: CriticScores): number {
  checkSquare(scores, samples);
  let paired = 0;
  let all = 0;
  for (let i = 0; i < samples; i++) {
    paired += scores[i * samples + i]!;
    for (let j = 0; j < samples; j++) all += scores[i * samples + j]!;
  }
  return paired / samples - all / (samples * samples);
}

function checkSquare(scores: ArrayLike<number>, samples: number): void {
  if (samples < 2 || scores.length !== samples * samples) {
    throw new AlcapError(
      "input",
      `${scores.length} critic scores are no square of ${samples} samples.`,
      "Score every x with every y, at least two.",
    );
  }
}

function logSumExp(values: ArrayLike<number>, start: number, count: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = start; i < start + count; i++) largest = Math.max(largest, values[i]!);
  let sum = 0;
  for (let i = start; i < start + count; i++) sum += Math.exp(values[i]! - largest);
  return largest + Math.log(sum);
}
