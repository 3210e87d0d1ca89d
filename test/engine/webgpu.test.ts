import assert from "node:assert/strict";
import { test } from "node:test";
import { read, tf, value } from "alcap/dist/engine";
import { onnx, relativeL2 } from "./helpers";
import { initialState, makeBatch, step } from "./transformer";

const STEPS = 5;

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
  const probe = onnx((x: tf.Tensor) => tf.add(x, 1), { device: "webgpu" });
  const [found] = await Promise.allSettled([probe(value(Float32Array.of(1), [1]))]);
  if (found.status === "rejected") {
    assert.equal((found.reason as { code?: string }).code, "device");
    return t.skip("this machine has no WebGPU adapter");
  }
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
