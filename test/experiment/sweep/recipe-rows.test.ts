import assert from "node:assert/strict";
import { test } from "node:test";
import type { Axes } from "alcap/dist/experiment/sweep/axes";
import { grids } from "alcap/dist/experiment/sweep/grids";
import { changeName, recipeRows } from "alcap/dist/experiment/sweep/recipe-rows";

test("every change of the table is in the recipe's grid, and every change of the grid in the table", () => {
  const inTable = recipeRows.flatMap(({ looked }) => ("runs" in looked ? looked.runs.map(changeName) : []));
  const parts: readonly Axes[] = grids.recipe.parts;
  const inGrid = parts.flatMap(({ replicate: _, method: __, ...change }) =>
    Object.entries(change).flatMap(([axis, values]) => values.map((value) => `${axis} ${value}`)),
  );
  // the preset's own values, and what the same captions show without a run
  const besides = ["labelPadding ignored", "pooling all-positions", "lastBatch dropped"];
  assert.deepEqual(inTable.toSorted(), inGrid.filter((change) => !besides.includes(change)).toSorted());
  assert.equal(changeName({ replicate: 2, method: "alcap", residual: 0.03 }), "residual 0.03");
  assert.equal(changeName({ replicate: 1, method: "bart" }), "");
});
