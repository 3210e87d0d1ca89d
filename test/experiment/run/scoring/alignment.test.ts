import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { captionBatch, shuffled } from "alcap/dist/data/text/batch";
import { scalar, type Values, value } from "alcap/dist/engine";
import { examplesOf } from "alcap/dist/experiment/dataset/examples";
import { presetNamed } from "alcap/dist/experiment/preset/songbook";
import { captionerOf } from "alcap/dist/experiment/run/run";
import { ALIGNMENT_ORDER, heldOutAlignment } from "alcap/dist/experiment/run/scoring/alignment";
import { prepareMaterial } from "alcap/dist/experiment/run/songbook-material";
import { readAlignments, writeAlignments } from "alcap/dist/experiment/study/alignments";
import type { Batch } from "alcap/dist/model/alcap";
import type { ParamValues } from "alcap/dist/model/params";
import { captionerStep, freshTraining } from "alcap/dist/train/step";
import { smokeHome } from "../../sweep/smoke-home";

test("held-out InfoNCE is the alignment loss of a training step on the same batches", { timeout: 240_000 }, async () => {
  process.env.ALCAP_THREADS = "1";
  const home = await smokeHome();
  process.env.ALCAP_HOME = home;
  const smoke = presetNamed("smoke");
  const preset = { ...smoke, captioning: { ...smoke.captioning, batch: 4 } };
  const material = await prepareMaterial(preset);
  const captioner = captionerOf(material, "alcap");
  const { optimiser } = preset.captioning;
  const fresh = () => freshTraining(captioner, optimiser, 5, material.start.params);
  const found = await heldOutAlignment(material, "alcap", fresh().params as ParamValues);
  const examples = examplesOf(material, material.corpus.rows.test);
  const order = shuffled(8, ALIGNMENT_ORDER);
  const step = captionerStep(captioner, { dropout: 0, optimiser });
  const losses: number[] = [];
  for (const rows of [order.subarray(0, 4), order.subarray(4)]) {
    const batch = captionBatch(
      Array.from(rows, (row) => examples.of(row)),
      preset,
    );
    const tick = { step: scalar(1), learningRate: scalar(0), key: value(Int32Array.of(1, 2), [2]) };
    const { losses: parts } = await step(fresh(), batch as Values<Batch>, tick);
    losses.push(parts.alignment.data[0] ?? Number.NaN);
  }
  await step.release();
  const [a = 0, b = 0] = losses;
  assert.ok(found);
  assert.ok(Math.abs(found.mean - (a + b) / 2) < 1e-6, `${found.mean} and ${losses.join(", ")}`);
  assert.ok(Math.abs(found.error - Math.abs(a - b) / 2) < 1e-6, "two values: half their distance");
  assert.deepEqual([found.batches, found.batch, found.lnN], [2, 4, Math.log(4)]);
  assert.equal(
    await heldOutAlignment(material, "bart-fusion", {}),
    undefined,
    "without a map between the widths there are no codes",
  );
  const many = { ...material, preset: { ...preset, captioning: { ...preset.captioning, batch: 9 } } };
  assert.equal(await heldOutAlignment(many, "alcap", {}), undefined, "eight rows fill no batch of nine");

  const results = path.join(home, "results/smoke");
  assert.deepEqual(readAlignments(results), {});
  writeAlignments(results, { b: found });
  const alone = { mean: 2, error: Number.NaN, batches: 1, batch: 4, lnN: Math.log(4) };
  const file = writeAlignments(results, { a: alone });
  assert.deepEqual(readAlignments(results), { a: alone, b: found });
  assert.deepEqual(Object.keys(JSON.parse(readFileSync(file, "utf8")).runs), ["a", "b"]);
  writeFileSync(file, '{"runs": {}}');
  assert.throws(() => readAlignments(results), { code: "record", message: /alignment\.json is not as/ });
  rmSync(home, { recursive: true, force: true });
});
