import assert from "node:assert/strict";
import { test } from "node:test";
import { compile, valueAndGradAux } from "alcap/dist/engine";
import { type Batch, objective } from "alcap/dist/model/alcap";
import type { Captioner } from "alcap/dist/model/captioner";
import type { Params } from "alcap/dist/model/params";
import { type Fusion, releasedRecipe } from "alcap/dist/recipe";
import { tinyBatch, tinyCaptioner, tinyParams, torchReference, withoutTorch } from "./tiny";

type Recipe = Captioner["recipe"];
const alignment = (changes: Partial<Recipe["alignment"]>): Partial<Recipe> => ({
  alignment: { ...releasedRecipe.alignment, ...changes },
});
const fusion = (changes: Partial<Fusion>): Partial<Recipe> => ({ fusion: { ...releasedRecipe.fusion, ...changes } });

/** Recipes that each take another branch; λ = 0.5 so that the alignment's gradient is seen. */
const variants: Readonly<Record<string, Partial<Recipe>>> = {
  released: alignment({ weight: 0.5 }),
  "dot product, lyrics ask, pads left out": alignment({
    weight: 0.5,
    similarity: "dot",
    temperature: 1,
    direction: "lyrics-to-music",
    pooling: "without-padding",
  }),
  "symmetric, class vectors, state 0": alignment({ weight: 0.5, direction: "symmetric", aggregation: "cls", layer: 0 }),
  "positive pairs": alignment({ weight: 0.5, loss: "positive-pair" }),
  "forget gate, two fusion heads, full residual": fusion({ forgetGate: "sigmoid", heads: 2, residual: 1 }),
  "label padding ignored": { caption: { labelPadding: "ignored" } },
};

async function compare(captioner: Captioner): Promise<void> {
  const params = tinyParams(captioner);
  const batch = tinyBatch(captioner, 5);
  const expected = torchReference(captioner, params, batch);
  const run = compile((p: Params, b: Batch) => valueAndGradAux((q: Params) => objective(q, captioner, b), p));
  const { grads, ...losses } = await run(params, batch);
  await run.release();
  for (const [name, loss] of Object.entries(expected.losses)) {
    const ours = losses[name as keyof typeof losses].data[0] ?? Number.NaN;
    assert.ok(Math.abs(ours - loss) <= 2e-6 * Math.max(1, loss), `${name}: ${ours} and ${loss}`);
  }
  const largest = Math.max(...Object.values(expected.gradients).map(([norm]) => norm));
  assert.deepEqual(Object.keys(grads).sort(), Object.keys(params).sort());
  for (const [name, { data }] of Object.entries(grads)) {
    const [norm, first] = expected.gradients[name] ?? [0, 0];
    const scale = Math.max(norm, 1e-3 * largest);
    assert.ok(Math.abs(Math.hypot(...data) - norm) < 2e-5 * scale, `${name}: norm ${Math.hypot(...data)} and ${norm}`);
    assert.ok(Math.abs((data[0] ?? 0) - first) < 2e-5 * scale, `${name}: first ${data[0]} and ${first}`);
  }
}

for (const [name, recipe] of Object.entries(variants))
  test(`losses and gradients equal PyTorch in float64: ${name}`, { skip: withoutTorch }, () => compare(tinyCaptioner(recipe)));

test("losses and gradients equal PyTorch in float64: music wider than text", { skip: withoutTorch }, () =>
  compare({ ...tinyCaptioner(alignment({ weight: 0.5 })), musicWidth: 20 }),
);
