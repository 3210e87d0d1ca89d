import { quoted } from "../../files/quoted";
import { isZip, openZip, type ZipArchive } from "../../files/zip";
import { isKind, MOST_OPCODES, type Pickled, type PickleRules, readPickle, type StorageRef } from "./pickle";
import { ELEMENT_BYTES, type NamedTensors, noTensors } from "./tensor";
import { bad, collectTensors, elementOf, MAX_RANK, type Storages, tensorReader, unwrapState } from "./torch-tensors";

const ORDERED_DICT = "collections.OrderedDict";
const REBUILD_TENSOR = "torch._utils._rebuild_tensor";
const REBUILD_TENSOR_V2 = "torch._utils._rebuild_tensor_v2";
const REBUILD_PARAMETER = "torch._utils._rebuild_parameter";
const SIZE = "torch.Size";
const FUNCTIONS: ReadonlySet<string> = new Set([ORDERED_DICT, REBUILD_TENSOR, REBUILD_TENSOR_V2, REBUILD_PARAMETER, SIZE]);

/** First number of torch's legacy format, and its version. */
const LEGACY_MAGIC = 0x1950a86a20f9469cfc6cn;
const LEGACY_VERSION = 1001;
/** The magic number's pickle: protocol 2, a ten-byte integer. */
const LEGACY_START = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
/** True for bytes that begin like torch's legacy format. */
export function isLegacyTorch(bytes: Uint8Array): boolean {
  return LEGACY_START.every((byte, i) => bytes[i] === byte);
}

/**
 * Reads the tensors of a `.pth`, `.pt` or `pytorch_model.bin` file, torch's zip format or the legacy one before torch 1.6, as untrusted
 * input. Only tensors, ordered dictionaries, storages and plain values are known; any other class or function is refused by name, and
 * nothing is ever executed.
 *
 * A training checkpoint's `state_dict` is unpacked; nested dictionaries are joined with dots (a lone tensor is called `tensor`); numbers
 * and texts beside the tensors, such as an epoch, are not weights and are left out.
 *
 * @param name what the file is called in messages
 * @throws AlcapError `weights`
 */
export function readTorch(bytes: Uint8Array, name = "The torch file"): NamedTensors {
  const { value, storages } = isZip(bytes) ? openZipFormat(bytes, name) : openLegacyFormat(bytes, name);
  const tensors = noTensors();
  const read = tensorReader(storages, bytes.length, name);
  for (const [key, ref] of collectTensors(unwrapState(value), name)) tensors[key] = read(key, ref);
  return tensors;
}

interface Opened {
  readonly value: Pickled;
  readonly storages: Storages;
}

function openZipFormat(bytes: Uint8Array, name: string): Opened {
  const archive = openZip(bytes, { name, code: "weights", checksums: false, packed: false });
  const main = archive.names.find((entry) => entry === "data.pkl" || /^[^/]+\/data\.pkl$/.test(entry));
  if (main === undefined) throw bad(name, "is a zip archive without torch's data.pkl");
  const root = main.slice(0, -"data.pkl".length);
  if (archive.names.includes(`${root}constants.pkl`))
    throw bad(name, "is a TorchScript program, not a state_dict", "Save model.state_dict() with torch.save.");
  if (byteOrder(archive, `${root}byteorder`) !== "little")
    throw bad(name, "was saved in big-endian order", "Save it on another machine.");
  const { value } = readPickle(archive.read(main), 0, torchRules(name), name);
  return { value, storages: ({ key }) => archive.read(`${root}data/${key}`) };
}

function byteOrder(archive: ZipArchive, entry: string): string {
  return archive.names.includes(entry) ? new TextDecoder().decode(archive.read(entry)).trim() : "little";
}

/** Five pickles (magic, version, machine, object, storage keys), then each storage: a 64-bit count and its elements. */
function openLegacyFormat(bytes: Uint8Array, name: string): Opened {
  if (!isLegacyTorch(bytes)) throw bad(name, "is not a torch weight file");
  const rules = torchRules(name);
  const magic = readPickle(bytes, 0, rules, name);
  const version = readPickle(bytes, magic.end, rules, name);
  const machine = readPickle(bytes, version.end, rules, name);
  if (magic.value !== LEGACY_MAGIC || version.value !== LEGACY_VERSION)
    throw bad(name, "is in an unknown version of torch's format");
  if (isKind(machine.value, "dict") && machine.value.entries.some(([key, value]) => key === "little_endian" && value === false))
    throw bad(name, "was saved in big-endian order", "Save it on another machine.");
  const types = new Map<string, StorageRef>();
  const main = readPickle(bytes, machine.end, torchRules(name, types), name);
  const keys = readPickle(bytes, main.end, rules, name);
  const places = placeStorages(bytes, keys.end, keys.value, types, name);
  return {
    value: main.value,
    storages: ({ key }) => {
      const place = places.get(key);
      if (!place) throw bad(name, `has no storage "${quoted(key)}"`);
      return place;
    },
  };
}

