import assert from "node:assert/strict";
import { test } from "node:test";
import { captionBatch } from "alcap/dist/data/text/batch";
import { compile, type Values } from "alcap/dist/engine";
import { type Batch, captionerParams, objective } from "alcap/dist/model/alcap";
import type { Captioner } from "alcap/dist/model/captioner";
import type { Params } from "alcap/dist/model/params";
import { tinyBatch, tinyCaptioner, tinyExamples, tinyParams } from "./tiny";

async function lossesOf(captioner: Captioner, batch: Values<Batch>, params = tinyParams(captioner)) {
  const run = compile((p: Params, b: Batch) => objective(p, captioner, b));
  const { caption, alignment } = await run(params, batch);
  await run.release();
  return { caption: caption.data[0] ?? Number.NaN, alignment: alignment.data[0] ?? Number.NaN };
}

test("words aligned with another song's music change the alignment loss and no bit of the caption loss", async () => {
  const captioner = tinyCaptioner();
  const examples = tinyExamples(captioner, 4);
  const paired = (shift: number) =>
    captionBatch(
      examples.map((one, i) => ({ ...one, pairedMusic: (examples[(i + shift) % 4] ?? one).music })),
      { lyricsTokens: 9, captionTokens: 7 },
    ) as Values<Batch>;
  const plain = await lossesOf(captioner, tinyBatch(captioner, 4));
  const others = await lossesOf(captioner, paired(1));
  assert.equal(others.caption, plain.caption);
  assert.notEqual(others.alignment, plain.alignment);
  assert.deepEqual(await lossesOf(captioner, paired(0)), plain);
});

test("BART with the fusion's LayerNorm has two parameters more, which change what it computes", async () => {
  const bart = tinyCaptioner({}, "bart");
  const control: Captioner = { ...bart, layerNorm: true };
  const own = Object.keys(captionerParams(bart));
  const more = Object.keys(captionerParams(control)).filter((name) => !own.includes(name));
  assert.deepEqual(more, ["model.encoder.final_layer_norm.weight", "model.encoder.final_layer_norm.bias"]);
  assert.equal(Object.keys(captionerParams(control)).length, own.length + 2);
  const batch = tinyBatch(bart, 3);
  const fresh = tinyParams(control);
  const gain = fresh["model.encoder.final_layer_norm.weight"] ?? assert.fail();
  const params = { ...fresh, "model.encoder.final_layer_norm.weight": { ...gain, data: gain.data.map((x) => 2 * x) } };
  const plain = Object.fromEntries(Object.entries(params).filter(([name]) => own.includes(name)));
  const [without, withNorm] = [await lossesOf(bart, batch, plain), await lossesOf(control, batch, params)];
  assert.ok(Math.abs(withNorm.caption - without.caption) > 1e-4, `${withNorm.caption}`);
  const fused = tinyCaptioner({}, "alcap");
  assert.deepEqual(captionerParams({ ...fused, layerNorm: true }), captionerParams(fused));
});
