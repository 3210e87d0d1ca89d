import assert from "node:assert/strict";
import { cpSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { loadTokeniser, trainBpe } from "alcap/dist/data/text/tokeniser";
import fc from "fast-check";
import { shared, unless } from "../mutate";

const LYRICS = [
  "Hello world, this song is about war.",
  "The rain falls on the harbour and the harbour sings.\nThe rain, the rain, the rain",
  "No quiero más guerra — je ne veux plus de guerre. 戦争はもういい 🎵",
];

const bart = shared("bart-tokenizer");
const noBart = unless(bart, "../shared/bart-tokenizer is not here");

test("BART's vocabulary gives BART's ids", { skip: noBart }, () => {
  const tokeniser = loadTokeniser(bart ?? "");
  const ids = tokeniser.encode("Hello world, this song is about war.");
  assert.equal([...ids].join(" "), "0 31414 232 6 42 2214 16 59 997 4 2");
  assert.deepEqual([tokeniser.bos, tokeniser.pad, tokeniser.eos, tokeniser.unk, tokeniser.mask], [0, 1, 2, 3, 50264]);
  assert.equal(tokeniser.vocabSize, 50265);
  for (const text of LYRICS) assert.equal(tokeniser.decode(tokeniser.encode(text)), text);
});

test("ids agree with transformers.js's PreTrainedTokenizer", async () => {
  const { PreTrainedTokenizer } = await import("@huggingface/transformers");
  const file = trainBpe(LYRICS, { vocabSize: 300 });
  const theirs = new PreTrainedTokenizer(JSON.parse(JSON.stringify(file)), { tokenizer_class: "BartTokenizer" });
  const ours = loadTokeniser(file);
  for (const text of [...LYRICS, "a<mask>b", "  two  spaces ", ""])
    assert.deepEqual([...ours.encode(text)], theirs.encode(text), text);
});

test("training joins the most frequent neighbours, ties to the lower ids", () => {
  // Words: "ab" ×3, "abc" ×2, "cd" ×2. Pairs: ab 5, bc 2, cd 2. After ab: (ab)c 2, cd 2; "c" and "d" have lower ids than the new "ab".
  const { model } = trainBpe(["ab", "ab", "ab", "abc", "abc", "cd", "cd"], { vocabSize: 264 });
  assert.deepEqual(model.merges, ["a b", "c d", "ab c"]);
  const vocab = model.vocab as Record<string, number>;
  const tokens = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", "!", "ab", "cd", "abc"];
  assert.deepEqual(
    tokens.map((token) => vocab[token]),
    [0, 1, 2, 3, 4, 5, 261, 262, 263],
  );
});

test("training stops when no pair occurs twice, and is the same every time", () => {
  const file = trainBpe(["abc"], { vocabSize: 1000 });
  assert.equal(loadTokeniser(file).vocabSize, 261);
  const big = () => JSON.stringify(trainBpe(LYRICS, { vocabSize: 290 }));
  assert.equal(big(), big());
  assert.throws(() => trainBpe(LYRICS, { vocabSize: 260 }), { name: "AlcapError", code: "usage", message: /261/ });
});

test("any text comes back as it was", () => {
  const tokeniser = loadTokeniser(trainBpe(LYRICS, { vocabSize: 320 }));
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
      const ids = tokeniser.encode(text);
      assert.equal(ids[0], tokeniser.bos);
      assert.equal(ids.at(-1), tokeniser.eos);
      assert.ok(ids.every((id) => id >= 0 && id < tokeniser.vocabSize));
      assert.equal(tokeniser.decode(ids), text);
    }),
    { seed: 11, numRuns: 1000 },
  );
  assert.equal(tokeniser.decode([]), "");
  assert.equal(tokeniser.decode([0, 1, 1, 2]), "");
});

test("names of object properties are words like any other", () => {
  const text = "__proto__ constructor toString __proto__ hasOwnProperty constructor toString";
  const tokeniser = loadTokeniser(JSON.parse(JSON.stringify(trainBpe([text, text], { vocabSize: 400 }))));
  assert.equal(tokeniser.decode(tokeniser.encode(text)), text);
});

