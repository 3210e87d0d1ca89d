import assert from "node:assert/strict";
import { test } from "node:test";
import { presetNamed } from "alcap/dist/experiment/preset/songbook";

test("presets are found by name only, not by what every object has", () => {
  assert.equal(presetNamed("quick").methods.length, 3);
  for (const name of ["", "nope", "constructor", "__proto__"]) assert.throws(() => presetNamed(name), /no preset/);
});

test("the alignment reads a state that no music has entered yet", () => {
  for (const name of ["smoke", "quick", "standard"]) {
    const { fusion, alignment } = presetNamed(name).recipe;
    assert.ok(
      fusion.layers.every((layer) => layer >= alignment.layer),
      name,
    );
  }
});
