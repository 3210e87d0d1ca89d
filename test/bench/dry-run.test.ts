import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import { countParameters, dryRun, estimateMemory, stepFlops } from "alcap/dist/bench/dry-run";
import { paperCaptioner, paperPreset } from "alcap/dist/experiment/preset/paper";
import { paperCorpora } from "alcap/dist/paper";
import { huggingFaceAdafactor } from "alcap/dist/recipe";
import { midSizes } from "./mid-sizes";

const captioner = paperCaptioner(paperPreset());
const sizes = {
  captioner,
  optimiser: huggingFaceAdafactor,
  batch: 26,
  microBatch: 26,
  lyricsTokens: 512,
  captionTokens: 512,
  musicPositions: 119,
  vocabularyRows: Number.POSITIVE_INFINITY,
};

test("the paper's preset is BART-base: 139,420,416 parameters and what fusion and alignment add", () => {
  const { text, fusion, alignment, all } = countParameters(captioner);
  assert.equal(text, 139_420_416);
  // two maps 256 → 768, one 768 → 768, packed q, k, v, out projection, LayerNorm
  assert.equal(fusion, 2 * (256 * 768 + 768) + (768 * 768 + 768) + 3 * (768 * 768 + 768) + (768 * 768 + 768) + 2 * 768);
  assert.equal(alignment, 768 * 256 + 256);
  assert.equal(all, text + fusion + alignment);
});

test("chunks and micro-batches save what they are for, and a step's work is that of its rows", () => {
  const whole = estimateMemory(sizes);
  const scores = 26 * 512 * 50_265 * 4;
  assert.ok(whole.vocabulary >= scores);
  assert.ok(estimateMemory({ ...sizes, vocabularyRows: 512 }).vocabulary < whole.vocabulary / 10);
  assert.equal(estimateMemory({ ...sizes, microBatch: 2 }).activations, whole.activations / 13);
  assert.equal(stepFlops({ ...sizes, batch: 52, microBatch: 52 }), 2 * stepFlops(sizes));
  assert.ok(stepFlops({ ...sizes, microBatch: 2 }) > stepFlops(sizes));
  // three times two operations for each weight and token is the rule of thumb; attention adds some
  const tokens = 26 * 512;
  const thumb = 6 * tokens * 139e6;
  assert.ok(stepFlops(sizes) > 0.9 * thumb && stepFlops(sizes) < 1.5 * thumb);
});

for (const update of ["by-parameter", "whole"] as const)
  test(`the memory that is counted is near the peak of a step, ${update}`, { skip: process.platform !== "linux" }, () => {
    const script = path.join(__dirname, "step-memory.js");
    const measured = Number(execFileSync(process.execPath, [script, update], { encoding: "utf8" }));
    const ratio = estimateMemory(midSizes(update)).all / measured;
    assert.ok(ratio > 0.6 && ratio < 1.4, `${ratio} of ${measured} bytes`);
  });

test("a dry run counts the paper's steps and takes the paper's hours for its own device", () => {
  const rows = paperCorpora["ncm-review"].sizes.train;
  const run = dryRun(paperPreset("released"), { name: "ncm-review", rows }, 1e11);
  assert.equal(run.steps, 20 * Math.floor(15_547 / 26));
  assert.ok(Math.abs((run.times.find(({ device }) => device.startsWith("A100"))?.hours ?? 0) - 3) < 1e-9);
  const [cpu] = run.times;
  assert.ok(Math.abs((cpu?.hours ?? 0) - (run.steps * run.flopsPerStep) / 0.5e11 / 3600) < 1e-6);
  const own = dryRun(paperPreset("paper", { epochs: 2 }), { name: "songbook-full", rows: 2600 }, 1e11);
  assert.equal(own.steps, 200);
  assert.ok(!own.times.some(({ device }) => device.startsWith("A100")), "the paper did not time this corpus");
});
