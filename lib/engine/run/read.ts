import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { modelProto, nodeProto } from "../graph/onnx";
import { flatten, unflatten } from "../tree";
import { type Data, isValue, type Value } from "../value";
import { donate, handle, isHandle, storageOf } from "./resident";
import { openSession, tensorOf } from "./session";

/** A session that copies one tensor from the GPU to the host: asking a GPU tensor for its data directly aborts Node. */
function downloader({ dtype, shape }: Value): Promise<InferenceSession> {
  const node = nodeProto({ op: "Identity", name: "read", inputs: ["x"], outputs: ["y"], attributes: {}, domain: "" });
  const port = { type: dtype, shape };
  const inputs = [{ ...port, name: "x" }];
  const model = modelProto({ name: "read", nodes: [node], initialisers: [], inputs, outputs: [{ ...port, name: "y" }] });
  return openSession(model, { engine: "onnx", device: "webgpu", threads: 1, spinning: false }, { name: "read" });
}

async function download(leaf: Value, tensor: OrtTensor): Promise<Data> {
  const session = await downloader(leaf);
  try {
    const { y } = await session.run({ x: tensor });
    return (y!.data as Data).slice();
  } finally {
    await session.release();
  }
}

async function copyOf(leaf: Value): Promise<Value> {
  const { dtype, shape } = leaf;
  const storage = storageOf(leaf);
  if (storage?.kind === "device") return { dtype, shape, data: await download(leaf, storage.tensor) };
  if (storage?.kind === "eager") return { dtype, shape, data: (await storage.tensor.data()).slice() as Data };
  return { dtype, shape, data: leaf.data.slice() };
}

/**
 * Copies every leaf of a tree of values into fresh arrays, wherever it lives: what to save, or to keep across steps.
 * @throws AlcapError `input` for state that was donated to a later step.
 */
export async function read<T>(tree: T): Promise<T> {
  const flat = flatten(tree, isValue, { root: "read" });
  const copies: Value[] = [];
  for (const leaf of flat.leaves) copies.push(await copyOf(leaf));
  // The same tree with the same kind of leaves.
  return unflatten(flat.skeleton, (i) => copies[i]) as T;
}

/**
 * The elements of a tree of values in arrays that the caller may change: a handle's own where they lie in host memory, else copies.
 * The handles are used up; plain values belong to someone else and are copied.
 * @throws AlcapError `input` for state that was donated to a later step.
 */
export async function takeOver<T>(tree: T): Promise<T> {
  const flat = flatten(tree, isValue, { root: "state" });
  const own: Value[] = [];
  for (const leaf of flat.leaves) {
    const { dtype, shape } = leaf;
    own.push(storageOf(leaf)?.kind === "host" ? { dtype, shape, data: leaf.data } : await copyOf(leaf));
  }
  donate(flat.leaves);
  return unflatten(flat.skeleton, (i) => own[i]) as T;
}

/** Handles to a tree of values that nobody else uses: the step that they are passed to may reuse their memory. */
export function hold<T>(tree: T): T {
  const flat = flatten(tree, isValue, { root: "state" });
  const held = (leaf: Value, path: string): Value => {
    if (isHandle(leaf)) return leaf;
    const { dtype, shape, data } = leaf;
    return handle(dtype, shape, { kind: "host", tensor: tensorOf(dtype, data, shape) }, path);
  };
  return unflatten(flat.skeleton, (i) => held(flat.leaves[i]!, flat.paths[i]!)) as T;
}
