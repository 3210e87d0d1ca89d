import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { AlcapError } from "../../errors";
import { MASK_KEYS } from "../graph/masks";
import { inputName, type OutputPort, type Program } from "../graph/program";
import { fillMask, maskKeys } from "../random";
import type { CallPlan, GraphDescription } from "../runner";
import type { Settings } from "../settings";
import { unflatten } from "../tree";
import { allocate, sizeOf, type Value } from "../value";
import type { Call } from "./call";
import { donate, handle, isHandle, storageOf } from "./resident";
import { hostValue, tensorOf } from "./session";

/** A program with its session. */
export interface Graph {
  readonly program: Program;
  /** undefined when every output is an input passed through. */
  readonly session: InferenceSession | undefined;
  /** Input leaves that are fed at each call: those the graph reads and that are not baked. */
  readonly fed: readonly number[];
  /** Output leaf → input leaf of resident state. */
  readonly resident: ReadonlyMap<number, number>;
  /** The tensors that its masks are drawn into: its own, or new ones where it keeps no memory. */
  readonly masks: () => ReadonlyMap<string, OrtTensor>;
  readonly description: GraphDescription;
}

/** Buffers that no handle uses, by state leaf; shared by the graphs of one function. */
export type Spares = Map<number, OrtTensor[]>;

/** The tensor to feed for a leaf; nothing is copied. */
function feedOf(leaf: Value, { device }: Settings): OrtTensor {
  const storage = storageOf(leaf);
  const usable = storage?.kind === "host" || (storage?.kind === "device" && device === "webgpu");
  return usable ? storage.tensor : tensorOf(leaf.dtype, leaf.data, leaf.shape);
}

/** Empty tensors for the masks of a program. */
export const maskTensors = ({ maskPorts }: Program): ReadonlyMap<string, OrtTensor> =>
  new Map(
    maskPorts.map(({ name, shape, type }) => {
      const dtype = type === "int32" ? type : "float32";
      return [name, tensorOf(dtype, allocate(dtype, sizeOf(shape)), shape)];
    }),
  );

/** The masks of a call. */
function drawnMasks(graph: Graph, call: Call): ReadonlyMap<string, OrtTensor> {
  const masks = graph.masks();
  const keys = masks.get(MASK_KEYS)?.data as Int32Array | undefined;
  for (const [i, { name, rate, site, keyLeaf }] of graph.program.masks.entries()) {
    const [seed = 0, step = 0] = call.leaves[keyLeaf]!.data;
    const address = { seed, step, site };
    if (keys) keys.set(maskKeys(address), 2 * i);
    else fillMask(masks.get(name)!.data as Float32Array, rate, address);
  }
  return masks;
}

function feedsOf(graph: Graph, call: Call, settings: Settings): Record<string, OrtTensor> {
  const feeds: Record<string, OrtTensor> = Object.fromEntries(drawnMasks(graph, call));
  for (const leaf of graph.fed) feeds[inputName(leaf)] = feedOf(call.leaves[leaf]!, settings);
  return feeds;
}

/** An output buffer for a state leaf: one that an earlier step gave up, or a new one. */
function takeSpare(spares: Spares, leaf: number, port: OutputPort): OrtTensor {
  const pool = spares.get(leaf) ?? [];
  const fits = pool.findIndex((tensor) => tensor.type === port.dtype && tensor.dims.join() === port.shape.join());
  if (fits >= 0) return pool.splice(fits, 1)[0]!;
  return tensorOf(port.dtype, allocate(port.dtype, sizeOf(port.shape)), port.shape);
}

/** Output tensors by name; state goes to buffers of our own, or stays where it is on a GPU. */
function fetchesOf(graph: Graph, spares: Spares, settings: Settings): Record<string, OrtTensor | null> {
  const fetches: Record<string, OrtTensor | null> = {};
  graph.program.outputs.forEach((port, leaf) => {
    if (!("name" in port)) return;
    const stateLeaf = graph.resident.get(leaf);
    const own = stateLeaf !== undefined && settings.device !== "webgpu";
    fetches[port.name] = own ? takeSpare(spares, stateLeaf, port) : null;
  });
  return fetches;
}