function placeStorages(
  bytes: Uint8Array,
  start: number,
  keys: Pickled,
  types: ReadonlyMap<string, StorageRef>,
  name: string,
): Map<string, Uint8Array> {
  if (!isKind(keys, "list")) throw bad(name, "has no list of storages");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const places = new Map<string, Uint8Array>();
  let at = start;
  for (const key of keys.items) {
    const ref = typeof key === "string" ? types.get(key) : undefined;
    if (!ref || places.has(ref.key)) throw bad(name, "lists a storage that no tensor uses, or one twice");
    if (at + 8 > bytes.length) throw bad(name, "is cut short");
    const length = Number(view.getBigUint64(at, true)) * ELEMENT_BYTES[elementOf(ref, name)];
    if (at + 8 + length > bytes.length) throw bad(name, "is cut short");
    places.set(ref.key, bytes.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return places;
}

/** The allow-list, and what its members stand for. `seen` collects the storages by key. */
function torchRules(name: string, seen: Map<string, StorageRef> = new Map()): PickleRules {
  let copied = 0; // one long list, named again and again, would be copied each time
  const ordered = (pairs: Pickled | undefined): Pickled => {
    const entries = orderedEntries(pairs, name);
    copied += entries.length;
    if (copied > MOST_OPCODES) throw bad(name, "makes ordered dictionaries without end");
    return { kind: "dict", entries };
  };
  return {
    allows: (full) => FUNCTIONS.has(full) || storageType(full) !== undefined,
    call: (full, args) => (full === ORDERED_DICT ? ordered(args[0]) : callTorch(full, args, name)),
    persistent: (id) => {
      const [tag, type, key, , count] = isKind(id, "tuple") ? id.items : [];
      const kind = isKind(type, "global") ? storageType(type.name) : undefined;
      if (tag !== "storage" || kind === undefined || typeof key !== "string" || !isSize(count))
        throw bad(name, "holds a broken storage record");
      const storage = { kind: "storage", type: kind, key, count } as const;
      if (!seen.has(key)) seen.set(key, storage);
      return storage;
    },
  };
}

/** `FloatStorage` of `torch.FloatStorage` or `torch.cuda.FloatStorage`; any such class may be named, only some can be read. */
function storageType(full: string): string | undefined {
  return /^torch\.(?:cuda\.)?([A-Z][A-Za-z0-9]{0,30}Storage)$/.exec(full)?.[1];
}

function callTorch(full: string, args: readonly Pickled[], name: string): Pickled {
  if (full === SIZE && isKind(args[0], "tuple")) return args[0];
  if (full === REBUILD_PARAMETER && isKind(args[0], "tensor")) return args[0];
  if (full === REBUILD_TENSOR || full === REBUILD_TENSOR_V2) {
    const [storage, offset, shape, strides] = args;
    const sizes = isKind(shape, "tuple") ? shape.items : undefined;
    const steps = isKind(strides, "tuple") ? strides.items : undefined;
    if (
      isKind(storage, "storage") &&
      isSize(offset) &&
      sizes !== undefined &&
      sizes.length <= MAX_RANK &&
      sizes.length === steps?.length &&
      sizes.every(isSize) &&
      steps.every(isSize)
    )
      return { kind: "tensor", storage, offset, shape: sizes, strides: steps };
  }
  throw bad(name, `calls ${full} in a way torch does not`);
}

/** `OrderedDict([[key, value], …])`, as Python 2 wrote it, or an empty one. */
function orderedEntries(pairs: Pickled | undefined, name: string): [Pickled, Pickled][] {
  if (pairs === undefined) return [];
  const items = isKind(pairs, "list") || isKind(pairs, "tuple") ? pairs.items : [null];
  return items.map((pair) => {
    const [key, value] = isKind(pair, "list") || isKind(pair, "tuple") ? pair.items : [];
    if (key === undefined || value === undefined) throw bad(name, "holds a broken ordered dictionary");
    return [key, value];
  });
}

function isSize(value: Pickled | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
