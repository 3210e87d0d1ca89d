import assert from "node:assert/strict";
import { test } from "node:test";
import type { RunRecord } from "alcap/dist/experiment/run/records";
import { heldAgainst, reproducedText } from "alcap/dist/verify/reproduced";
import { someRecord } from "../experiment/run/some-record";

const written = someRecord();
const circumstances = { ...written.circumstances, machine: "2 cores (Some Processor), 8 GiB, Linux x64, Node 20" };
const record: RunRecord = { ...written, captions: { count: 2, sha256: "1".repeat(64) }, circumstances };
const named = (id: string, one: RunRecord = record): RunRecord => ({ ...one, id });
const elsewhere = { ...circumstances, machine: "8 cores (Another Processor), 8 GiB, Linux x64, Node 20" };

test("records of the same runs are held against each other, and what is equal is counted", () => {
  const made = ["a", "b", "new"].map((id) => named(id, { ...record, circumstances: { ...circumstances, trainSeconds: 9 } }));
  const found = heldAgainst(made, [named("a"), named("b"), named("old")]);
  assert.deepEqual(
    found.map(({ id }) => id),
    ["a", "b"],
  );
  assert.equal(reproducedText(found, "theirs"), "Records: 2 of 2 equal theirs to the last digit, circumstances apart.");
});

test("on the same processor the fields that differ are named", () => {
  const other = { ...record, parameters: 2, best: { step: 2, score: 1 } };
  const text = reproducedText(heldAgainst([named("a"), named("b", other)], [named("a"), named("b")]), "theirs");
  assert.match(text, /^Records: 1 of 2 equal theirs/);
  assert.match(text, /\n {2}b: parameters, best\.step, best\.score$/);
});

test("on another processor it is said how far they are", () => {
  const strayed = {
    ...record,
    circumstances: elsewhere,
    curve: { ...record.curve, losses: { caption: [2, 1.0004] } },
    metrics: { ...record.metrics, mood: { mean: 0.52, low: 0.42, high: 0.62 } },
    captions: { ...record.captions, sha256: "2".repeat(64) },
  };
  const made = [named("a", strayed), named("b", { ...record, circumstances: elsewhere })];
  const text = reproducedText(heldAgainst(made, [named("a"), named("b")]), "theirs");
  assert.match(text, /^Records: 1 of 2 equal theirs/);
  assert.match(text, /2 were recorded on Some Processor and made on Another Processor: 2 within what is allowed/);
  assert.match(text, /losses differ by 4\.0e-4 of themselves at most, means by 0\.020 \(mood\), 1 wrote other captions/);
  const far = { ...strayed, curve: { ...record.curve, losses: { caption: [2, 1.1] } } };
  const wrong = reproducedText(heldAgainst([named("a", far)], [named("a")]), "theirs");
  assert.match(wrong, /0 within what is allowed[\s\S]*\n {2}a: curve\.losses\.caption$/);
});
