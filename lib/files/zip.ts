import { crc32, inflateRawSync } from "node:zlib";
import { zipSync } from "fflate";
import { AlcapError, type ErrorCode } from "../errors";
import { quoted } from "./quoted";

/** What an archive is called in messages, and which kind of failure a bad one is. */
export interface ZipSource {
  readonly name: string;
  readonly code: ErrorCode;
  /** Compare each entry with its CRC-32. Off for torch files, which may be written without one. */
  readonly checksums: boolean;
  /** Inflate packed entries. Off for torch files, which are never packed. */
  readonly packed: boolean;
}

interface Entry {
  readonly method: number;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  readonly localOffset: number;
}

/** The files of a zip archive, read one at a time; names are keys, never paths. */
export interface ZipArchive {
  readonly names: readonly string[];
  /** Bytes that an entry says it unpacks to. */
  size(name: string): number;
  /** @throws AlcapError when the entry is missing, damaged or larger than its record says */
  read(name: string): Uint8Array;
}

const END = 0x06054b50;
const END_64 = 0x06064b50;
const END_64_LOCATOR = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
/** Entries of an archive that is opened. */
const MOST_ENTRIES = 1 << 17;
/** DEFLATE cannot pack tighter than this; a record that claims more lies about its size. */
const MAX_DEFLATE_RATIO = 1032;

/** True for a file that begins like a zip archive. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes.length >= 22 && bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5);
}

/**
 * Opens a zip or zip64 archive (stored and deflated entries) as untrusted input: every offset and size is checked against the file
 * before it is used, and no more is inflated than the file could hold.
 *
 * @throws AlcapError with `source.code` when the archive is damaged, encrypted or has two entries of one name
 */
export function openZip(bytes: Uint8Array, source: ZipSource): ZipArchive {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries = readDirectory(view, source);
  const find = (name: string) => {
    const entry = entries.get(name);
    if (entry) return entry;
    throw damaged(source, `has no entry "${quoted(name)}"`);
  };
  return {
    names: [...entries.keys()],
    size: (name) => find(name).size,
    read: (name) => {
      const entry = find(name);
      const data = readEntry(bytes, view, name, entry, source);
      if (source.checksums && crc32(data) !== entry.crc) throw damaged(source, `holds a damaged entry "${quoted(name)}"`);
      return data;
    },
  };
}

/** Packs entries without compression and with a fixed date: the same entries give the same bytes. */
export function writeZip(entries: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const files: Record<string, Uint8Array> = Object.create(null);
  for (const [name, data] of entries) files[name] = data;
  return zipSync(files, { level: 0, mtime: new Date(1980, 0, 1) });
}

function damaged(source: ZipSource, problem: string): AlcapError {
  return new AlcapError(
    source.code,
    `${source.name} ${problem}.`,
    "The file is damaged or not what its name says; get it again.",
  );
}

function readDirectory(view: DataView, source: ZipSource): Map<string, Entry> {
  const { count, offset, size } = findDirectory(view, source);
  const end = offset + size;
  if (count > MOST_ENTRIES) throw damaged(source, `has ${count} entries, and at most ${MOST_ENTRIES} are read`);
  if (end > view.byteLength || count * 46 > size) throw damaged(source, "has a zip directory that reaches past its end");
  const entries = new Map<string, Entry>();
  let claimed = 0;
  let at = offset;
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== CENTRAL) throw damaged(source, "has a broken zip directory");
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const next = at + 46 + nameLength + extraLength + view.getUint16(at + 32, true);
    if (next > end) throw damaged(source, "has a broken zip directory");
    const name = utf8(view, at + 46, nameLength);
    if (view.getUint16(at + 8, true) & 1) throw damaged(source, `has an encrypted entry "${quoted(name)}"`);
    if (entries.has(name)) throw damaged(source, `has two entries named "${quoted(name)}"`);
    const entry = readEntryRecord(view, at, nameLength, extraLength);
    entries.set(name, entry);
    claimed += entry.packedSize;
    if (claimed > view.byteLength) throw damaged(source, "has entries that lie over each other");
    at = next;
  }
  return entries;
}

