import assert from "node:assert/strict";
import { test } from "node:test";
import { dropout, read, scalar, tf, type Values, value } from "alcap/dist/engine";
import { presetNamed } from "alcap/dist/experiment/preset/songbook";
import { greedyDecoder } from "alcap/dist/model/decoding/greedy";
import { huggingFaceAdafactor } from "alcap/dist/recipe";
import type { Tick } from "alcap/dist/train/fit";
import { mixedPrecision } from "alcap/dist/train/precision";
import { captionerStep, freshTraining } from "alcap/dist/train/step";
import { InferenceSession } from "onnxruntime-node";
import { tinyBatch, tinyCaptioner, tinyParams } from "../model/tiny";
import { distance, onnx, relativeL2 } from "./helpers";
import { initialState, makeBatch, step } from "./transformer";

const STEPS = 5;

/** Why there is nothing to test here, or false. */
const missing = (async (): Promise<string | false> => {
  const probe = onnx((x: tf.Tensor) => tf.add(x, 1), { device: "webgpu" });
  const [found] = await Promise.allSettled([probe(value(Float32Array.of(1), [1]))]);
  if (found.status === "fulfilled") return false;
  assert.equal((found.reason as { code?: string }).code, "device");
  return "this machine has no WebGPU adapter";
})();

/** Runs `fn` on the GPU with sessions that cannot be made where a node would run on the CPU. */
async function strictly<T>(fn: () => Promise<T>): Promise<T> {
  const { create } = InferenceSession;
  const device = process.env.ALCAP_DEVICE;
  const strict = async (model: Uint8Array, options: InferenceSession.SessionOptions) =>
    create.call(InferenceSession, model, { ...options, extra: { session: { disable_cpu_ep_fallback: "1" } } });
  process.env.ALCAP_DEVICE = "webgpu";
  Object.assign(InferenceSession, { create: strict });
  try {
    return await fn();
  } finally {
    Object.assign(InferenceSession, { create });
    if (device === undefined) delete process.env.ALCAP_DEVICE;
    else process.env.ALCAP_DEVICE = device;
  }
}

async function train(device: "cpu" | "webgpu") {
  const compiled = onnx(step, { resident: "state", device, name: "step" });
  let state: Awaited<ReturnType<typeof compiled>>["state"] = initialState();
  const losses: number[] = [];
  for (let i = 0; i < STEPS; i++) {
    const out = await compiled(state, makeBatch("gpu", i));
    state = out.state;
    losses.push(out.loss.data[0]!);
  }
  return { losses, state };
}

test("training with its state on the GPU follows the cpu", async (t) => {
  const why = await missing;
  if (why) return t.skip(why);
  const [gpu, cpu] = [await train("webgpu"), await train("cpu")];
  for (const [i, x] of cpu.losses.entries())
    assert.ok(Math.abs(gpu.losses[i]! - x) < 1e-3 * x, `step ${i}: ${gpu.losses[i]} and ${x}`);
  const weight = "encoder.feed.1.weight";
  assert.throws(() => gpu.state.params[weight]!.data, /encoder\.feed\.1\.weight lives on the GPU.*read\(state\)/s);
  const [there, here] = [await read(gpu.state), await read(cpu.state)];
  assert.ok(relativeL2(there.params[weight]!, here.params[weight]!) < 1e-3);
  const onCpu = onnx((x: tf.Tensor) => tf.sum(x), { device: "cpu" });
  await assert.rejects(onCpu(gpu.state.params[weight]!), /lives on the GPU/);
  return undefined;
});

test("masks drawn on the GPU are the host's to the bit", async (t) => {
  const why = await missing;
  if (why) return t.skip(why);
  const masks = (x: tf.Tensor, key: tf.Tensor) => [
    dropout(x, 0.1, key),
    dropout(x, 0.5, key),
    dropout(tf.tile(x, [9, 1]), 0.3, key),
  ];
  const inputs = [value(new Float32Array(3000).fill(1), [6, 500]), value(Int32Array.of(-3, 17), [2])] as const;
  const there = await strictly(() => onnx(masks, { device: "webgpu" })(...inputs));
  const here = await onnx(masks)(...inputs);
  assert.deepEqual(there, here);
  return undefined;
});

