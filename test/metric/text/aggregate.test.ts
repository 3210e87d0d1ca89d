import assert from "node:assert/strict";
import { test } from "node:test";
import { bootstrapAggregate } from "alcap/dist/metric/text/aggregate";
import { rouge } from "alcap/dist/metric/text/rouge";
import { readFixture } from "../fixtures";

type Row = readonly [precision: number, recall: number, f1: number];
interface AggregateFixture {
  readonly aggregates: readonly {
    readonly seed: number;
    readonly rouge1: readonly Row[];
    readonly rouge2: readonly Row[];
    readonly rougeL: readonly Row[];
  }[];
}
interface Pairs {
  readonly pairs: readonly { readonly prediction: string; readonly reference: string }[];
}

test("low, mid and high equal HuggingFace's for NumPy's seeds", () => {
  const scores = readFixture<Pairs>("metrics.json").pairs.map((pair) => rouge(pair.prediction, pair.reference));
  for (const expected of readFixture<AggregateFixture>("aggregate.json").aggregates) {
    const found = bootstrapAggregate(scores, { seed: expected.seed });
    for (const measure of ["rouge1", "rouge2", "rougeL"] as const) {
      (["low", "mid", "high"] as const).forEach((bound, i) => {
        (["precision", "recall", "f1"] as const).forEach((part, j) => {
          const difference = Math.abs(found[measure][bound][part] - expected[measure][i]![j]!);
          assert.ok(difference < 1e-12, `${measure} ${bound} ${part} of seed ${expected.seed} is off by ${difference}`);
        });
      });
    }
  }
});
