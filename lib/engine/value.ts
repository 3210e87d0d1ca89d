import { AlcapError } from "../errors";

/** Element types that travel in and out of a compiled function. */
export type DType = "float32" | "int32" | "bool";
/** The array a {@link DType} is kept in; `bool` is one byte an element, 0 or 1. */
export type Data = Float32Array | Int32Array | Uint8Array;

/**
 * A tensor outside a compiled function: plain data, row-major.
 * Handles to resident state have the same face; their `data` throws when the buffer was donated to a later step or lives on a GPU.
 */
export interface Value {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: Data;
}

/** Number of elements of a shape; 1 for a scalar. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((size, length) => size * length, 1);

/** The element type a typed array stands for. */
export const dtypeOf = (data: Data): DType =>
  data instanceof Float32Array ? "float32" : data instanceof Int32Array ? "int32" : "bool";

/** A zeroed array for `size` elements of `dtype`. */
export function allocate(dtype: DType, size: number): Data {
  if (dtype === "float32") return new Float32Array(size);
  return dtype === "int32" ? new Int32Array(size) : new Uint8Array(size);
}

/**
 * A tensor from a typed array, not copied: `Float32Array` is float32, `Int32Array` int32, `Uint8Array` bool.
 * @throws AlcapError `input` when the shape does not hold the array's length.
 */
export function value(data: Data, shape: readonly number[]): Value {
  if (sizeOf(shape) !== data.length)
    throw new AlcapError(
      "input",
      `A value of shape [${shape.join(", ")}] needs ${sizeOf(shape)} elements and got ${data.length}.`,
      "Pass the shape the array was filled with.",
    );
  return { dtype: dtypeOf(data), shape, data };
}

/** A scalar value of shape `[]`. */
export function scalar(x: number, dtype: DType = "float32"): Value {
  const data = allocate(dtype, 1);
  data[0] = x;
  return { dtype, shape: [], data };
}

/** Whether `x` is a {@link Value}; does not touch `data`, which may be a getter that throws. */
export function isValue(x: unknown): x is Value {
  return typeof x === "object" && x !== null && "dtype" in x && "shape" in x && "data" in x && Array.isArray(x.shape);
}
