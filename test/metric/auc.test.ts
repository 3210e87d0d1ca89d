import assert from "node:assert/strict";
import { test } from "node:test";
import { averagePrecision, macroAuc, rocAuc } from "alcap/dist/metric/auc";

test("ROC-AUC by hand: perfect, reversed, ties, and one class only", () => {
  assert.equal(rocAuc([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1]), 1);
  assert.equal(rocAuc([0.9, 0.8, 0.2, 0.1], [0, 0, 1, 1]), 0);
  assert.equal(rocAuc([0.5, 0.5, 0.5], [0, 1, 0]), 0.5);
  assert.equal(rocAuc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]), 0.75); // one of four pairs is in the wrong order
  assert.ok(Number.isNaN(rocAuc([0.1, 0.2], [1, 1])));
});

test("ROC-AUC equals the share of pairs in the right order, ties half", () => {
  const scores = Array.from({ length: 60 }, (_, i) => (i * 37) % 11);
  const labels = Array.from({ length: 60 }, (_, i) => ((i * 7) % 3 === 0 ? 1 : 0));
  let right = 0;
  let pairs = 0;
  for (let i = 0; i < 60; i++) {
    for (let j = 0; j < 60; j++) {
      if (labels[i] !== 1 || labels[j] !== 0) continue;
      pairs++;
      right += scores[i]! > scores[j]! ? 1 : scores[i] === scores[j] ? 0.5 : 0;
    }
  }
  assert.ok(Math.abs(rocAuc(scores, labels) - right / pairs) < 1e-12);
});

test("the macro mean leaves out columns with one class", () => {
  assert.equal(macroAuc(Float32Array.of(0.9, 0.3, 0.1, 0.7), Float32Array.of(1, 1, 0, 1), 2), 1);
});

test("a score that is not a number is refused: it has no rank, and once made the count go round for ever", () => {
  const scores = [0.2, Number.NaN, 0.7];
  for (const area of [
    () => rocAuc(scores, [0, 1, 1]),
    () => averagePrecision(scores, [0, 1, 1]),
    () => macroAuc(scores, [0, 1, 1], 1),
  ])
    assert.throws(area, { code: "input", message: /Score 2 of 3 is not a number/ });
});

test("average precision by hand, as scikit-learn: perfect, reversed, ties as one threshold, no positives", () => {
  assert.equal(averagePrecision([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]), 0.5 * 1 + 0.5 * (2 / 3)); // scikit-learn's own example
  assert.equal(averagePrecision([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1]), 1);
  assert.equal(averagePrecision([0.9, 0.8, 0.2, 0.1], [0, 0, 1, 1]), 0.5 * (1 / 3) + 0.5 * (2 / 4));
  assert.equal(averagePrecision([0.5, 0.5, 0.5, 0.5], [0, 1, 0, 0]), 0.25);
  assert.ok(Number.isNaN(averagePrecision([0.1, 0.2], [0, 0])));
});

test("average precision does not depend on the order of the rows nor on a rising change of the scores", () => {
  const scores = Array.from({ length: 40 }, (_, i) => (i * 17) % 9);
  const labels = Array.from({ length: 40 }, (_, i) => ((i * i) % 7 < 2 ? 1 : 0));
  const area = averagePrecision(scores, labels);
  assert.ok(area > 0 && area < 1);
  assert.ok(Math.abs(averagePrecision(scores.toReversed(), labels.toReversed()) - area) < 1e-12);
  assert.ok(
    Math.abs(
      averagePrecision(
        scores.map((x) => x ** 3 - 5),
        labels,
      ) - area,
    ) < 1e-12,
  );
});
