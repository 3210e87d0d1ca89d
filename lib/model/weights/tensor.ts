import { AlcapError } from "../../errors";
import { quoted } from "../../files/quoted";

/** A tensor out of a weight file: what the engine takes as a value. */
export interface NamedTensor {
  readonly dtype: "float32" | "int32" | "bool";
  readonly shape: readonly number[];
  /** Row-major. May share memory with the file that was read. */
  readonly data: Float32Array | Int32Array | Uint8Array;
}

/** Tensors by name, in a record without a prototype: a tensor called `__proto__` is only a tensor. */
export type NamedTensors = Record<string, NamedTensor>;

/** Element types of weight files, by safetensors' names. */
export type Element = "F64" | "F32" | "F16" | "BF16" | "I64" | "I32" | "BOOL";

export const ELEMENT_BYTES: Readonly<Record<Element, number>> = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, BOOL: 1 };

/** An empty record of tensors. */
export function noTensors(): NamedTensors {
  return Object.create(null);
}

/** The number of elements of a shape; a value that is no safe integer when it is too large to be one. */
export function elementCount(shape: readonly number[]): number {
  return shape.includes(0) ? 0 : shape.reduce((product, size) => product * size, 1);
}

/**
 * Little-endian elements as the engine's types: floats become float32 (half precision exactly, double precision rounded), integers int32.
 * Float32 and int32 that are aligned are not copied.
 *
 * @param bytes a whole number of elements
 * @param name the tensor, for messages
 * @throws AlcapError `weights` when a 64-bit integer does not fit in 32 bits
 */
export function decodeElements(bytes: Uint8Array, element: Element, name: string): Pick<NamedTensor, "dtype" | "data"> {
  const { buffer, byteOffset, byteLength } = bytes;
  const count = byteLength / ELEMENT_BYTES[element];
  const aligned = sharesMemory(bytes, element) ? bytes : new Uint8Array(bytes);
  if (element === "F32") return { dtype: "float32", data: new Float32Array(aligned.buffer, aligned.byteOffset, count) };
  if (element === "I32") return { dtype: "int32", data: new Int32Array(aligned.buffer, aligned.byteOffset, count) };
  if (element === "BOOL") return { dtype: "bool", data: Uint8Array.from(bytes, (value) => Number(value !== 0)) };
  const view = new DataView(buffer, byteOffset, byteLength);
  if (element === "I64") return { dtype: "int32", data: narrowIntegers(view, count, name) };
  const data = new Float32Array(count);
  if (element === "F64") for (let i = 0; i < count; i++) data[i] = view.getFloat64(8 * i, true);
  if (element === "BF16") widenBfloat(view, data);
  if (element === "F16") for (let i = 0; i < count; i++) data[i] = halfToNumber(view.getUint16(2 * i, true));
  return { dtype: "float32", data };
}

/**
 * Throws `AlcapError` "weights" naming the first tensor with a number that is not finite: a model of such computes nothing, in silence.
 *
 * @param name the file, for messages
 */
export function demandFinite(tensors: Readonly<Record<string, Pick<NamedTensor, "data">>>, name: string): void {
  for (const [key, { data }] of Object.entries(tensors))
    for (const number of data)
      if (!Number.isFinite(number))
        throw new AlcapError(
          "weights",
          `${name} holds ${number} in the tensor "${quoted(key)}".`,
          "Its training failed; take an earlier checkpoint, or train again.",
        );
}

/** True when `decodeElements` gives a view of these bytes, not a copy. */
export function sharesMemory(bytes: Uint8Array, element: Element): boolean {
  return (element === "F32" || element === "I32") && bytes.byteOffset % 4 === 0;
}

/** A bfloat16 is the upper half of a float32. */
function widenBfloat(view: DataView, data: Float32Array): void {
  const bits = new Uint32Array(data.buffer);
  for (let i = 0; i < bits.length; i++) bits[i] = view.getUint16(2 * i, true) << 16;
}

/** IEEE 754 half precision: 1 sign, 5 exponent, 10 fraction bits. */
function halfToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function narrowIntegers(view: DataView, count: number, name: string): Int32Array {
  const data = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    data[i] = view.getInt32(8 * i, true);
    const high = view.getInt32(8 * i + 4, true);
    if (high !== (data[i]! < 0 ? -1 : 0))
      throw new AlcapError(
        "weights",
        `The tensor "${quoted(name)}" holds ${view.getBigInt64(8 * i, true)}, beyond 32 bits.`,
        "Such integers are not used by these models; check the file.",
      );
  }
  return data;
}
