import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { presetNamed } from "alcap/dist/experiment/preset/songbook";
import {
  type CaptionRecord,
  findRecord,
  type RunRecord,
  readCaptions,
  readRecords,
  writeRecord,
} from "alcap/dist/experiment/run/records";
import { compareRuns } from "alcap/dist/experiment/study/compare";
import { resultTable } from "alcap/dist/experiment/study/table";
import { canonical, fingerprint } from "alcap/dist/files/fingerprint";

const folder = mkdtempSync(path.join(tmpdir(), "alcap-records-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const interval = { mean: 0.5, low: 0.4, high: 0.6 };
const record = (id: string): RunRecord => ({
  id,
  preset: "smoke",
  dataset: "songbook-positive",
  method: "alcap",
  seed: 1,
  recipeHash: "abc",
  recipe: {},
  dataHash: "def",
  parameters: 1,
  engine: {},
  curve: { steps: [], evaluations: [] },
  best: { step: 1, score: 1 },
  metrics: Object.fromEntries(["rouge1", "rouge2", "rougeL", "meteor", "theme", "mood"].map((name) => [name, interval])),
  circumstances: { machine: "", trainSeconds: 1, captionSeconds: 1, peakMemoryMiB: 1 },
});
const captions = (scores: readonly number[]): CaptionRecord[] =>
  scores.map((rouge1, i) => ({ song: `s${i}`, reference: "a\u2028b", caption: 'c "quoted"\nline', scores: { rouge1 } }));

test("a record and its captions come back as written, and only for the recipe they belong to", () => {
  writeRecord(folder, record("x.λ0.02"), captions([0.1, 0.2]));
  assert.deepEqual(findRecord(folder, "x.λ0.02", "abc"), record("x.λ0.02"));
  assert.equal(findRecord(folder, "x.λ0.02", "another"), undefined);
  assert.deepEqual(readCaptions(folder, "x.λ0.02"), captions([0.1, 0.2]));
});

test("a record without its captions, or half written, is not read as a run", () => {
  writeFileSync(path.join(folder, "lonely.json"), JSON.stringify(record("lonely")));
  assert.equal(findRecord(folder, "lonely", "abc"), undefined);
  rmSync(path.join(folder, "lonely.json"));
  writeFileSync(path.join(folder, "half.json.123.tmp"), '{"id": "ha');
  assert.deepEqual(
    readRecords(folder).map(({ id }) => id),
    ["x.λ0.02"],
  );
});

test("the table shows percent with intervals", () => {
  assert.match(resultTable([record("x")]), /^ALCAP {3}1 {5}50\.0 \[40\.0, 60\.0\]/m);
});

test("runs are compared song by song: a clear difference is shown, equal runs are not, other songs are refused", () => {
  const low = captions(Array.from({ length: 40 }, (_, i) => 0.2 + (i % 7) / 100));
  const high = captions(Array.from({ length: 40 }, (_, i) => 0.3 + (i % 5) / 100));
  const [better] = compareRuns(high, low, ["rouge1"]);
  assert.equal(better?.verdict, "better");
  assert.ok(better.difference.low > 0.05 && better.corrected < 0.01);
  assert.equal(compareRuns(low, high, ["rouge1"])[0]?.verdict, "worse");
  assert.equal(compareRuns(low, low, ["rouge1"])[0]?.verdict, "not shown");
  assert.throws(() => compareRuns(low, high.slice(1), ["rouge1"]), /different songs/);
  assert.throws(() => compareRuns(low, high, ["mood"]), /no score "mood"/);
});

test("fingerprints do not depend on key order and change with any value", () => {
  assert.equal(canonical({ b: 1, a: [{ d: 2, c: 3 }] }), '{"a":[{"c":3,"d":2}],"b":1}');
  assert.equal(fingerprint({ a: 1, b: 2 }), fingerprint({ b: 2, a: 1 }));
  assert.notEqual(fingerprint({ a: 1 }), fingerprint({ a: 2 }));
});

test("presets are found by name only, not by what every object has", () => {
  assert.equal(presetNamed("quick").methods.length, 3);
  for (const name of ["", "nope", "constructor", "__proto__"]) assert.throws(() => presetNamed(name), /no preset/);
});

test("the alignment reads a state that no music has entered yet", () => {
  for (const name of ["smoke", "quick", "standard"]) {
    const { fusion, alignment } = presetNamed(name).recipe;
    assert.ok(
      fusion.layers.every((layer) => layer >= alignment.layer),
      name,
    );
  }
});
