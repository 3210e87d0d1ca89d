import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { modelProto, nodeProto, tensorProto } from "alcap/dist/engine/graph/onnx";
import { availableEncoder, sentenceBert } from "alcap/dist/metric/retrieval/sentence-bert";

const vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "sad", "happy", "song"];
const width = 3;
/** State of each token: [CLS] and [SEP] at the origin, the words on the axes. */
const states = Float32Array.from([0, 0, 0, 9, 9, 9, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1]);

/** A BERT whose last states are its word embeddings, in transformers.js's layout. */
function writeTinyModel(folder: string): void {
  const json = (name: string, content: unknown) => writeFileSync(path.join(folder, name), JSON.stringify(content));
  json("config.json", { model_type: "bert", architectures: ["BertModel"], hidden_size: width, vocab_size: vocabulary.length });
  json("tokenizer_config.json", {
    tokenizer_class: "BertTokenizer",
    do_lower_case: true,
    model_max_length: 16,
    pad_token: "[PAD]",
  });
  json("tokenizer.json", {
    version: "1.0",
    added_tokens: vocabulary.slice(0, 4).map((content, id) => ({ id, content, special: true })),
    normalizer: { type: "BertNormalizer", clean_text: true, lowercase: true },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: {
      type: "TemplateProcessing",
      single: [
        { SpecialToken: { id: "[CLS]", type_id: 0 } },
        { Sequence: { id: "A", type_id: 0 } },
        { SpecialToken: { id: "[SEP]", type_id: 0 } },
      ],
      pair: [],
      special_tokens: {
        "[CLS]": { id: "[CLS]", ids: [2], tokens: ["[CLS]"] },
        "[SEP]": { id: "[SEP]", ids: [3], tokens: ["[SEP]"] },
      },
    },
    decoder: { type: "WordPiece", prefix: "##" },
    model: {
      type: "WordPiece",
      unk_token: "[UNK]",
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(vocabulary.map((word, id) => [word, id])),
    },
  });
  mkdirSync(path.join(folder, "onnx"));
  const port = (name: string, type: "int64" | "float32", ...shape: number[]) => ({ name, type, shape });
  const anyLength = -1;
  const embeddings = port("embeddings", "float32", vocabulary.length, width);
  const model = modelProto({
    name: "tiny",
    nodes: [
      nodeProto({
        op: "Gather",
        name: "look-up",
        inputs: ["embeddings", "input_ids"],
        outputs: ["last_hidden_state"],
        attributes: { axis: 0 },
        domain: "",
      }),
    ],
    initialisers: [tensorProto(embeddings, states)],
    inputs: ["input_ids", "attention_mask", "token_type_ids"].map((name) => port(name, "int64", anyLength, anyLength)),
    outputs: [port("last_hidden_state", "float32", anyLength, anyLength, width)],
  });
  writeFileSync(path.join(folder, "onnx/model.onnx"), model);
}

test("sentences are the mean of their tokens' states, padding left out, scaled to length 1", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "alcap-sentence-bert-"));
  try {
    writeTinyModel(folder);
    const { encode, name } = await sentenceBert(folder);
    assert.equal(name, `Sentence-BERT ${path.basename(folder)}`);
    const sentences = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? "Sad song" : "happy"));
    const vectors = await encode(sentences);
    assert.equal(vectors.length, 40);
    assert.equal((await availableEncoder(folder, [], { seed: 1 })).name, name);
    vectors.forEach((vector, i) => {
      const expected = i % 2 === 0 ? [Math.SQRT1_2, 0, Math.SQRT1_2] : [0, 1, 0];
      assert.ok(
        vector.every((value, d) => Math.abs(value - expected[d]!) < 1e-6),
        `${sentences[i]}: ${vector}`,
      );
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("without a folder the LSA encoder is used", async () => {
  const { name } = await availableEncoder("/nowhere/model", ["a sad song", "a happy song"], { seed: 1 });
  assert.match(name, /^LSA/);
});

test("a folder without a model says what is missing", async () => {
  await assert.rejects(sentenceBert("/nowhere/model"), /lacks config\.json, .*onnx\/model\.onnx.*LSA encoder/);
});
