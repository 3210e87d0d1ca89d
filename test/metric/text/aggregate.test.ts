import assert from "node:assert/strict";
import { test } from "node:test";
import { mersenneTwister } from "alcap/dist/metric/mersenne-twister";
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

test("the generator is MT19937 as NumPy seeds it", () => {
  const words = mersenneTwister(5489);
  let last = 0;
  for (let i = 0; i < 10_000; i++) last = words();
  assert.equal(last, 4123659995); // the standard's value for std::mt19937
});

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
