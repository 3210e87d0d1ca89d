import { AlcapError } from "../../errors";

/**
 * The lower triangle `L` with `L Lᵀ = matrix`.
 *
 * @param matrix symmetric, `[n, n]` row-major; not changed
 * @throws AlcapError `input` when it is not positive definite
 */
export function cholesky(matrix: ArrayLike<number>, n: number): Float64Array {
  const lower = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let rest = matrix[i * n + j]!;
      for (let k = 0; k < j; k++) rest -= lower[i * n + k]! * lower[j * n + k]!;
      if (i === j && !(rest > 0)) {
        throw new AlcapError(
          "input",
          "A covariance is not positive definite.",
          "Use more samples than dimensions, or add a little to its diagonal.",
        );
      }
      lower[i * n + j] = i === j ? Math.sqrt(rest) : rest / lower[j * n + j]!;
    }
  }
  return lower;
}

/** Logarithm of the determinant of `L Lᵀ`. */
export function logDeterminant(lower: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += 2 * Math.log(lower[i * n + i]!);
  return sum;
}

/** Solves `L z = vector` in place. */
export function solveLower(lower: Float64Array, n: number, vector: Float64Array): void {
  for (let i = 0; i < n; i++) {
    let rest = vector[i]!;
    for (let k = 0; k < i; k++) rest -= lower[i * n + k]! * vector[k]!;
    vector[i] = rest / lower[i * n + i]!;
  }
}

/** Solves `Lᵀ z = vector` in place. */
export function solveUpper(lower: Float64Array, n: number, vector: Float64Array): void {
  for (let i = n - 1; i >= 0; i--) {
    let rest = vector[i]!;
    for (let k = i + 1; k < n; k++) rest -= lower[k * n + i]! * vector[k]!;
    vector[i] = rest / lower[i * n + i]!;
  }
}
