import assert from "node:assert/strict";
import { test } from "node:test";
import { compile, tf, type Values, value } from "alcap/dist/engine";
import { type Batch, forward, objective } from "alcap/dist/model/alcap";
import type { Captioner } from "alcap/dist/model/captioner";
import type { Dropout, DropoutPlace } from "alcap/dist/model/layers";
import type { Params, ParamValues } from "alcap/dist/model/params";
import { huggingFaceAdafactor } from "alcap/dist/recipe";
import { dropoutAt } from "alcap/dist/train/step-plan";
import { tinyBatch, tinyCaptioner, tinyParams } from "./tiny";

const captioner = tinyCaptioner();
const params = tinyParams(captioner);
const batch = tinyBatch(captioner, 3) as Values<Batch>;

/** Logits with a dropout. */
async function logits(weights: ParamValues, dropout?: Dropout): Promise<number[]> {
  const run = compile((p: Params, b: Batch) => forward(p, captioner, b, dropout).logits);
  const { data } = await run(weights, batch);
  await run.release();
  return [...data];
}

/** Parameters with those whose name fits doubled. */
const doubled = (pattern: RegExp): ParamValues =>
  Object.fromEntries(
    Object.entries(params).map(([name, one]) => [
      name,
      pattern.test(name)
        ? value(
            (one.data as Float32Array).map((x) => 2 * x),
            one.shape,
          )
        : one,
    ]),
  );
const twiceAt =
  (wanted: DropoutPlace): Dropout =>
  (x, place) =>
    place === wanted ? tf.mul(x, 2) : x;
const far = (a: readonly number[], b: readonly number[]) => Math.max(...a.map((x, i) => Math.abs(x - (b[i] ?? Number.NaN))));

test("attention weights are dropped after their softmax, inner values after their activation, as HuggingFace's BART does", async () => {
  const plain = await logits(params);
  // What doubles weights after the softmax is undone by nothing but the output map; before it, it would sharpen them.
  const attention = await logits(doubled(/layers\.\d+\.(self|encoder)_attn\.out_proj\.weight$/));
  const activation = await logits(doubled(/layers\.\d+\.fc2\.weight$/));
  assert.ok(far(await logits(params, twiceAt("attention")), attention) < 1e-4);
  assert.ok(far(await logits(params, twiceAt("activation")), activation) < 1e-4);
  assert.ok(far(attention, plain) > 0.1 && far(activation, plain) > 0.1);
});

test("every place has its own rate: the text shape's inside a sub-layer, the plan's between them", async () => {
  const key = value(Int32Array.of(4, 7), [2]);
  const loss = async (rates: Partial<Captioner["text"]>, dropout: number) => {
    const one = { ...captioner, text: { ...captioner.text, ...rates } };
    const plan = { optimiser: huggingFaceAdafactor, dropout };
    const run = compile((p: Params, b: Batch, k: tf.Tensor) => objective(p, one, b, dropoutAt(plan, one, k)).loss);
    const [out = Number.NaN] = (await run(params, batch, key)).data;
    await run.release();
    return out;
  };
  const none = await loss({}, 0);
  const each = [await loss({ attentionDropout: 0.3 }, 0), await loss({ activationDropout: 0.3 }, 0), await loss({}, 0.3)];
  assert.equal(new Set([none, ...each]).size, 4);
  assert.equal(await loss({ attentionDropout: 0.3 }, 0), each[0], "the same key draws the same masks");
  assert.equal(await loss({ dropout: 0.3 }, 0), none, "the shape's own rate is the plan's to take");
});
