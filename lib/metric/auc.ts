/**
 * Area under the ROC curve: the chance that a positive scores higher than a negative, ties counting half.
 * NaN where all labels are equal.
 */
export function rocAuc(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
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

/** Mean of `rocAuc` over the columns of row-major `[rows, columns]` scores and labels; columns with one class only are left out. */
export function macroAuc(scores: Float32Array, labels: Float32Array, columns: number): number {
  const rows = scores.length / columns;
  const areas: number[] = [];
  for (let column = 0; column < columns; column++) {
    const pick = (all: Float32Array) => Array.from({ length: rows }, (_, row) => all[row * columns + column]!);
    const area = rocAuc(pick(scores), pick(labels));
    if (!Number.isNaN(area)) areas.push(area);
  }
  return areas.length ? areas.reduce((a, b) => a + b, 0) / areas.length : Number.NaN;
}
