import { AlcapError } from "../errors";
import { quoted, quotedShape } from "./quoted";
import { openZip, writeZip } from "./zip";

/** An array as numpy stores it, in C order. 64-bit integers come back as numbers: exact up to 2^53, an error beyond. */
export interface NpyArray {
  readonly data: Float32Array | Float64Array | Int32Array;
  readonly shape: readonly number[];
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY
const MAX_HEADER = 1 << 16;
/** Bytes that an archive's arrays take at most; a song's sound takes one million. */
const LARGEST = 1 << 26;

/** The element types that are read: numpy's name, bytes each, and how one is taken from a little-endian view. */
const ELEMENTS = {
  "<f4": { bytes: 4, make: (n: number) => new Float32Array(n), get: (v: DataView, at: number) => v.getFloat32(at, true) },
  "<f8": { bytes: 8, make: (n: number) => new Float64Array(n), get: (v: DataView, at: number) => v.getFloat64(at, true) },
  "<i4": { bytes: 4, make: (n: number) => new Int32Array(n), get: (v: DataView, at: number) => v.getInt32(at, true) },
  "<i8": { bytes: 8, make: (n: number) => new Float64Array(n), get: (v: DataView, at: number) => exact(v.getBigInt64(at, true)) },
} as const;

function isElement(descr: string): descr is keyof typeof ELEMENTS {
  return Object.hasOwn(ELEMENTS, descr);
}

/**
 * Reads one `.npy` array (format 1 to 3; `<f4`, `<f8`, `<i4`, `<i8`; C order) as untrusted input.
 *
 * @param name what the array is called in messages
 * @throws AlcapError `data` when the file is damaged, in Fortran order or of another type
 */
export function readNpy(bytes: Uint8Array, name = "The .npy array"): NpyArray {
  const { descr, fortran, shape, start } = readHeader(bytes, name);
  if (!isElement(descr))
    throw bad(
      name,
      `has the element type "${quoted(descr)}"; only ${Object.keys(ELEMENTS).join(", ")} are read`,
      "Convert it with numpy's astype.",
    );
  if (fortran && shape.length > 1) throw bad(name, "is in Fortran order", "Save it with numpy.ascontiguousarray.");
  const { bytes: width, make, get } = ELEMENTS[descr];
  const count = shape.reduce((product, size) => product * size, 1);
  if (count * width !== bytes.length - start)
    throw bad(name, `has the shape ${quotedShape(shape)} but ${bytes.length - start} bytes of data instead of ${count * width}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, count * width);
  const data = make(count);
  for (let i = 0; i < count; i++) data[i] = get(view, i * width);
  return { data, shape };
}

/**
 * Writes one `.npy` array (format 1.0, C order): `<f4`, `<f8` or `<i4` by the type of its data.
 *
 * @throws AlcapError `usage` when the shape and the data disagree
 */
export function writeNpy({ data, shape }: NpyArray): Uint8Array {
  const count = shape.reduce((product, size) => product * size, 1);
  if (count !== data.length)
    throw new AlcapError(
      "usage",
      `An array of shape (${shape.join(", ")}) has ${data.length} elements.`,
      "Give the shape of the data.",
    );
  const descr = data instanceof Float64Array ? "<f8" : data instanceof Float32Array ? "<f4" : "<i4";
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const length = Math.ceil((10 + header.length + 1) / 64) * 64 - 10; // numpy aligns the data to 64 bytes
  const bytes = new Uint8Array(10 + length + data.byteLength);
  const view = new DataView(bytes.buffer);
  bytes.set([...MAGIC, 1, 0]);
  view.setUint16(8, length, true);
  bytes.set(new TextEncoder().encode(`${header.padEnd(length - 1)}\n`), 10);
  for (let i = 0, at = 10 + length; i < data.length; i++, at += data.BYTES_PER_ELEMENT) {
    if (descr === "<f4") view.setFloat32(at, data[i]!, true);
    else if (descr === "<f8") view.setFloat64(at, data[i]!, true);
    else view.setInt32(at, data[i]!, true);
  }
  return bytes;
}

/**
 * Reads every array of a `.npz` archive, stored or compressed, as untrusted input. The released `audio_arrs_15_16000/{id}.npz`
 * and `audio_embs_15_16000/{id}.npz` hold one array under the key `a`.
 *
 * @returns a record without a prototype, so that no array's name can reach one
 * @throws AlcapError `data` when the archive or one of its arrays is damaged
 */
export function readNpz(bytes: Uint8Array, name = "The .npz archive"): Record<string, NpyArray> {
  const archive = openZip(bytes, { name, code: "data", checksums: true, packed: true });
  const arrays: Record<string, NpyArray> = Object.create(null);
  let size = 0;
  for (const entry of archive.names) {
    size += archive.size(entry);
    if (size > LARGEST) throw bad(name, `unpacks to more than ${LARGEST >> 20} MiB`, "Give a song's sound or representation.");
    if (!entry.endsWith(".npy")) throw bad(name, `holds "${quoted(entry)}", which is not a .npy array`);
    arrays[entry.slice(0, -4)] = readNpy(archive.read(entry), `"${quoted(entry)}" in ${name}`);
  }
  return arrays;
}

/** Writes arrays as numpy's `savez` does, uncompressed; the same arrays give the same bytes. */
export function writeNpz(arrays: Readonly<Record<string, NpyArray>>): Uint8Array {
  return writeZip(new Map(Object.entries(arrays).map(([key, array]) => [`${key}.npy`, writeNpy(array)])));
}

interface Header {
  readonly descr: string;
  readonly fortran: boolean;
  readonly shape: readonly number[];
  /** Byte at which the elements begin. */
  readonly start: number;
}

function readHeader(bytes: Uint8Array, name: string): Header {
  if (bytes.length < 12 || MAGIC.some((byte, i) => bytes[i] !== byte)) throw bad(name, "is not a numpy array");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const major = bytes[6]!;
  if (major < 1 || major > 3) throw bad(name, `is in version ${major} of the numpy format`);
  const begin = major === 1 ? 10 : 12;
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > MAX_HEADER || begin + length > bytes.length) throw bad(name, "has a header that reaches past its end");
  const text = new TextDecoder().decode(bytes.subarray(begin, begin + length));
  // A Python dictionary with three known keys, in any order: read by pattern, never evaluated.
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  const fortran = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const shape = /'shape'\s*:\s*\(([\d\s,]*)\)/.exec(text)?.[1];
  if (descr === undefined || fortran === undefined || shape === undefined) throw bad(name, "has a header that is not numpy's");
  const sizes = shape
    .split(",")
    .map((size) => size.trim())
    .filter((size) => size !== "")
    .map(Number);
  if (sizes.length > 32 || !sizes.every(Number.isSafeInteger)) throw bad(name, "has an impossible shape");
  return { descr, fortran: fortran === "True", shape: sizes, start: begin + length };
}

function exact(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER) || value < BigInt(Number.MIN_SAFE_INTEGER))
    throw bad("An array", `holds the integer ${value}, which a number cannot hold`, "Save it as a smaller type.");
  return Number(value);
}

function bad(name: string, problem: string, advice = "The file is damaged or not what its name says; get it again."): AlcapError {
  return new AlcapError("data", `${name} ${problem}.`, advice);
}
