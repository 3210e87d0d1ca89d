import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import {
  curveColumns,
  findRecord,
  readCaptions,
  readRecord,
  readRecords,
  recordIds,
  writeRecord,
} from "alcap/dist/experiment/run/records";
import { canonical, fingerprint } from "alcap/dist/files/fingerprint";
import { gzipSync } from "fflate";
import { someCaptions, someRecipe, someRecord } from "./some-record";

const folder = mkdtempSync(path.join(tmpdir(), "alcap-records-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const captions = someCaptions([0.1, 0.2]);
const written = writeRecord(folder, someRecord(), captions);
const file = path.join(folder, `${written.id}.json`);
const captionsFile = path.join(folder, `${written.id}.captions.jsonl.gz`);

test("a record and its captions come back as written, and only for the recipe they belong to", () => {
  assert.deepEqual(findRecord(folder, someRecipe), written);
  assert.deepEqual({ ...written, captions: undefined }, { ...someRecord(), captions: undefined });
  assert.equal(findRecord(folder, { ...someRecipe, seed: 2 }), undefined);
  assert.deepEqual(readCaptions(folder, written), captions);
  assert.equal(written.captions.count, 2);
});

test("written again, a record and its packed captions have the same bytes; numbers stand in lines", () => {
  const before = [readFileSync(file), readFileSync(captionsFile)];
  writeRecord(folder, someRecord(), captions);
  assert.deepEqual([readFileSync(file), readFileSync(captionsFile)], before);
  assert.match(before[0]?.toString() ?? "", /"step": \[1,2\]/);
});

test("another recipe never overwrites a record, even where the id is the same", () => {
  const before = readFileSync(file);
  const other = writeRecord(folder, someRecord({ ...someRecipe, training: { ...someRecipe.training, epochs: 2 } }), captions);
  assert.notEqual(other.id, written.id);
  const stolen = { ...someRecord(), recipeHash: `${written.recipeHash.slice(0, 6)}ffffff` };
  assert.throws(() => writeRecord(folder, stolen, captions), { code: "record", message: /another recipe/ });
  assert.deepEqual(readFileSync(file), before);
  rmSync(path.join(folder, `${other.id}.json`));
});

test("a record without its captions, or half written, is not read as a run", () => {
  writeFileSync(path.join(folder, "half.json.123.tmp"), '{"id": "ha');
  assert.deepEqual(readRecords(folder), [written]);
  assert.deepEqual(recordIds(path.join(folder, "nowhere")), []);
  const lonely = writeRecord(folder, someRecord({ ...someRecipe, seed: 9 }), captions);
  rmSync(path.join(folder, `${lonely.id}.captions.jsonl.gz`));
  assert.throws(() => readRecord(folder, lonely.id), { code: "record", message: /captions\.jsonl\.gz is missing/ });
  rmSync(path.join(folder, `${lonely.id}.json`));
});

test("a record that is not as its schema has it is refused with the field named", () => {
  const json = () => JSON.parse(readFileSync(file, "utf8")) as Record<string, Record<string, unknown>>;
  const good = readFileSync(file);
  const cases: [(record: ReturnType<typeof json>) => object, RegExp][] = [
    [(r) => ({ ...r, form: 1 }), /: form: /],
    [({ form: _, ...r }) => r, /: form: /],
    [(r) => ({ ...r, metrics: { ...r.metrics, rouge1: { mean: "0.5", low: 0, high: 1 } } }), /metrics\.rouge1\.mean: /],
    [(r) => ({ ...r, captions: { ...r.captions, count: 0 } }), /captions\.count: /],
    [(r) => ({ ...r, recipe: { ...r.recipe, method: "gpt" } }), /recipe\.method: /],
    [(r) => ({ ...r, recipe: { ...r.recipe, seed: 3 } }), /another recipe than it holds/],
    [(r) => ({ ...r, curve: { ...r.curve, losses: { caption: [1] } } }), /curve\.losses: /],
    [(r) => ({ ...r, mood: 1 }), /"mood"/],
  ];
  for (const [change, message] of cases) {
    writeFileSync(file, JSON.stringify(change(json())));
    assert.throws(() => readRecord(folder, written.id), { name: "AlcapError", code: "record", message });
    writeFileSync(file, good);
  }
  writeFileSync(file, "{");
  assert.throws(() => readRecord(folder, written.id), { code: "record", message: /not valid JSON/ });
  writeFileSync(file, good);
});

test("captions that are empty, cut, changed or not packed are refused", () => {
  const good = readFileSync(captionsFile);
  const lines = captions.map((caption) => `${JSON.stringify(caption)}\n`);
  const changed = lines.join("").replace("quoted", "Quoted");
  for (const text of ["", lines[0] ?? "", changed]) {
    writeFileSync(captionsFile, gzipSync(new TextEncoder().encode(text)));
    assert.throws(() => readCaptions(folder, written), { code: "record", message: /does not hold the 2 captions/ });
  }
  writeFileSync(captionsFile, lines.join(""));
  assert.throws(() => readCaptions(folder, written), { code: "record", message: /cannot be read and unpacked/ });
  writeFileSync(captionsFile, good);
  assert.throws(() => writeRecord(folder, someRecord({ ...someRecipe, seed: 5 }), []), { message: /captions\.count/ });
});

test("a curve of a quarter million steps stays below 25 KB, with the means of its stretches", () => {
  const losses = (step: number) => ({ loss: 2 + step / 3e5, caption: 1 + step / 7e5, alignment: 3.123456789 });
  const steps = Array.from({ length: 250_000 }, (_, i) => ({ step: i + 1, losses: losses(i + 1) }));
  const curve = curveColumns({ steps, evaluations: [{ step: 250_000, score: 0.1234567891 }] });
  const { id } = writeRecord(folder, { ...someRecord({ ...someRecipe, seed: 7 }), curve }, captions);
  assert.ok(statSync(path.join(folder, `${id}.json`)).size <= 25_000);
  assert.equal(curve.step.at(-1), 250_000);
  const [first = 0] = curve.step;
  assert.equal(curve.losses.caption?.[0], Number((1 + (first + 1) / 2 / 7e5).toPrecision(5)));
  assert.deepEqual(curveColumns({ steps: steps.slice(0, 3), evaluations: [] }).step, [1, 2, 3]);
});

test("fingerprints do not depend on key order and change with any value", () => {
  assert.equal(canonical({ b: 1, a: [{ d: 2, c: 3 }] }), '{"a":[{"c":3,"d":2}],"b":1}');
  assert.equal(fingerprint({ a: 1, b: 2 }), fingerprint({ b: 2, a: 1 }));
  assert.notEqual(fingerprint({ a: 1 }), fingerprint({ a: 2 }));
});
