import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { compile, engineInfo, settings, tf, value } from "alcap/dist/engine";
import { listSupportedBackends } from "onnxruntime-node";
import { initialState, makeBatch, step } from "./transformer";

const repository = path.join(__dirname, "../../..");

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
  await assert.rejects(f(one), (error: Error) => {
    assert.match(error.message, /Device cuda is not available: .*shared library.* Install CUDA/s);
    const [, script = ""] = /\(node (\S+)\)/.exec(error.message) ?? [];
    assert.ok(existsSync(path.join(repository, script)), `the script that the advice names: ${script}`);
    return true;
  });
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

/** tfjs-node's interface: a backend named tensorflow with kernels of its own, registered in the tfjs-core that is loaded. */
const STAND_IN = `
const tf = require(process.env.TFJS_CORE);
const Cpu = tf.findBackend("cpu").constructor;
tf.registerBackend("tensorflow", () => new Cpu(), 3);
tf.copyRegisteredKernels("cpu", "tensorflow");
`;
const TRAIN = `
const { compile, engineInfo, tf } = require("alcap/dist/engine");
const { initialState, makeBatch, step } = require(process.env.TRANSFORMER);
const run = compile(step, { resident: "state" });
run(initialState(), makeBatch("native", 0))
  .then(({ state }) => run(state, makeBatch("native", 1)))
  .then(({ loss }) => console.log(JSON.stringify([engineInfo().engine, tf.getBackend(), loss.data[0]])));
`;

test("a package with tfjs-node's interface is found, and trains as the js engine does", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "alcap-tensorflow-"));
  try {
    const name = "@tensorflow/tfjs-node-gpu";
    const home = path.join(folder, name);
    mkdirSync(home, { recursive: true });
    writeFileSync(path.join(home, "package.json"), JSON.stringify({ name, version: "4.22.0", main: "index.js" }));
    writeFileSync(path.join(home, "index.js"), STAND_IN);
    const places = { TFJS_CORE: require.resolve("@tensorflow/tfjs-core"), TRANSFORMER: require.resolve("./transformer") };
    const env = { ...process.env, ...places, ALCAP_ENGINE: "tensorflow", NODE_PATH: folder };
    const printed = execFileSync(process.execPath, ["-e", TRAIN], { cwd: repository, env, encoding: "utf8" });
    const run = compile(step, { engine: "js", resident: "state" });
    const { state } = await run(initialState(), makeBatch("native", 0));
    const { loss } = await run(state, makeBatch("native", 1));
    assert.deepEqual(JSON.parse(printed), ["tensorflow", "tensorflow", loss.data[0]]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