test("a text that is too long keeps its closing token", () => {
  const tokeniser = loadTokeniser(trainBpe(LYRICS, { vocabSize: 261 }));
  const whole = tokeniser.encode("abcdef");
  assert.deepEqual([...tokeniser.encode("abcdef", { maxLength: 5 })], [...whole.slice(0, 4), tokeniser.eos]);
  assert.deepEqual(tokeniser.encode("abcdef", { maxLength: 8 }), whole);
  assert.throws(() => tokeniser.encode("abcdef", { maxLength: 1 }), { name: "AlcapError", code: "usage" });
});

test("a folder with vocab.json and merges.txt is read like its tokenizer.json", () => {
  const dir = mkdtempSync(path.join(tmpdir(), "alcap-bpe-"));
  const file = trainBpe(LYRICS, { vocabSize: 300 });
  writeFileSync(path.join(dir, "vocab.json"), JSON.stringify(file.model.vocab));
  writeFileSync(path.join(dir, "merges.txt"), `#version: 0.2\n${(file.model.merges as string[]).join("\r\n")}\n`);
  const parts = loadTokeniser(dir);
  const whole = loadTokeniser(file);
  for (const text of LYRICS) assert.deepEqual(parts.encode(text), whole.encode(text));
  const both = mkdtempSync(path.join(tmpdir(), "alcap-bpe-"));
  cpSync(path.join(dir, "vocab.json"), path.join(both, "vocab.json"));
  assert.throws(() => loadTokeniser(both), { name: "AlcapError", code: "data", message: /merges.txt/ });
  writeFileSync(path.join(both, "tokenizer.json"), JSON.stringify(file));
  assert.deepEqual(loadTokeniser(both).encode(LYRICS[0] ?? ""), whole.encode(LYRICS[0] ?? ""));
  assert.deepEqual(loadTokeniser(path.join(both, "tokenizer.json")).vocabSize, whole.vocabSize);
});

test("what is no tokeniser is refused in one line", () => {
  const dir = mkdtempSync(path.join(tmpdir(), "alcap-bpe-"));
  const write = (text: string) => {
    writeFileSync(path.join(dir, "tokenizer.json"), text);
    return () => loadTokeniser(dir);
  };
  assert.throws(() => loadTokeniser(path.join(dir, "nowhere")), { name: "AlcapError", code: "data", message: /nowhere/ });
  assert.throws(() => loadTokeniser(dir), { name: "AlcapError", code: "data" });
  assert.throws(write("{"), { name: "AlcapError", code: "data", message: /not JSON/ });
  assert.throws(write("[1]"), { name: "AlcapError", code: "data" });
  assert.throws(write('{"model": {"type": "BPE"}, "added_tokens": []}'), { name: "AlcapError", code: "data" });
  const unnamed = JSON.parse(JSON.stringify(trainBpe(LYRICS, { vocabSize: 261 })));
  delete unnamed.model.vocab["<pad>"];
  unnamed.added_tokens = unnamed.added_tokens.filter(({ content }: { content: string }) => content !== "<pad>");
  assert.throws(write(JSON.stringify(unnamed)), { name: "AlcapError", code: "data", message: /<pad>/ });
});

test("of a long text the beginning is tokenised, and gives the ids of the whole", () => {
  const tokeniser = loadTokeniser(trainBpe(LYRICS, { vocabSize: 300 }));
  for (const text of [...LYRICS.map((line) => `${line} \n`.repeat(300)), `${" ".repeat(9000)}rain${"x".repeat(9000)} rain`])
    for (const maxLength of [2, 30, 200]) {
      const ids = tokeniser.encode(text);
      assert.deepEqual([...tokeniser.encode(text, { maxLength })], [...ids.slice(0, maxLength - 1), tokeniser.eos]);
    }
});

test("a tokeniser with a pattern of its own is refused: it could run for ever", () => {
  const file = trainBpe(LYRICS, { vocabSize: 262 });
  const split = (Regex: string) => ({
    type: "Sequence",
    pretokenizers: [{ type: "Split", pattern: { Regex }, behavior: "Isolated" }],
  });
  const refused = { name: "AlcapError", code: "data", message: /by the pattern \(a\+\)\+\$; only/ };
  assert.throws(() => loadTokeniser({ ...file, pre_tokenizer: split("(a+)+$") }), refused);
  assert.throws(
    () => loadTokeniser({ ...file, normalizer: { type: "Replace", pattern: { Regex: "(a+)+$" }, content: "" } }),
    refused,
  );
});
