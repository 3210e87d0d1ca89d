import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { loadWeights } from "alcap/dist/model/weights";
import { type DecodingParity, decodingParity, parseDecodingFixture } from "alcap/dist/verify/decoding";
import { fixture, sharedFile } from "../shared";

const part = { json: fixture("model", "beam-tiny.json"), weights: fixture("model", "beam-tiny.safetensors") };
const whole = sharedFile("reference", "beam-tiny.json");
const read = (file: string) => parseDecodingFixture(JSON.parse(readFileSync(file, "utf8")));
const weights = async () => (await loadWeights(part.weights)).tensors;

function equal({ cases, different, largestScoreError, largestProbabilityError }: DecodingParity): void {
  for (const { settings, differs } of cases) assert.equal(differs, null, JSON.stringify(settings));
  assert.equal(different, 0);
  assert.ok(largestScoreError < 1e-5, `scores: ${largestScoreError}`);
  assert.ok(largestProbabilityError < 1e-5, `probabilities: ${largestProbabilityError}`);
}

test("searches, warped probabilities and beam sampling equal HuggingFace's: every pair of settings", async () => {
  const parity = await decodingParity(read(part.json), await weights());
  assert.equal(parity.cases.length, 31);
  equal(parity);
});

test("all 369 cases of the whole fixture", { skip: whole.skip }, async () => {
  const parity = await decodingParity(read(whole.file), await weights());
  assert.equal(parity.cases.length, 369);
  equal(parity);
});

test("a difference is found where it is: in a sequence, in a warped row, in what a sampling step keeps", async () => {
  const { cases, topP, beamSample, ...rest } = read(part.json);
  const [search, warping, sample] = [cases[0], topP[0], beamSample[0]];
  assert.ok(search && warping && sample);
  const sequences = search.sequences.map((ids, row) => (row === 1 ? ids.with(4, 119) : ids));
  const probabilities = warping.probabilities.map((row, at) => (at === 3 ? [...row].reverse() : row));
  const steps = sample.steps.map((step, at) => (at === 2 ? { ...step, kept: step.kept.with(0, 7) } : step));
  const changed = { ...rest, cases: [{ ...search, sequences }], topP: [{ ...warping, probabilities }] };
  const parity = await decodingParity({ ...changed, beamSample: [{ ...sample, steps }] }, await weights());
  const places = parity.cases.map(({ differs }) => differs);
  assert.deepEqual(places, [
    { row: 1, step: 3 },
    { row: 3, step: 0 },
    { row: 0, step: 2 },
  ]);
  assert.deepEqual([parity.equal, parity.different], [0, 3]);
});

test("a malformed fixture is refused by field", () => {
  const { cases: _, ...rest } = read(part.json);
  assert.throws(() => parseDecodingFixture(rest), /malformed at cases/);
});
