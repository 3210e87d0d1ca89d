import assert from "node:assert/strict";
import { test } from "node:test";
import { captionerParams } from "alcap/dist/model/alcap";
import { architectureFigure, parameterBlocks, renderSvg } from "alcap/dist/notebook";
import { bartBase, releasedRecipe } from "alcap/dist/recipe";

const whole = captionerParams({ method: "alcap", text: bartBase, musicWidth: 256, recipe: releasedRecipe });

test("every number of the model stands in one part, unknown names included", () => {
  const sum = (shapes: typeof whole) => parameterBlocks(shapes).reduce((total, { scalars }) => total + scalars, 0);
  const counted = Object.values(whole).reduce((total, { shape }) => total + shape.reduce((a, b) => a * b, 1), 0);
  assert.equal(sum(whole), counted);
  assert.equal(sum({ ...whole, "new.part": { shape: [2, 3], draw: "zeros" } }), counted + 6);
  const parts = parameterBlocks(whole);
  assert.deepEqual(
    parts
      .filter(({ kind }) => kind !== "layer")
      .map(({ name }) => name)
      .sort(),
    ["alignment map", "fusion", "positions", "positions", "tokens"],
  );
  assert.equal(parts.filter(({ kind }) => kind === "layer").length, 12);
});

test("the drawing has a box for each layer, and fusion where the recipe says", async () => {
  const svg = await renderSvg(architectureFigure(whole, { fusionLayers: [4, 5], alignmentState: 4 }));
  const drawn = (text: string) => svg.split(`>${text}`).length - 1;
  assert.equal(drawn("fusion: lyrics ask"), 2 * drawn("mean over time, map, InfoNCE"));
  for (let layer = 0; layer < 6; layer++)
    assert.ok(svg.includes(`encoder layer ${layer}`) && svg.includes(`decoder layer ${layer}`));
  const bart = captionerParams({ method: "bart", text: bartBase, musicWidth: 256, recipe: releasedRecipe });
  assert.doesNotMatch(
    await renderSvg(architectureFigure(bart, { fusionLayers: [4], alignmentState: 4 })),
    /fusion|music|InfoNCE/,
  );
});
