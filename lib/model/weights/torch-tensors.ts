import { AlcapError } from "../../errors";
import { quoted } from "../../files/quoted";
import { isKind, type Pickled, type StorageRef, type TensorRef } from "./pickle";
import { decodeElements, ELEMENT_BYTES, type Element, elementCount, type NamedTensor, sharesMemory } from "./tensor";

/** torch's storage classes that weights are kept in. */
const STORAGES: Readonly<Record<string, Element>> = {
  DoubleStorage: "F64",
  FloatStorage: "F32",
  HalfStorage: "F16",
  BFloat16Storage: "BF16",
  LongStorage: "I64",
  IntStorage: "I32",
  BoolStorage: "BOOL",
};

/** Dictionaries within dictionaries, deeper than any model. */
const MAX_DEPTH = 32;
/** Tensors, parts that are looked at for them, and axes of a tensor: more than any model has. */
const MAX_TENSORS = 1 << 16;
const MAX_VISITS = 1 << 21;
export const MAX_RANK = 16;
/** Characters in a dotted name, more than any model needs. */
const MAX_NAME = 1000;
/** Where training scripts keep the weights beside an epoch and an optimiser. */
const STATE_KEYS = ["state_dict", "model_state_dict", "model"];

/** Finds the bytes of a storage. */
export type Storages = (storage: StorageRef) => Uint8Array;

/** The state dictionary inside a training checkpoint, or the value itself. */
export function unwrapState(value: Pickled): Pickled {
  if (!isKind(value, "dict") || value.entries.some(([, entry]) => isKind(entry, "tensor"))) return value;
  for (const key of STATE_KEYS) {
    const state = value.entries.find(([name, entry]) => name === key && isKind(entry, "dict"))?.[1];
    if (state !== undefined) return state;
  }
  return value;
}

/** Every tensor with its dotted name. A file that refers to its own parts over and over runs into a limit. */
export function collectTensors(root: Pickled, name: string): Map<string, TensorRef> {
  const found = new Map<string, TensorRef>();
  let visits = 0;
  const visit = (value: Pickled, path: string, depth: number): void => {
    visits++;
    if (depth > MAX_DEPTH || visits > MAX_VISITS) throw bad(name, "nests its dictionaries too deeply");
    if (path.length > MAX_NAME) throw bad(name, "gives a tensor an endless name");
    const join = (key: string | number) => (path === "" ? String(key) : `${path}.${key}`);
    if (isKind(value, "tensor")) found.set(path === "" ? "tensor" : path, value);
    if (found.size > MAX_TENSORS) throw bad(name, `holds more than ${MAX_TENSORS} tensors`);
    if (isKind(value, "storage")) throw bad(name, `holds a bare storage at "${quoted(path)}"`, "Save tensors.");
    if (isKind(value, "list") || isKind(value, "tuple"))
      for (const [i, item] of value.items.entries()) visit(item, join(i), depth + 1);
    if (!isKind(value, "dict")) return;
    for (const [key, item] of value.entries) {
      if (typeof key !== "string" && typeof key !== "number")
        throw bad(name, `has a key in "${quoted(path)}" that is neither text nor number`);
      visit(item, join(key), depth + 1);
    }
  };
  visit(root, "", 0);
  return found;
}

/** Materialises tensors: each storage is converted once and shared, and copies stay within twice the file. */
export function tensorReader(storages: Storages, fileSize: number, name: string): (key: string, ref: TensorRef) => NamedTensor {
  const converted = new Map<string, Pick<NamedTensor, "dtype" | "data">>();
  let budget = 2 * fileSize;
  const spend = (bytes: number) => {
    budget -= bytes;
    if (budget < 0) throw bad(name, "holds views that are larger than the file itself");
  };
  const convert = (storage: StorageRef) => {
    const element = elementOf(storage, name);
    const id = `${element}/${storage.key}`;
    const known = converted.get(id);
    if (known) return known;
    const bytes = storages(storage);
    const length = storage.count * ELEMENT_BYTES[element];
    if (length > bytes.length)
      throw bad(name, `holds ${bytes.length} bytes for the storage "${quoted(storage.key)}" instead of ${length}`);
    if (!sharesMemory(bytes, element)) spend(4 * storage.count);
    const decoded = decodeElements(bytes.subarray(0, length), element, storage.key);
    converted.set(id, decoded);
    return decoded;
  };
  return (key, { storage, offset, shape, strides }) => {
    const count = elementCount(shape);
    const { dtype, data } = convert(storage);
    const last = shape.reduce((sum, size, i) => sum + (size - 1) * strides[i]!, offset);
    if (count > 0 && !(last < data.length)) throw bad(name, `has the tensor "${quoted(key)}" reach past its storage`);
    if (count === 0 || isContiguous(shape, strides)) return { dtype, shape, data: data.subarray(offset, offset + count) };
    spend(4 * count);
    return { dtype, shape, data: gather(data, offset, shape, strides) };
  };
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== step) return false;
    step *= shape[axis]!;
  }
  return true;
}

/** Copies a strided view, such as a transposed matrix, into row-major order. */
function gather(
  data: NamedTensor["data"],
  offset: number,
  shape: readonly number[],
  strides: readonly number[],
): NamedTensor["data"] {
  const out =
    data instanceof Float32Array
      ? new Float32Array(elementCount(shape))
      : data instanceof Int32Array
        ? new Int32Array(elementCount(shape))
        : new Uint8Array(elementCount(shape));
  const index = shape.map(() => 0);
  let at = offset;
  for (let i = 0; i < out.length; i++) {
    out[i] = data[at]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += strides[axis]!;
      index[axis] = index[axis]! + 1;
      if (index[axis]! < shape[axis]!) break;
      at -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}

export function elementOf({ type }: StorageRef, name: string): Element {
  const element = Object.hasOwn(STORAGES, type) ? STORAGES[type] : undefined;
  if (element) return element;
  throw bad(name, `holds a ${quoted(type)}; only ${Object.keys(STORAGES).join(", ")} are read`, "Convert the weights to floats.");
}

/** A torch file that cannot be read. */
export function bad(
  name: string,
  problem: string,
  advice = "The file is damaged or not what its name says; get it again.",
): AlcapError {
  return new AlcapError("weights", `${name} ${problem}.`, advice);
}