/** The outputs that were given a buffer. */
const given = (fetches: Readonly<Record<string, OrtTensor | null>>): Record<string, OrtTensor> =>
  Object.fromEntries(Object.entries(fetches).flatMap(([name, tensor]) => (tensor ? [[name, tensor] as const] : [])));

/** Gives the buffers of used-up handles back: to the pool, or to the GPU. */
function recycle(used: readonly (readonly [leaf: number, state: Value])[], kept: ReadonlySet<OrtTensor>, spares?: Spares): void {
  for (const [leaf, state] of used) {
    const storage = storageOf(state);
    if (!storage || storage.kind === "eager" || kept.has(storage.tensor)) continue;
    if (storage.kind === "device") storage.tensor.dispose();
    else spares?.set(leaf, [...(spares.get(leaf) ?? []), storage.tensor]);
  }
}

function outputOf(graph: Graph, call: Call, leaf: number, results: Readonly<Record<string, OrtTensor>>, plan: CallPlan): Value {
  const port = graph.program.outputs[leaf]!;
  const stateLeaf = graph.resident.get(leaf);
  const path = stateLeaf === undefined ? "" : call.paths[stateLeaf]!;
  if ("inputLeaf" in port) {
    const argument = call.leaves[port.inputLeaf]!;
    const storage = storageOf(argument);
    // State that passes through unchanged keeps its buffer under a new handle.
    if (stateLeaf === port.inputLeaf && storage) return handle(port.dtype, port.shape, storage, path);
    const copy = { dtype: port.dtype, shape: port.shape, data: argument.data.slice() };
    if (stateLeaf === undefined) return copy;
    return handle(port.dtype, port.shape, { kind: "host", tensor: tensorOf(copy.dtype, copy.data, copy.shape) }, path);
  }
  const tensor = results[port.name]!;
  if (stateLeaf === undefined) return hostValue(tensor, port.dtype, port.shape);
  const kind = plan.settings.device === "webgpu" ? "device" : "host";
  return handle(port.dtype, port.shape, { kind, tensor }, path);
}

/** Runs a graph once: masks are drawn, state moves from its handles to new ones, everything else comes back as fresh arrays. */
export async function runGraph(graph: Graph, call: Call, spares: Spares, plan: CallPlan): Promise<unknown> {
  const feeds = feedsOf(graph, call, plan.settings);
  const fetches = fetchesOf(graph, spares, plan.settings);
  const states = [...graph.resident.values()].map((leaf) => [leaf, call.leaves[leaf]!] as const);
  for (const [, state] of states) storageOf(state); // throws for a donated handle, also one the graph does not read
  let results: Readonly<Record<string, OrtTensor>> = {};
  try {
    // The runtime returns copies also of outputs that were given a buffer; the buffers are what goes on.
    if (graph.session) results = { ...(await graph.session.run(feeds, fetches)), ...given(fetches) } as Record<string, OrtTensor>;
  } catch (error) {
    const cause = error instanceof Error ? error.message.split("\n")[0] : String(error);
    const problem = `${plan.name} failed: ${cause}.`;
    throw new AlcapError("engine", problem, "Check that indices are in range; the node's name says where.", { cause: error });
  }
  const outputs = graph.program.outputs.map((_, leaf) => outputOf(graph, call, leaf, results, plan));
  const kept = new Set(outputs.flatMap((output) => (isHandle(output) ? [storageOf(output)!.tensor as OrtTensor] : [])));
  recycle(states, kept, plan.settings.device === "webgpu" ? undefined : spares);
  donate(states.map(([, state]) => state));
  return unflatten(graph.program.result, (leaf) => outputs[leaf]);
}