function findDirectory(view: DataView, source: ZipSource): { count: number; offset: number; size: number } {
  const oldest = Math.max(0, view.byteLength - 22 - 0xffff);
  for (let at = view.byteLength - 22; at >= oldest; at--) {
    if (view.getUint32(at, true) !== END) continue;
    const found = {
      count: view.getUint16(at + 10, true),
      size: view.getUint32(at + 12, true),
      offset: view.getUint32(at + 16, true),
    };
    const locator = at - 20;
    if (locator < 0 || view.getUint32(locator, true) !== END_64_LOCATOR) return found;
    const at64 = bigToNumber(view.getBigUint64(locator + 8, true));
    if (at64 + 56 > view.byteLength || view.getUint32(at64, true) !== END_64) throw damaged(source, "has a broken zip64 record");
    return {
      count: bigToNumber(view.getBigUint64(at64 + 32, true)),
      size: bigToNumber(view.getBigUint64(at64 + 40, true)),
      offset: bigToNumber(view.getBigUint64(at64 + 48, true)),
    };
  }
  throw damaged(source, "has no zip directory (perhaps it was cut short)");
}

function readEntryRecord(view: DataView, at: number, nameLength: number, extraLength: number): Entry {
  let size = view.getUint32(at + 24, true);
  let packedSize = view.getUint32(at + 20, true);
  let localOffset = view.getUint32(at + 42, true);
  const wide = findZip64Extra(view, at + 46 + nameLength, extraLength);
  if (wide) {
    let field = wide.start;
    const take = (narrow: number) => {
      if (narrow !== 0xffffffff || field + 8 > wide.end) return narrow;
      field += 8;
      return bigToNumber(view.getBigUint64(field - 8, true));
    };
    size = take(size);
    packedSize = take(packedSize);
    localOffset = take(localOffset);
  }
  return { method: view.getUint16(at + 10, true), crc: view.getUint32(at + 16, true), size, packedSize, localOffset };
}

function findZip64Extra(view: DataView, start: number, length: number): { start: number; end: number } | undefined {
  const end = start + length;
  for (let at = start; at + 4 <= end; at += 4 + view.getUint16(at + 2, true)) {
    const fieldEnd = Math.min(end, at + 4 + view.getUint16(at + 2, true));
    if (view.getUint16(at, true) === 1) return { start: at + 4, end: fieldEnd };
  }
  return undefined;
}

function readEntry(bytes: Uint8Array, view: DataView, name: string, entry: Entry, source: ZipSource): Uint8Array {
  const { localOffset, packedSize, size, method } = entry;
  if (localOffset + 30 > bytes.length || view.getUint32(localOffset, true) !== LOCAL)
    throw damaged(source, `has no data where its directory places "${quoted(name)}"`);
  const start = localOffset + 30 + view.getUint16(localOffset + 26, true) + view.getUint16(localOffset + 28, true);
  if (start + packedSize > bytes.length) throw damaged(source, `is cut short inside "${quoted(name)}"`);
  const packed = bytes.subarray(start, start + packedSize);
  if (method === 0) {
    if (packedSize !== size) throw damaged(source, `gives two sizes for "${quoted(name)}"`);
    return packed;
  }
  if (method !== 8 || !source.packed)
    throw damaged(source, `packs "${quoted(name)}" with method ${method}, which is not expected here`);
  if (size > packedSize * MAX_DEFLATE_RATIO) throw damaged(source, `claims an impossible size for "${quoted(name)}"`);
  return inflate(packed, size, name, source);
}

function inflate(packed: Uint8Array, size: number, name: string, source: ZipSource): Uint8Array {
  try {
    const data = inflateRawSync(packed, { maxOutputLength: Math.max(1, size) });
    if (data.length === size) return data;
  } catch {
    // reported below: whatever zlib says, the entry does not hold what the directory promises
  }
  throw damaged(source, `holds a damaged entry "${quoted(name)}"`);
}

function utf8(view: DataView, offset: number, length: number): string {
  return new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + offset, length));
}

/** Offsets beyond 2^53 become larger than any file, so that the range checks refuse them. */
function bigToNumber(value: bigint): number {
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value);
}
