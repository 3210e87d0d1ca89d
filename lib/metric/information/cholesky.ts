import { CholeskyDecomposition, type Matrix } from "ml-matrix";
import { AlcapError } from "../../errors";

/**
 * The Cholesky decomposition of a symmetric matrix.
 *
 * @throws AlcapError `input` when it is not positive definite
 */
export function cholesky(matrix: Matrix): CholeskyDecomposition {
  const decomposition = new CholeskyDecomposition(matrix);
  if (decomposition.isPositiveDefinite()) return decomposition;
  throw new AlcapError(
    "input",
    "A covariance is not positive definite.",
    "Use more samples than dimensions, or add a little to its diagonal.",
  );
}

/** Logarithm of the determinant of what was decomposed. */
export function logDeterminant({ lowerTriangularMatrix }: CholeskyDecomposition): number {
  return lowerTriangularMatrix.diagonal().reduce((sum, entry) => sum + 2 * Math.log(entry), 0);
}