test("ops that WebGPU's provider lacks are composed of others", async (t) => {
  const why = await missing;
  if (why) return t.skip(why);
  const ops = (x: tf.Tensor, whole: tf.Tensor) => [
    ...[tf.argMax(x, 1), tf.argMin(x, 0), tf.logSoftmax(x), tf.sign(x)],
    ...[tf.sign(whole), tf.neg(whole), tf.abs(whole)],
  ];
  const x = value(Float32Array.of(0, 3, 3, -2, -1, -1, -2, 200, 200), [3, 3]); // with ties
  const inputs = [x, value(Int32Array.of(-7, 0, 5), [3])] as const;
  const there = await strictly(() => onnx(ops, { device: "webgpu" })(...inputs));
  const here = await onnx(ops, { engine: "js" })(...inputs);
  for (const [i, want] of here.entries()) {
    assert.deepEqual([there[i]!.dtype, there[i]!.shape], [want.dtype, want.shape]);
    assert.ok(distance(there[i]!, want) < 1e-6, `output ${i}: ${there[i]!.data} instead of ${want.data}`);
  }
  return undefined;
});

test("no node of a training step with dropout, nor of greedy decoding, runs on the CPU", async (t) => {
  const why = await missing;
  if (why) return t.skip(why);
  const quick = presetNamed("quick");
  const plain = tinyCaptioner(quick.recipe);
  const captioner = { ...plain, text: { ...plain.text, decoderLayers: 1, attentionDropout: 0.1, activationDropout: 0.1 } };
  const batch = tinyBatch(captioner, 4);
  const tick: Values<Tick> = { step: scalar(1), learningRate: scalar(0.01), key: value(Int32Array.of(9, 1), [2]) };
  const losses = async (optimiser: typeof quick.captioning.optimiser) => {
    const run = captionerStep(captioner, { optimiser, dropout: 0.1 });
    const out = await run(freshTraining(captioner, optimiser, 5), batch, tick);
    await run.release();
    return out.losses.loss!.data[0]!;
  };
  const captions = async () => {
    const decoder = greedyDecoder(tinyParams(captioner), captioner, 5);
    const ids = await decoder(batch);
    await decoder.release();
    return ids;
  };
  for (const optimiser of [quick.captioning.optimiser, huggingFaceAdafactor]) {
    const [there, here] = [await strictly(() => losses(optimiser)), await losses(optimiser)];
    assert.ok(Math.abs(there - here) < 1e-4 * here, `${optimiser.name}: ${there} and ${here}`);
  }
  assert.deepEqual(await strictly(captions), await captions());
  return undefined;
});

test("a step in mixed precision runs on the GPU alone and follows the cpu's", async (t) => {
  const why = await missing;
  if (why) return t.skip(why);
  const captioner = tinyCaptioner();
  const optimiser = { name: "adamw", beta1: 0.9, beta2: 0.98, epsilon: 0.01, weightDecay: 0.01, clipNorm: 1 } as const;
  const losses = async (device: "cpu" | "webgpu") => {
    const step = captionerStep(captioner, { optimiser, dropout: 0, precision: mixedPrecision }, { device, engine: "onnx" });
    let state = freshTraining(captioner, optimiser, 5);
    const found: number[] = [];
    for (let at = 1; at <= 3; at++) {
      const tick: Values<Tick> = { step: scalar(at), learningRate: scalar(0.01), key: value(Int32Array.of(9, at), [2]) };
      const out = await step(state, tinyBatch(captioner, 4, `batch ${at}`), tick);
      found.push((await read(out.losses)).loss.data[0] ?? Number.NaN);
      state = out.state;
    }
    await step.release();
    return found;
  };
  const [gpu, cpu] = [await strictly(() => losses("webgpu")), await losses("cpu")];
  for (const [i, x] of cpu.entries()) assert.ok(Math.abs((gpu[i] ?? Number.NaN) - x) < 5e-3 * x, `step ${i}: ${gpu[i]} and ${x}`);
  return undefined;
});
