import assert from "node:assert/strict";
import { test } from "node:test";
import { packBatch } from "alcap/dist/data/text/pack";
import { compile, value, valueAndGradAux } from "alcap/dist/engine";
import { objective, type PackedBatch } from "alcap/dist/model/alcap";
import type { Params } from "alcap/dist/model/params";
import { tinyBatch, tinyCaptioner, tinyParams } from "./tiny";

/** A captioner whose recipe lets padding take part in nothing. */
function withoutPadding() {
  const captioner = tinyCaptioner();
  const { recipe } = captioner;
  return {
    ...captioner,
    recipe: {
      ...recipe,
      alignment: { ...recipe.alignment, pooling: "without-padding" as const, weight: 0.5 },
      caption: { ...recipe.caption, labelPadding: "ignored" as const },
    },
  };
}

test("a packed batch gives the losses and gradients of the padded one", async () => {
  const captioner = withoutPadding();
  const params = tinyParams(captioner);
  const run = compile((p: Params, batch: PackedBatch) => valueAndGradAux((q: Params) => objective(q, captioner, batch), p));
  const batch = tinyBatch(captioner, 5);
  const whole = await run(params, batch);
  for (const packing of [
    { lyrics: true, captions: true },
    { lyrics: true, captions: false },
    { lyrics: false, captions: true },
  ]) {
    const packed = packBatch(batch, packing);
    const { grads, ...losses } = await run(params, packed);
    for (const [name, loss] of Object.entries(losses)) {
      const other = whole[name as keyof typeof losses].data[0] ?? Number.NaN;
      assert.ok(Math.abs((loss.data[0] ?? Number.NaN) - other) <= 1e-6 * Math.abs(other), name);
    }
    const norms = Object.fromEntries(
      Object.entries(whole.grads).map(([name, { data }]) => [
        name,
        Math.sqrt((data as Float32Array).reduce((sum, x) => sum + x * x, 0)),
      ]),
    );
    const largest = Math.max(...Object.values(norms));
    for (const [name, { data }] of Object.entries(grads)) {
      const reference = whole.grads[name]?.data as Float32Array;
      const off = Math.sqrt((data as Float32Array).reduce((sum, x, i) => sum + (x - (reference[i] ?? 0)) ** 2, 0));
      assert.ok(off <= 1e-5 * Math.max(norms[name] ?? 0, 1e-3 * largest), `${name}: ${off} of ${norms[name]}`);
    }
  }
  await run.release();
});

test("few long rows are packed to at most an eighth more than they need, in few sizes", () => {
  const sizes = new Set<number>();
  for (let length = 10; length < 475; length += 7) {
    const mask = value(
      Float32Array.from({ length: 2 * 512 }, (_, i) => (i % 512 < length ? 1 : 0)),
      [2, 512],
    );
    const ids = value(new Int32Array(2 * 512), [2, 512]);
    const { labels } = packBatch(
      { lyrics: ids, lyricsMask: mask, captionInput: ids, labels: ids, labelMask: mask, music: mask, distinct: mask },
      { lyrics: false, captions: true },
    );
    const [size = 0] = labels.shape;
    sizes.add(size);
    assert.ok(size > 2 * length && size <= 1.125 * (2 * length + 1) + 1, `${2 * length} tokens: ${size}`);
  }
  assert.ok(sizes.size <= 8 * 6, `${sizes.size} sizes`);
});
