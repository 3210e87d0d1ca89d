import assert from "node:assert/strict";
import { test } from "node:test";
import { type AlignmentLoss, alignmentLosses } from "alcap/dist/loss/alignment";
import { captionerParams } from "alcap/dist/model/alcap";
import type { Captioner } from "alcap/dist/model/captioner";
import { checkCaptioner } from "alcap/dist/model/check";
import { bartBase, recipes } from "alcap/dist/recipe";
import { tinyCaptioner } from "./tiny";

const base = tinyCaptioner();
const { fusion, alignment, caption } = base.recipe;
const withRecipe = (changes: object): Captioner => ({ ...base, recipe: { ...base.recipe, ...changes } });

test("both recipes make a model at the paper's size", () => {
  for (const { model } of Object.values(recipes)) {
    const captioner: Captioner = { method: "alcap", text: bartBase, musicWidth: 256, recipe: model };
    checkCaptioner(captioner);
    const shapes = Object.values(captionerParams(captioner)).map(({ shape }) => shape.reduce((a, b) => a * b, 1));
    const count = shapes.reduce((a, b) => a + b, 0);
    assert.equal(
      count - 139_420_416,
      3 * 768 * 768 + 3 * 768 + 768 * 768 + 768 + 2 * (256 * 768 + 768) + 768 * 768 + 768 + 2 * 768 + 768 * 256 + 256,
    );
  }
});

test("a recipe that makes no model is refused, naming the field", () => {
  const unknownLossCompiles: string extends AlignmentLoss ? true : false = false;
  assert.ok(!unknownLossCompiles);
  const wrong: [object, RegExp][] = [
    [
      { alignment: { ...alignment, loss: "triplet" } },
      new RegExp(`loss is "triplet".*${Object.keys(alignmentLosses).join(", ")}`),
    ],
    [{ alignment: { ...alignment, direction: "both" } }, /direction is "both"/],
    [{ alignment: { ...alignment, aggregation: "max" } }, /aggregation is "max"/],
    [{ alignment: { ...alignment, temperature: 0 } }, /temperature is 0/],
    [{ alignment: { ...alignment, weight: -1 } }, /λ is -1/],
    [{ alignment: { ...alignment, layer: 3 } }, /state 3 .* 0 to 2/],
    [{ alignment: { ...alignment, startEpoch: 0.5 } }, /epoch 0.5/],
    [{ fusion: { ...fusion, layers: [2] } }, /after layer 2 .* 0 to 1/],
    [{ fusion: { ...fusion, heads: 3 } }, /3 fusion heads do not divide a width of 16/],
    [{ fusion: { ...fusion, forgetGate: "tanh" } }, /forgetGate is "tanh"/],
    [{ caption: { ...caption, labelPadding: "some" } }, /labelPadding is "some"/],
  ];
  for (const [changes, message] of wrong) assert.throws(() => captionerParams(withRecipe(changes)), message);
  checkCaptioner(base);
});
