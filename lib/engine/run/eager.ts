import { AlcapError } from "../../errors";
import { type MaskSource, withMasks } from "../context";
import { fillMask } from "../random";
import type { Plan, Runner } from "../runner";
import { tf } from "../tf";
import { flatten, unflatten } from "../tree";
import { type Data, type DType, sizeOf, type Value } from "../value";
import { type Call, pairResident, readCall } from "./call";
import { donate, handle, storageOf } from "./resident";

const isTensor = (x: unknown): x is tf.Tensor => x instanceof tf.Tensor;
const NATIVE_PACKAGES = ["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"];
const hasNative = (): boolean => tf.engine().backendNames().includes("tensorflow");

/** Loads a package that should register TensorFlow's native backend; returns why it did not. */
function tryNative(name: string): string {
  try {
    // This workspace itself puts plain tfjs under the name tfjs-node; loading that would bring nothing native.
    const found = (require(`${name}/package.json`) as { name: string }).name;
    if (found !== name) return `${name} is an alias of ${found}`;
    require(name);
    return hasNative() ? "" : `${name} registered no native backend`;
  } catch (error) {
    return `${name}: ${error instanceof Error ? error.message.split("\n")[0] : String(error)}`;
  }
}

/** Loads TensorFlow's native backend from the first package that has it. */
function loadTensorflow(): void {
  const causes: string[] = [];
  for (const name of NATIVE_PACKAGES) {
    if (hasNative()) return;
    causes.push(tryNative(name));
  }
  if (hasNative()) return;
  throw new AlcapError(
    "engine",
    `Engine tensorflow is not installed (${causes.join("; ")}).`,
    "Run npm install @tensorflow/tfjs-node-gpu@4.22.0 and let its install script fetch the native library, or unset ALCAP_ENGINE.",
  );
}

/** Dropout masks drawn at once, from the key's values. */
function eagerMasks(): MaskSource {
  let site = 0;
  return (shape, rate, key) => {
    const [seed, step] = key.dataSync<"int32">();
    const mask = new Float32Array(sizeOf(shape));
    fillMask(mask, rate, { seed: seed!, step: step!, site });
    site += 1;
    return tf.tensor(mask, [...shape]);
  };
}

function toTensor(leaf: Value): tf.Tensor {
  const storage = storageOf(leaf);
  if (storage?.kind === "eager") return storage.tensor;
  return tf.tensor(leaf.data, [...leaf.shape], leaf.dtype);
}

interface Outcome {
  readonly tensors: readonly tf.Tensor[];
  readonly result: ReturnType<typeof flatten>["skeleton"];
}

/** Calls `fn`; the returned tensors are kept, everything else is disposed. */
function runOps(fn: (...args: never[]) => unknown, call: Call, backend: string): Outcome {
  void tf.setBackend(backend); // takes effect at once for a backend that is loaded
  const engine = tf.engine();
  engine.startScope();
  let returned: tf.Tensor[] = [];
  try {
    const inputs = call.leaves.map(toTensor);
    const args = call.args.map((arg) => unflatten(arg, (leaf) => inputs[leaf]));
    const flat = flatten(
      withMasks(eagerMasks(), () => fn(...(args as never[]))),
      isTensor,
      { root: "result" },
    );
    // Clones, so that an argument handed through is not shared with the caller.
    returned = flat.leaves.map((tensor) => tf.keep(tf.clone(tensor)));
    return { tensors: returned, result: flat.skeleton };
  } finally {
    engine.endScope();
  }
}

async function takeOut(tensor: tf.Tensor): Promise<Value> {
  const data = (await tensor.data()).slice() as Data;
  const value: Value = { dtype: tensor.dtype as DType, shape: [...tensor.shape], data };
  tensor.dispose();
  return value;
}

/** Runs a function op by op on a tfjs backend. */
export function eagerRunner(fn: (...args: never[]) => unknown, plan: Plan): Runner {
  return {
    async run(inputs) {
      const call = readCall(inputs, plan.name);
      const native = plan.settings.engine === "tensorflow";
      if (native) loadTensorflow();
      const { tensors, result } = runOps(fn, call, native ? "tensorflow" : "cpu");
      const types = tensors.map(({ dtype, shape }) => ({ dtype, shape }));
      const resident = plan.resident ? pairResident(plan.resident, result, types, call, plan.name) : new Map<number, number>();
      const outputs: Value[] = [];
      for (const [leaf, tensor] of tensors.entries()) {
        const stateLeaf = resident.get(leaf);
        const path = stateLeaf === undefined ? "" : call.paths[stateLeaf]!;
        const { dtype, shape } = tensor;
        outputs.push(
          stateLeaf === undefined ? await takeOut(tensor) : handle(dtype as DType, shape, { kind: "eager", tensor }, path),
        );
      }
      retire([...resident.values()].map((leaf) => call.leaves[leaf]!));
      return unflatten(result, (leaf) => outputs[leaf]);
    },
    release: async () => {},
    graphs: () => [],
  };
}

/** Frees the state a step replaced. */
function retire(states: readonly Value[]): void {
  for (const state of states) {
    const storage = storageOf(state);
    if (storage?.kind === "eager") storage.tensor.dispose();
  }
  donate(states);
}
