import * as ort from "onnxruntime-web/wasm";
import type { GraphPorts } from "../../engine/export";
import { flatten, unflatten } from "../../engine/tree";
import { isValue, type Value, value } from "../../engine/value";

/** Opens ONNX Runtime with its WebAssembly in memory: one thread, nothing fetched. */
export function openRuntime(wasm: Uint8Array<ArrayBuffer>): void {
  ort.env.wasm.wasmBinary = wasm.buffer;
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.proxy = false;
  ort.env.logLevel = "error";
}

/** An exported function as it was before: trees of values in, a tree of values out. */
export async function openGraph(
  model: Uint8Array,
  { inputs, outputs, result }: GraphPorts,
): Promise<(...args: readonly unknown[]) => Promise<unknown>> {
  const session = await ort.InferenceSession.create(model, { executionProviders: ["wasm"], graphOptimizationLevel: "all" });
  return async (...args) => {
    const leaves = args.flatMap((arg) => flatten(arg, isValue, { root: "argument" }).leaves);
    const feeds = Object.fromEntries(inputs.map(({ leaf, name }) => [name, tensorOf(leaves[leaf]!)]));
    const found = await session.run(feeds, outputs);
    return unflatten(result, (leaf) => fromTensor(found[outputs[leaf]!]!));
  };
}

const tensorOf = ({ dtype, data, shape }: Value) => new ort.Tensor(dtype, data, shape);
const fromTensor = ({ data, dims }: ort.Tensor) => value(data as Value["data"], dims);
