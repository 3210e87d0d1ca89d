import { AlcapError } from "../errors";

/**
 * Area under the ROC curve: the chance that a positive scores higher than a negative, ties counting half.
 * NaN where all labels are equal.
 *
 * @throws AlcapError `input` when a score is not a number, which has no rank
 */
export function rocAuc(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  checkScores(scores);
  const order = Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
  let positives = 0;
  let rankSum = 0;
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && scores[order[end]!] === scores[order[start]!]) end++;
    const rank = (start + end + 1) / 2; // mean 1-based rank of the tied scores
    for (let i = start; i < end; i++) {
      if (labels[order[i]!]! > 0.5) {
        positives++;
        rankSum += rank;
      }
    }
    start = end;
  }
  const negatives = order.length - positives;
  return positives === 0 || negatives === 0
    ? Number.NaN
    : (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/**
 * Average precision, the step-wise area under the precision-recall curve: `Σ (Rₙ − Rₙ₋₁) Pₙ` over the distinct scores from
 * high to low, as scikit-learn's `average_precision_score` (Pedregosa et al. 2011), so equal scores are one threshold.
 * Chance is the share of positives. NaN where there are none.
 *
 * @throws AlcapError `input` when a score is not a number, which has no rank
 */
export function averagePrecision(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  checkScores(scores);
  const order = Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
  let hits = 0;
  let area = 0;
  for (let start = 0; start < order.length; ) {
    const before = hits;
    let end = start;
    for (; end < order.length && scores[order[end]!] === scores[order[start]!]; end++) if (labels[order[end]!]! > 0.5) hits++;
    area += (hits - before) * (hits / end);
    start = end;
  }
  return hits === 0 ? Number.NaN : area / hits;
}

function checkScores(scores: ArrayLike<number>): void {
  for (let i = 0; i < scores.length; i++)
    if (Number.isNaN(scores[i]))
      throw new AlcapError(
        "input",
        `Score ${i + 1} of ${scores.length} is not a number.`,
        "Look for what made it NaN; a score must have a rank.",
      );
}

/**
 * Mean of `rocAuc` over the columns of row-major `[rows, columns]` scores and labels; columns with one class only are left out.
 *
 * @throws AlcapError `input` when a score is not a number
 */
export function macroAuc(scores: ArrayLike<number>, labels: ArrayLike<number>, columns: number): number {
  const areas = Array.from({ length: columns }, (_, column) =>
    rocAuc(columnOf(scores, column, columns), columnOf(labels, column, columns)),
  );
  return meanKnown(areas);
}

/** One column of a row-major matrix. */
const columnOf = (matrix: ArrayLike<number>, column: number, columns: number): number[] =>
  Array.from({ length: matrix.length / columns }, (_, row) => matrix[row * columns + column]!);

/** Mean of the numbers that are not NaN; NaN where none is. */
export function meanKnown(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.length ? known.reduce((a, b) => a + b, 0) / known.length : Number.NaN;
}
