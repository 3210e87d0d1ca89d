import type { Tensor as OrtTensor } from "onnxruntime-node";
import { AlcapError } from "../../errors";
import type { tf } from "../tf";
import { type Data, type DType, isValue, type Value } from "../value";

/** What a handle to resident state stands on: a buffer of the runtime or a tensor of an eager engine. */
export type Storage =
  | { readonly kind: "host"; readonly tensor: OrtTensor }
  | { readonly kind: "device"; readonly tensor: OrtTensor }
  | { readonly kind: "eager"; readonly tensor: tf.Tensor };

interface Cell {
  readonly storage: Storage;
  readonly path: string;
  donated: boolean;
}

// Handles are plain values to everyone else; what they stand on is kept beside them.
const cells = new WeakMap<Value, Cell>();

const donatedError = (path: string): AlcapError =>
  new AlcapError(
    "input",
    `${path} was handed to a later step, which reuses its memory.`,
    "Keep what the step returned, or copy the old state with read(state) before the step.",
  );

/** A value whose elements stay in `storage`. */
export function handle(dtype: DType, shape: readonly number[], storage: Storage, path: string): Value {
  const cell: Cell = { storage, path, donated: false };
  const made: Value = {
    dtype,
    shape,
    get data(): Data {
      if (cell.donated) throw donatedError(path);
      if (storage.kind === "host") return storage.tensor.data as Data;
      if (storage.kind === "eager") return storage.tensor.dataSync<"float32">().slice();
      throw new AlcapError("input", `${path} lives on the GPU.`, "Use read(state), which copies it.");
    },
  };
  cells.set(made, cell);
  return made;
}

/**
 * What `leaf` stands on, or undefined for a plain value.
 * @throws AlcapError `input` for a handle that was donated.
 */
export function storageOf(leaf: Value): Storage | undefined {
  const cell = cells.get(leaf);
  if (cell?.donated) throw donatedError(cell.path);
  return cell?.storage;
}

/** Marks handles as used up by a step. */
export function donate(leaves: readonly Value[]): void {
  for (const leaf of leaves) {
    const cell = cells.get(leaf);
    if (cell) cell.donated = true;
  }
}

/** Whether `x` is a handle to resident state. */
export const isHandle = (x: unknown): boolean => isValue(x) && cells.has(x);
