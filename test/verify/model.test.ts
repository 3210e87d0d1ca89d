import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { classVector } from "alcap/dist/model/music/class-vector";
import { loadWeights } from "alcap/dist/model/weights";
import { type EncoderFixture, encoderParity } from "alcap/dist/verify/encoder";
import { fixtureGradients, gradientError, type ModelFixture, modelParity } from "alcap/dist/verify/model";
import { fixture, sharedFile } from "../shared";

const torch = sharedFile("reference", "cnnsa-tiny.pth");
const read = <T>(file: string) => JSON.parse(readFileSync(file, "utf8")) as T;
/** Outputs of the released PyTorch code for a model of width 32 with random weights. */
const model = { json: fixture("model", "alcap-tiny.json"), weights: fixture("model", "alcap-tiny.safetensors") };

test("the fused model equals the released PyTorch code: states, logits, losses, gradients, greedy ids", async () => {
  const parity = await modelParity(read<ModelFixture>(model.json), (await loadWeights(model.weights)).tensors);
  const { greedyTokenIds, gradientNorms, ...errors } = parity;
  assert.equal(greedyTokenIds, true);
  for (const [quantity, error] of Object.entries(errors)) assert.ok(Number(error) < 1e-4, `${quantity}: ${error}`);
  // The reference is float32 itself and 2.5e-4 from the same formulas in float64 (see the next test).
  assert.ok(Number(gradientNorms) < 3e-4, `gradientNorms: ${gradientNorms}`);
});

test("gradients equal PyTorch's in float64 within 1e-4, where the float32 reference is 2.5e-4 away", async () => {
  type Reference = Readonly<Record<string, readonly [number, number]>>;
  const { gradients: exact } = read<{ gradients: Reference }>(fixture("model", "gradients-float64.json"));
  const grads = await fixtureGradients(read(model.json), (await loadWeights(model.weights)).tensors);
  const ours = gradientError(grads, exact);
  assert.ok(ours < 1e-4, `ours: ${ours}`);
  const float32 = read<ModelFixture>(model.json).expected.gradient_norm_and_first_value_of_total_loss;
  const largest = Math.max(...Object.values(exact).map(([norm]) => norm));
  const theirs = Object.entries(exact).map(
    ([name, [norm]]) => Math.abs((float32[name]?.[0] ?? 0) - norm) / Math.max(norm, 1e-4 * largest),
  );
  assert.ok(Math.max(...theirs) > ours, `float32 PyTorch: ${Math.max(...theirs)}`);
});

test("the music encoder equals the released PyTorch code: mel and embeddings", async () => {
  const { tensors } = await loadWeights(fixture("model", "cnnsa-tiny.safetensors"));
  const parity = await encoderParity(read<EncoderFixture>(fixture("model", "cnnsa-tiny.json")), tensors);
  assert.ok(parity.maxAbsMelDb < 1e-2, `mel ${parity.maxAbsMelDb} dB`);
  assert.ok(parity.maxAbsEmbedding < 1e-3, `embedding ${parity.maxAbsEmbedding}`);
});

test("torch's own file of the same weights loads to the same numbers", { skip: torch.skip }, async () => {
  const [zip, ours] = await Promise.all([loadWeights(torch.file), loadWeights(fixture("model", "cnnsa-tiny.safetensors"))]);
  assert.ok(Object.keys(ours.tensors).length > 100);
  for (const [name, { data }] of Object.entries(ours.tensors)) assert.deepEqual(zip.tensors[name]?.data, data, name);
});

test("the class vector is NumPy's: numpy.random.seed(0); numpy.random.random(4)", () => {
  const expected = Float32Array.of(0.5488135039273248, 0.7151893663724195, 0.6027633760716439, 0.5448831829968969);
  assert.deepEqual(classVector(4), expected);
  assert.deepEqual(classVector(700).slice(0, 4), expected);
});
