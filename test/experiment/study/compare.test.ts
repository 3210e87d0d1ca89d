import assert from "node:assert/strict";
import { test } from "node:test";
import { compareRuns } from "alcap/dist/experiment/study/compare";
import { resultTable, runTable } from "alcap/dist/experiment/study/table";
import { someCaptions, someRecipe, someRecord } from "../run/some-record";

const record = { ...someRecord(), captions: { count: 1, sha256: "0".repeat(64) } };

test("the table of results shows percent with intervals; the table of runs what each run is", () => {
  assert.match(resultTable([record]), /^ALCAP {3}1 {5}50\.0 \[40\.0, 60\.0\]/m);
  const { alignment: _, ...rest } = someRecipe;
  const fusion = { ...record, recipe: { ...rest, method: "bart-fusion" as const }, metrics: {} };
  const [head = "", first = "", second = ""] = runTable([record, fusion]).split("\n");
  assert.match(head, /^run +method +λ +seed +data set +ROUGE-1 .* mood$/);
  assert.match(first, /^songbook-positive\.alcap\.λ0\.02\.s1\.[0-9a-f]{6} +ALCAP +0\.02 +1 +songbook-positive +50\.0/);
  assert.match(second, /BART-fusion +– +1 +songbook-positive +– +–/);
});

test("runs are compared song by song: a clear difference is shown, equal runs are not, other songs are refused", () => {
  const low = someCaptions(Array.from({ length: 40 }, (_, i) => 0.2 + (i % 7) / 100));
  const high = someCaptions(Array.from({ length: 40 }, (_, i) => 0.3 + (i % 5) / 100));
  const [better] = compareRuns(high, low, ["rouge1"]);
  assert.equal(better?.verdict, "better");
  assert.ok(better.difference.low > 0.05 && better.corrected < 0.01);
  assert.equal(compareRuns(low, high, ["rouge1"])[0]?.verdict, "worse");
  assert.equal(compareRuns(low, low, ["rouge1"])[0]?.verdict, "not shown");
  assert.throws(() => compareRuns(low, high.slice(1), ["rouge1"]), /different songs/);
  assert.throws(() => compareRuns(low, high, ["mood"]), /no score "mood"/);
});
