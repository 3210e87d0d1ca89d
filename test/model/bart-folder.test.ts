import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { value } from "alcap/dist/engine";
import { bartParams } from "alcap/dist/model/bart";
import { readBartFolder } from "alcap/dist/model/bart-folder";
import { initialise, type ParamValues } from "alcap/dist/model/params";
import { writeSafetensors } from "alcap/dist/model/weights";
import { tinyBart, tinyConfig } from "../cli/tiny-corpus";

const home = mkdtempSync(path.join(tmpdir(), "alcap-bart-"));
after(() => rmSync(home, { recursive: true, force: true }));
const params = initialise(bartParams(tinyBart), 9);
const table = params["model.shared.weight"] as ParamValues[string];
let made = 0;

/** A folder with a configuration and weights. */
function folder(config: object | string, tensors: ParamValues): string {
  const out = path.join(home, String(made++));
  mkdirSync(out);
  writeFileSync(path.join(out, "config.json"), typeof config === "string" ? config : JSON.stringify(config));
  writeFileSync(path.join(out, "model.safetensors"), writeSafetensors(tensors));
  return out;
}

const named = (rename: (name: string) => string) =>
  Object.fromEntries(Object.entries(params).map(([name, tensor]) => [rename(name), tensor]));

test("BartModel's and BartForConditionalGeneration's names give the same parameters; copies and a zero bias are passed over", async () => {
  const zeros = value(new Float32Array(tinyBart.vocabulary), [1, tinyBart.vocabulary]);
  const whole = { ...params, final_logits_bias: zeros, "lm_head.weight": table, "model.encoder.embed_tokens.weight": table };
  const bare = { ...named((name) => name.replace("model.", "")), "decoder.embed_tokens.weight": table };
  for (const tensors of [whole, bare]) {
    const { text, params: read } = await readBartFolder(folder(tinyConfig, tensors));
    assert.deepEqual(text, tinyBart);
    assert.deepEqual(Object.keys(read), Object.keys(params));
    for (const [name, { data }] of Object.entries(read)) assert.deepEqual(data, params[name]?.data, name);
  }
});

test("a configuration of another model, and weights that do not fit it, are refused by name", async () => {
  const { "model.encoder.layers.0.fc1.bias": _, ...incomplete } = params;
  const bias = value(new Float32Array(tinyBart.vocabulary).fill(1), [1, tinyBart.vocabulary]);
  const untied = value(table.data.map((x) => x + 1) as Float32Array, table.shape);
  const cases: [object | string, ParamValues, RegExp][] = [
    [{ ...tinyConfig, scale_embedding: true }, params, /"scale_embedding" is true/],
    [{ ...tinyConfig, activation_function: "relu" }, params, /"activation_function" is "relu"/],
    [{ ...tinyConfig, eos_token_id: 3 }, params, /"eos_token_id" is 3/],
    [{ ...tinyConfig, decoder_ffn_dim: 7 }, params, /encoder_ffn_dim and decoder_ffn_dim differ/],
    [{ ...tinyConfig, d_model: "wide" }, params, /"d_model" is "wide"/],
    [
      { ...tinyConfig, vocab_size: 299 },
      params,
      /"model\.shared\.weight" of shape \[300, 16\] and config\.json asks for \[299, 16\]/,
    ],
    ["{", params, /config\.json is not JSON/],
    [tinyConfig, incomplete, /lacks "model\.encoder\.layers\.0\.fc1\.bias"/],
    [tinyConfig, { ...params, final_logits_bias: bias }, /holds "final_logits_bias", which this model does not have/],
    [tinyConfig, { ...params, "lm_head.weight": untied }, /holds "lm_head\.weight"/],
    [tinyConfig, { ...params, "model.encoder.layers.6.fc1.bias": bias }, /holds "model\.encoder\.layers\.6\.fc1\.bias"/],
  ];
  for (const [config, tensors, message] of cases)
    await assert.rejects(
      readBartFolder(folder(config, tensors)),
      { name: "AlcapError", code: "weights", message },
      String(message),
    );
});

test("sizes that no model has are refused before anything is made of them, and so are numbers that are not finite", async () => {
  for (const [name, size] of [
    ["encoder_layers", 1e6],
    ["d_model", 1e300],
    ["vocab_size", 0.5],
    ["max_position_embeddings", 2 ** 40],
    ["dropout", 2],
  ] as const)
    await assert.rejects(
      readBartFolder(folder({ ...tinyConfig, [name]: size }, params)),
      { code: "weights", message: /config\.json: "/ },
      name,
    );
  const broken = value(
    Float32Array.from(table.data, (x, i) => (i === 7 ? Number.NaN : x)),
    table.shape,
  );
  await assert.rejects(readBartFolder(folder(tinyConfig, { ...params, "model.shared.weight": broken })), {
    code: "weights",
    message: /holds NaN in the tensor "model\.shared\.weight"/,
  });
});
