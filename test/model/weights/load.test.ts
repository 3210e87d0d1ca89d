import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { loadWeights, type NamedTensor, writeSafetensors } from "alcap/dist/model/weights";
import { fixture } from "../../data/mutate";

const refused = { name: "AlcapError", code: "weights" };
const tensor = (...values: number[]): NamedTensor => ({
  dtype: "float32",
  shape: [values.length],
  data: Float32Array.from(values),
});

function folder(files: Record<string, Uint8Array | string>): string {
  const dir = mkdtempSync(path.join(tmpdir(), "alcap-weights-"));
  for (const [name, content] of Object.entries(files)) writeFileSync(path.join(dir, name), content);
  return dir;
}

const index = (map: Record<string, unknown>) => JSON.stringify({ metadata: { total_size: 8 }, weight_map: map });

test("files are told apart by content, whatever they are called", async () => {
  const dir = folder({ "weights.pth": writeSafetensors({ a: tensor(1, 2) }, { corpus: "songbook" }) });
  const { tensors, metadata, files } = await loadWeights(path.join(dir, "weights.pth"));
  assert.deepEqual(tensors.a, tensor(1, 2));
  assert.deepEqual({ ...metadata }, { corpus: "songbook" });
  assert.deepEqual(files, [path.join(dir, "weights.pth")]);
  for (const name of ["zip.pth", "legacy.pth"])
    assert.deepEqual((await loadWeights(fixture("weights", name))).tensors.batches?.data, Int32Array.of(7));
});

test("a model's folder: safetensors before torch, whole before shards", async () => {
  const dir = folder({ "model.safetensors": writeSafetensors({ a: tensor(1) }) });
  copyFileSync(fixture("weights/zip.pth"), path.join(dir, "pytorch_model.bin"));
  assert.deepEqual(Object.keys((await loadWeights(dir)).tensors), ["a"]);
  const torch = folder({});
  copyFileSync(fixture("weights/legacy.pth"), path.join(torch, "pytorch_model.bin"));
  assert.equal((await loadWeights(torch)).tensors.weight?.shape.length, 2);
});

test("shards are joined by their index", async () => {
  const dir = folder({
    "model.safetensors.index.json": index({
      a: "model-00001-of-00002.safetensors",
      b: "model-00002-of-00002.safetensors",
      c: "model-00001-of-00002.safetensors",
    }),
    "model-00001-of-00002.safetensors": writeSafetensors({ a: tensor(1), c: tensor(3) }),
    "model-00002-of-00002.safetensors": writeSafetensors({ b: tensor(2) }),
  });
  const { tensors, files } = await loadWeights(dir);
  assert.deepEqual([tensors.a, tensors.b, tensors.c], [tensor(1), tensor(2), tensor(3)]);
  assert.equal(files.length, 2);
  const mixed = folder({ "pytorch_model.bin.index.json": index({ weight: "pytorch_model-00001-of-00001.bin" }) });
  copyFileSync(fixture("weights/zip.pth"), path.join(mixed, "pytorch_model-00001-of-00001.bin"));
  assert.deepEqual(Object.keys((await loadWeights(mixed)).tensors), ["weight"]);
});

test("an index that leads elsewhere, or disagrees with its shards, is refused", async () => {
  const shard = writeSafetensors({ a: tensor(1) });
  const outside = folder({ "secret.safetensors": shard });
  for (const name of [
    "../secret.safetensors",
    path.join(outside, "secret.safetensors"),
    "..",
    "sub/x",
    "x\\y",
    7,
    null,
    "model.safetensors.index.json",
  ]) {
    const dir = folder({ "model.safetensors.index.json": index({ a: name }) });
    mkdirSync(path.join(dir, "sub"));
    await assert.rejects(loadWeights(dir), { ...refused, message: /no file beside it/ }, String(name));
  }
  const lacking = folder({
    "model.safetensors.index.json": index({ a: "s.safetensors", b: "s.safetensors" }),
    "s.safetensors": shard,
  });
  await assert.rejects(loadWeights(lacking), { ...refused, message: /lacks the tensor "b"/ });
  const absent = folder({ "model.safetensors.index.json": index({ a: "s.safetensors" }) });
  await assert.rejects(loadWeights(absent), { ...refused, message: /missing: .*s\.safetensors/ });
  for (const text of ["{", "[]", "{}", '{"weight_map": 3}'])
    await assert.rejects(loadWeights(folder({ "model.safetensors.index.json": text })), refused);
});

test("what holds no weights is said in one line", async () => {
  await assert.rejects(loadWeights("/nowhere/bart"), { ...refused, message: /no weights at \/nowhere\/bart/ });
  await assert.rejects(loadWeights(folder({})), { ...refused, message: /Put one of model.safetensors/ });
  const pointer = folder({ "model.safetensors": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n" });
  await assert.rejects(loadWeights(pointer), { ...refused, message: /git-lfs/ });
  await assert.rejects(loadWeights(folder({ "pytorch_model.bin": "" })), refused);
});
