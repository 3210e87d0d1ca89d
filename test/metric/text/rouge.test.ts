import assert from "node:assert/strict";
import { test } from "node:test";
import { rouge, rougeOfTokens } from "alcap/dist/metric/text/rouge";
import fc from "fast-check";

/** Longest common subsequence by the textbook table. */
function slowLength(a: readonly string[], b: readonly string[]): number {
  const table = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      table[i]![j] = a[i - 1] === b[j - 1] ? table[i - 1]![j - 1]! + 1 : Math.max(table[i - 1]![j]!, table[i]![j - 1]!);
    }
  }
  return table[a.length]![b.length]!;
}

test("worked by hand: the cat sat on the mat", () => {
  const scores = rouge("the cat sat on the mat", "on the mat sat the cat");
  assert.deepEqual(scores.rouge1, { precision: 1, recall: 1, f1: 1 });
  assert.equal(scores.rouge2.recall, 3 / 5);
  assert.equal(scores.rougeL.recall, 3 / 6);
});

test("ROUGE-L finds the longest common subsequence of texts of any length", () => {
  const text = (max: number) => fc.array(fc.constantFrom("a", "b", "c", "d", "e"), { minLength: 1, maxLength: max });
  fc.assert(
    fc.property(text(140), text(140), (prediction, reference) => {
      const { rougeL } = rougeOfTokens(prediction, reference);
      assert.equal(rougeL.recall, slowLength(prediction, reference) / reference.length);
    }),
    { seed: 5, numRuns: 300 },
  );
});

test("swapping prediction and reference swaps precision and recall", () => {
  fc.assert(
    fc.property(fc.lorem({ maxCount: 40 }), fc.lorem({ maxCount: 40 }), (a, b) => {
      for (const measure of ["rouge1", "rouge2", "rougeL"] as const) {
        const there = rouge(a, b, { stem: true })[measure];
        const back = rouge(b, a, { stem: true })[measure];
        assert.equal(there.precision, back.recall);
        assert.equal(there.f1, back.f1);
      }
    }),
    { seed: 5 },
  );
});

test("stemming joins word forms of more than three letters only", () => {
  assert.equal(rouge("guitars", "guitar", { stem: true }).rouge1.f1, 1);
  assert.equal(rouge("guitars", "guitar").rouge1.f1, 0);
  assert.equal(rouge("was", "wa", { stem: true }).rouge1.f1, 0);
});

test("texts without words score zero", () => {
  for (const [prediction, reference] of [
    ["", ""],
    ["...", "!!!"],
    ["歌", "歌"],
    ["the", ""],
  ] as const) {
    assert.deepEqual(rouge(prediction, reference).rougeL, { precision: 0, recall: 0, f1: 0 });
  }
});
