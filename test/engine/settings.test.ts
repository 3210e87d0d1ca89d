import assert from "node:assert/strict";
import { test } from "node:test";
import { compile, engineInfo, settings, tf, value } from "alcap/dist/engine";
import { listSupportedBackends } from "onnxruntime-node";

test("settings come from the environment, options come first", () => {
  const env = { ALCAP_ENGINE: "onnx", ALCAP_DEVICE: "webgpu", ALCAP_THREADS: "3", ALCAP_SPINNING: "0" };
  assert.deepEqual(settings({}, env), { engine: "onnx", device: "webgpu", threads: 3, spinning: false });
  assert.deepEqual(settings({ device: "cpu", threads: 1 }, env), { engine: "onnx", device: "cpu", threads: 1, spinning: false });
  assert.deepEqual(settings({ engine: "js" }, env), { engine: "js", device: "cpu", threads: 1, spinning: false });
});

test("without settings: onnx on the cpu, one thread on every machine, spinning", () => {
  assert.deepEqual(settings({}, {}), { engine: "onnx", device: "cpu", threads: 1, spinning: true });
});

test("a setting that is none of the choices is named", () => {
  assert.throws(() => settings({}, { ALCAP_ENGINE: "torch" }), /ALCAP_ENGINE=torch is none of onnx, tensorflow, js/);
  assert.throws(() => settings({}, { ALCAP_DEVICE: "tpu" }), /ALCAP_DEVICE=tpu is none of cpu, webgpu, cuda/);
  for (const threads of ["0", "two", "1.5"]) assert.throws(() => settings({}, { ALCAP_THREADS: threads }), /ALCAP_THREADS=/);
  assert.throws(() => settings({}, { ALCAP_SPINNING: "yes" }), /ALCAP_SPINNING=yes/);
});

test("the record of the engine names versions", () => {
  const { versions } = engineInfo();
  assert.deepEqual([versions.tfjs, versions.onnxruntime, versions.node], ["4.22.0", "1.30.0", process.versions.node]);
});

const one = value(Float32Array.of(1), [1]);

test("asking for cuda where its libraries are not installed is an error with the cause", async (t) => {
  if (listSupportedBackends().some(({ name, bundled }) => name === "cuda" && bundled))
    return t.skip("the CUDA libraries are installed");
  const f = compile((x: tf.Tensor) => tf.add(x, 1), { engine: "onnx", device: "cuda" });
  await assert.rejects(f(one), /Device cuda is not available: .*shared library.* Install CUDA/s);
  return undefined;
});

test("webgpu runs, or says which adapter is missing; it never falls back", async () => {
  const f = compile((x: tf.Tensor) => tf.add(x, 1), { engine: "onnx", device: "webgpu" });
  const [outcome] = await Promise.allSettled([f(one)]);
  if (outcome.status === "fulfilled") assert.deepEqual([...outcome.value.data], [2]);
  else assert.match(String(outcome.reason), /Device webgpu is not available: .*adapter.* Install a Vulkan driver/s);
});

test("asking for tensorflow where it is not installed says what to install", async (t) => {
  const f = compile((x: tf.Tensor) => tf.add(x, 1), { engine: "tensorflow" });
  const [outcome] = await Promise.allSettled([f(one)]);
  if (outcome.status === "fulfilled") return t.skip("TensorFlow's native backend is installed");
  assert.match(String(outcome.reason), /Engine tensorflow is not installed .*Run npm install @tensorflow\/tfjs-node-gpu/s);
  return undefined;
});
