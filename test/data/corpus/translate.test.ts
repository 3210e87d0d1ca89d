import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { identityTranslator, localTranslator } from "alcap/dist/data/corpus";
import { sentencesOf } from "alcap/dist/data/corpus/source/translate";
import { modelProto, nodeProto, type PortSpec, tensorProto } from "alcap/dist/engine/graph/onnx";
import { put, scratch } from "./helpers";

const vocabulary = ["<pad>", "</s>", "<unk>", "雨", "雪", "rain", "snow"];
const size = vocabulary.length;
const id = (token: string) => vocabulary.indexOf(token);

/** Rows of logits: what each token asks for. */
function logits(wishes: Readonly<Record<string, Readonly<Record<string, number>>>>, otherwise: number): Float32Array {
  const rows = new Float32Array(size * size).fill(otherwise);
  for (const [token, wish] of Object.entries(wishes))
    for (const [next, strength] of Object.entries(wish)) rows[id(token) * size + id(next)] = strength;
  return rows;
}

const port = (name: string, type: PortSpec["type"], ...shape: number[]): PortSpec => ({ name, type, shape });
const any = -1;
const node = (op: string, inputs: string[], output: string, attributes: Readonly<Record<string, number>> = {}) =>
  nodeProto({ op, name: output, inputs, outputs: [output], attributes, domain: "" });
const tokens = (name: string) => port(name, "int64", any, any);
const states = (name: string) => port(name, "float32", any, any, size);

/** A translation model of two words, in transformers.js's layout: the source's words ask for their translations, which ask for the end. */
function writeTinyModel(folder: string): void {
  const json = (name: string, content: unknown) => put(folder, name, JSON.stringify(content));
  json("config.json", {
    model_type: "marian",
    architectures: ["MarianMTModel"],
    is_encoder_decoder: true,
    d_model: size,
    vocab_size: size,
    encoder_layers: 1,
    decoder_layers: 1,
    encoder_attention_heads: 1,
    decoder_attention_heads: 1,
    decoder_start_token_id: id("<pad>"),
    eos_token_id: id("</s>"),
    pad_token_id: id("<pad>"),
  });
  json("generation_config.json", {
    decoder_start_token_id: id("<pad>"),
    eos_token_id: id("</s>"),
    pad_token_id: id("<pad>"),
    max_length: 8,
  });
  json("tokenizer_config.json", { tokenizer_class: "T5Tokenizer", model_max_length: 16, pad_token: "<pad>", eos_token: "</s>" });
  json("tokenizer.json", {
    version: "1.0",
    added_tokens: vocabulary.slice(0, 3).map((content, id) => ({ id, content, special: true })),
    normalizer: { type: "BertNormalizer", clean_text: true, handle_chinese_chars: true, lowercase: false },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: {
      type: "TemplateProcessing",
      single: [{ Sequence: { id: "A", type_id: 0 } }, { SpecialToken: { id: "</s>", type_id: 0 } }],
      pair: [],
      special_tokens: { "</s>": { id: "</s>", ids: [id("</s>")], tokens: ["</s>"] } },
    },
    decoder: { type: "WordPiece", prefix: "##" },
    model: {
      type: "WordPiece",
      unk_token: "<unk>",
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(vocabulary.map((word, id) => [word, id])),
    },
  });
  mkdirSync(path.join(folder, "onnx"));
  const meanings = logits({ 雨: { rain: 10 }, 雪: { snow: 10 } }, 0);
  const encoder = modelProto({
    name: "encoder",
    nodes: [node("Gather", ["meanings", "input_ids"], "last_hidden_state", { axis: 0 })],
    initialisers: [tensorProto(port("meanings", "float32", size, size), meanings)],
    inputs: [tokens("input_ids"), tokens("attention_mask")],
    outputs: [states("last_hidden_state")],
  });
  const follow = logits({ "<pad>": { rain: 0, snow: 0 }, rain: { "</s>": 99 }, snow: { "</s>": 99 } }, -99);
  const decoder = modelProto({
    name: "decoder",
    nodes: [
      node("Gather", ["follow", "input_ids"], "next", { axis: 0 }),
      node("ReduceSum", ["encoder_hidden_states", "time"], "meant", { keepdims: 1 }),
      node("Add", ["next", "meant"], "logits"),
    ],
    initialisers: [
      tensorProto(port("follow", "float32", size, size), follow),
      tensorProto(port("time", "int64", 1), BigInt64Array.of(1n)),
    ],
    inputs: [tokens("input_ids"), states("encoder_hidden_states")],
    outputs: [states("logits")],
  });
  put(folder, "onnx/encoder_model.onnx", encoder);
  put(folder, "onnx/decoder_model_merged.onnx", decoder);
}

test("a model on disk translates each text, sentence by sentence, through transformers.js", async (t) => {
  const folder = scratch(t);
  writeTinyModel(folder);
  const { name, translate } = await localTranslator(folder);
  assert.equal(name, path.basename(folder));
  assert.deepEqual(await translate(["雪。", "雨！雪。\n雨", "雨"]), ["snow", "rain snow rain", "rain"]);
});

test("a folder that lacks files, or whose files are no model, says so", async (t) => {
  const folder = scratch(t);
  await assert.rejects(localTranslator(folder), /lacks config\.json, .*onnx\/decoder_model_merged\.onnx/);
  writeTinyModel(folder);
  put(folder, "onnx/encoder_model.onnx", "no model");
  await assert.rejects(localTranslator(folder), { name: "AlcapError", code: "weights", message: /does not load/ });
});

test("texts are cut into sentences that no model has to cut", () => {
  assert.deepEqual(sentencesOf("雨夜。回家！\n想家 Mr. X?!"), ["雨夜。", "回家！", "想家 Mr.", "X?!"]);
  assert.deepEqual(
    sentencesOf("长".repeat(400)).map(({ length }) => length),
    [160, 160, 80],
  );
  assert.deepEqual(sentencesOf(" \n。"), []);
});

test("what is English already stays", async () => {
  assert.deepEqual(await identityTranslator.translate(["as it is"]), ["as it is"]);
});
