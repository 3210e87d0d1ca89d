import { AlcapError } from "../../errors";
import { parseJson } from "../../files/json";
import { quoted, quotedShape } from "../../files/quoted";
import { decode } from "../../files/read";
import {
  decodeElements,
  ELEMENT_BYTES,
  type Element,
  elementCount,
  type NamedTensor,
  type NamedTensors,
  noTensors,
} from "./tensor";

/** Bytes of a header that is parsed, some hundred thousand tensors; the format itself allows six times as many. */
const MAX_HEADER = 1 << 24;
const METADATA = "__metadata__";

export interface Safetensors {
  readonly tensors: NamedTensors;
  readonly metadata: Record<string, string>;
}

interface Entry {
  readonly name: string;
  readonly element: Element;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** True for bytes that begin like a safetensors file: a header length that fits, then a JSON object. */
export function isSafetensors(bytes: Uint8Array): boolean {
  const length = headerLength(bytes);
  return length !== undefined && length >= 2 && bytes[8] === 0x7b;
}

function headerLength(bytes: Uint8Array): number | undefined {
  if (bytes.length < 8) return undefined;
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  return length <= BigInt(Math.min(MAX_HEADER, bytes.length - 8)) ? Number(length) : undefined;
}

/**
 * Reads a safetensors file as untrusted input: types, shapes and offsets must agree, and the tensors must fill the data exactly,
 * none over another. F32 and I32 share the file's memory, F16, BF16 and F64 become float32, I64 int32.
 *
 * @param name what the file is called in messages
 * @throws AlcapError `weights` naming the tensor at fault
 */
export function readSafetensors(bytes: Uint8Array, name = "The safetensors file"): Safetensors {
  const length = headerLength(bytes);
  if (length === undefined) throw bad(name, `has a header that reaches past its end, or past ${MAX_HEADER >> 20} MiB`);
  const header = parseHeader(bytes.subarray(8, 8 + length), name);
  const data = bytes.subarray(8 + length);
  const metadata: Record<string, string> = Object.create(null);
  const entries: Entry[] = [];
  for (const [key, value] of Object.entries(header)) {
    if (key === METADATA) readMetadata(value, metadata, name);
    else entries.push(readEntry(key, value, name));
  }
  checkCover(entries, data.length, name);
  const tensors = noTensors();
  for (const { name: key, element, shape, begin, end } of entries)
    tensors[key] = { shape, ...decodeElements(data.subarray(begin, end), element, key) };
  return { tensors, metadata };
}

function parseHeader(bytes: Uint8Array, name: string): object {
  const text = decode(bytes, "utf-8");
  const header = text === undefined ? undefined : parseJson(text, `${name}: its header`, "weights");
  if (isObject(header)) return header;
  throw bad(name, "has a header that is not a JSON object");
}

function readMetadata(value: unknown, metadata: Record<string, string>, name: string): void {
  if (!isObject(value)) throw bad(name, "has metadata that is not a JSON object");
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== "string") throw bad(name, `has metadata "${quoted(key)}" that is not text`);
    metadata[key] = text;
  }
}

function readEntry(key: string, value: unknown, name: string): Entry {
  const { dtype, shape, data_offsets: offsets } = fieldsOf(value);
  if (typeof dtype !== "string") throw bad(name, `gives the tensor "${quoted(key)}" no dtype`);
  if (!isElement(dtype))
    throw bad(
      name,
      `holds the tensor "${quoted(key)}" as ${quoted(dtype)}; only ${Object.keys(ELEMENT_BYTES).join(", ")} are read`,
    );
  if (!isSizes(shape)) throw bad(name, `gives the tensor "${quoted(key)}" an impossible shape`);
  if (!isSizes(offsets) || offsets.length !== 2) throw bad(name, `gives the tensor "${quoted(key)}" impossible offsets`);
  const [begin = 0, end = 0] = offsets;
  if (end - begin !== elementCount(shape) * ELEMENT_BYTES[dtype])
    throw bad(
      name,
      `gives the tensor "${quoted(key)}" ${end - begin} bytes, but its shape ${quotedShape(shape)} of ${dtype} needs another number`,
    );
  return { name: key, element: dtype, shape, begin, end };
}

/** In order of their offsets the tensors must follow each other from the first byte to the last. */
function checkCover(entries: readonly Entry[], size: number, name: string): void {
  let at = 0;
  for (const { name: key, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at)
      throw bad(name, `has ${begin < at ? "data shared between tensors" : "unclaimed data"} before the tensor "${quoted(key)}"`);
    at = end;
  }
  if (at !== size) throw bad(name, at > size ? "is cut short" : "has unclaimed data at its end");
}

/**
 * Writes a safetensors file: the same tensors give the same bytes, whatever their order. Names are sorted, wide elements first, and the
 * header is padded so that every tensor is aligned.
 *
 * @throws AlcapError `usage` when a shape and its data disagree
 */
export function writeSafetensors(
  tensors: Readonly<Record<string, NamedTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: Record<string, unknown> = Object.create(null);
  if (Object.keys(metadata).length > 0) header[METADATA] = Object.fromEntries(Object.entries(metadata).sort(byName));
  const rank = ({ data }: NamedTensor) => -data.BYTES_PER_ELEMENT;
  const sorted = Object.entries(tensors).sort((a, b) => rank(a[1]) - rank(b[1]) || byName(a, b));
  let size = 0;
  for (const [name, { dtype, shape, data }] of sorted) {
    if (name === METADATA || elementCount(shape) !== data.length)
      throw new AlcapError(
        "usage",
        `The tensor "${name}" of shape [${shape.join(", ")}] cannot be written with ${data.length} elements.`,
        "Give each tensor the shape of its data and a name of its own.",
      );
    header[name] = { dtype: ELEMENT_NAMES[dtype], shape, data_offsets: [size, size + data.byteLength] };
    size += data.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + padded + size).fill(0x20, 8, 8 + padded);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(text, 8);
  let at = 8 + padded;
  for (const [, { data }] of sorted) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

const ELEMENT_NAMES: Readonly<Record<NamedTensor["dtype"], Element>> = { float32: "F32", int32: "I32", bool: "BOOL" };

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : Number(a > b);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? Object.fromEntries(Object.entries(value)) : {};
}

function isElement(dtype: string): dtype is Element {
  return Object.hasOwn(ELEMENT_BYTES, dtype);
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function bad(name: string, problem: string): AlcapError {
  return new AlcapError("weights", `${name} ${problem}.`, "The file is damaged or not what its name says; get it again.");
}
