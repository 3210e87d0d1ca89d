import { AlcapError } from "../../errors";
import { quoted } from "../../files/quoted";

/**
 * What a torch pickle may hold. Nothing in it is ever run: a callable is only a name, and tensors are descriptions until the reader
 * looks up their bytes.
 */
export type Pickled =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | { readonly kind: "list"; readonly items: Pickled[] }
  | { readonly kind: "tuple"; readonly items: Pickled[] }
  | { readonly kind: "dict"; readonly entries: [key: Pickled, value: Pickled][] }
  | { readonly kind: "global"; readonly name: string }
  | StorageRef
  | TensorRef;

/** Where a tensor's elements lie. */
export interface StorageRef {
  readonly kind: "storage";
  /** torch's class, such as `FloatStorage`. */
  readonly type: string;
  readonly key: string;
  readonly count: number;
}

/** A view of a storage, in elements. */
export interface TensorRef {
  readonly kind: "tensor";
  readonly storage: StorageRef;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** What the objects of a pickle stand for; each rule may throw to refuse. */
export interface PickleRules {
  /** Asked as soon as a class or function is mentioned, by `module.name`. */
  allows(name: string): boolean;
  /** What a call of an allowed function stands for. */
  call(name: string, args: readonly Pickled[]): Pickled;
  /** What a persistent id stands for. */
  persistent(id: Pickled): Pickled;
}

/** Opcodes of a pickle that is read: ten thousand tensors with their optimiser's take half as many. Stack and memo cannot grow beyond. */
export const MOST_OPCODES = 1 << 20;
/** Bytes of a pickle without the tensors' elements. */
const LONGEST = 1 << 26;
/** Bytes of an integer; torch's magic number has ten. */
const WIDEST_INTEGER = 64;

/**
 * Reads one pickle (binary opcodes of protocols 2 to 5) as untrusted input: a machine of lists and names only. A class or function
 * that `rules` does not allow is refused by name, and so is every opcode that builds an object of a class.
 *
 * @param name what the file is called in messages
 * @returns the value, and the offset of the byte after it
 * @throws AlcapError `weights`
 */
export function readPickle(bytes: Uint8Array, start: number, rules: PickleRules, name: string): { value: Pickled; end: number } {
  const machine = startMachine(bytes, start, rules, name);
  for (let done = 0; done < MOST_OPCODES; done++) {
    const opcode = machine.byte();
    if (opcode === STOP) return { value: machine.pop(), end: machine.offset() };
    const run = OPCODES[opcode];
    if (!run) throw machine.refuse(`the pickle opcode 0x${opcode.toString(16).padStart(2, "0")}`);
    run(machine);
  }
  throw machine.refuse(`more than ${MOST_OPCODES} opcodes`);
}

/** The state of a reading: bytes not yet read, the stack with its marks, the memo. */
interface Machine {
  readonly rules: PickleRules;
  readonly memo: Map<number, Pickled>;
  offset(): number;
  byte(): number;
  bytes(length: number): Uint8Array;
  /** The next `length` bytes, little-endian. */
  view(length: number): DataView;
  line(): string;
  push(value: Pickled): void;
  pop(): Pickled;
  top(): Pickled;
  mark(): void;
  /** Everything since the last mark. */
  popMark(): Pickled[];
  broken(): AlcapError;
  refuse(what: string): AlcapError;
}

function startMachine(bytes: Uint8Array, start: number, rules: PickleRules, name: string): Machine {
  const stack: Pickled[] = [];
  const marks: number[] = [];
  let at = start;
  const broken = () =>
    new AlcapError("weights", `${name} holds a broken pickle at byte ${at}.`, "The file is damaged; get it again.");
  const bytesOf = (length: number) => {
    if (!(length >= 0 && length <= Math.min(bytes.length, start + LONGEST) - at)) throw broken();
    at += length;
    return bytes.subarray(at - length, at);
  };
  const top = () => {
    const value = stack.length > (marks.at(-1) ?? 0) ? stack.at(-1) : undefined;
    if (value === undefined) throw broken();
    return value;
  };
  return {
    rules,
    memo: new Map(),
    offset: () => at,
    byte: () => bytesOf(1)[0]!,
    bytes: bytesOf,
    view: (length) => {
      const part = bytesOf(length);
      return new DataView(part.buffer, part.byteOffset, length);
    },
    line: () => {
      const end = bytes.indexOf(0x0a, at);
      if (end < 0) throw broken();
      return text(bytesOf(end + 1 - at).subarray(0, -1));
    },
    push: (value) => stack.push(value),
    pop: () => {
      const value = top();
      stack.pop();
      return value;
    },
    top,
    mark: () => marks.push(stack.length),
    popMark: () => {
      const mark = marks.pop();
      if (mark === undefined) throw broken();
      return stack.splice(mark);
    },
    broken,
    refuse: (what) =>
      new AlcapError(
        "weights",
        `${name} asks for ${what}, which no weight file needs.`,
        "Nothing was run. Load only files you trust, saved as a state_dict of tensors.",
      ),
  };
}

const STOP = 0x2e;

/** Opcodes by their byte, as in Python's pickletools. */
const OPCODES: Readonly<Record<number, (m: Machine) => void>> = {
  128: (m) => void m.byte(), // PROTO
  149: (m) => void m.bytes(8), // FRAME
  // values
  78: (m) => m.push(null), // NONE
  136: (m) => m.push(true), // NEWTRUE
  137: (m) => m.push(false), // NEWFALSE
  74: (m) => m.push(m.view(4).getInt32(0, true)), // BININT
  75: (m) => m.push(m.byte()), // BININT1
  77: (m) => m.push(m.view(2).getUint16(0, true)), // BININT2
  138: (m) => m.push(long(m, m.byte())), // LONG1
  71: (m) => m.push(m.view(8).getFloat64(0)), // BINFLOAT, big-endian
  140: (m) => m.push(text(m.bytes(m.byte()))), // SHORT_BINUNICODE
  88: (m) => m.push(text(m.bytes(uint32(m)))), // BINUNICODE
  141: (m) => m.push(text(m.bytes(uint64(m)))), // BINUNICODE8
  85: (m) => m.push(text(m.bytes(m.byte()))), // SHORT_BINSTRING
  84: (m) => m.push(text(m.bytes(uint32(m)))), // BINSTRING
  67: (m) => m.push(m.bytes(m.byte())), // SHORT_BINBYTES
  66: (m) => m.push(m.bytes(uint32(m))), // BINBYTES
  142: (m) => m.push(m.bytes(uint64(m))), // BINBYTES8
  // containers
  40: (m) => m.mark(), // MARK
  41: (m) => m.push({ kind: "tuple", items: [] }), // EMPTY_TUPLE
  93: (m) => m.push({ kind: "list", items: [] }), // EMPTY_LIST
  125: (m) => m.push({ kind: "dict", entries: [] }), // EMPTY_DICT
  116: (m) => m.push({ kind: "tuple", items: m.popMark() }), // TUPLE
  133: (m) => m.push({ kind: "tuple", items: popMany(m, 1) }), // TUPLE1
  134: (m) => m.push({ kind: "tuple", items: popMany(m, 2) }), // TUPLE2
  135: (m) => m.push({ kind: "tuple", items: popMany(m, 3) }), // TUPLE3
  97: (m) => append(m, popMany(m, 1)), // APPEND
  101: (m) => append(m, m.popMark()), // APPENDS
  115: (m) => setItems(m, popMany(m, 2)), // SETITEM
  117: (m) => setItems(m, m.popMark()), // SETITEMS
  48: (m) => void m.pop(), // POP
  49: (m) => void m.popMark(), // POP_MARK
  // memo
  113: (m) => void m.memo.set(m.byte(), m.top()), // BINPUT
  114: (m) => void m.memo.set(uint32(m), m.top()), // LONG_BINPUT
  148: (m) => void m.memo.set(m.memo.size, m.top()), // MEMOIZE
  104: (m) => m.push(recall(m, m.byte())), // BINGET
  106: (m) => m.push(recall(m, uint32(m))), // LONG_BINGET
  // names and what they stand for
  99: (m) => m.push(global(m, m.line(), m.line())), // GLOBAL
  147: (m) => stackGlobal(m), // STACK_GLOBAL
  82: (m) => reduce(m), // REDUCE
  98: (m) => build(m), // BUILD
  81: (m) => m.push(m.rules.persistent(m.pop())), // BINPERSID
};

function append(m: Machine, items: readonly Pickled[]): void {
  const list = m.top();
  if (!isKind(list, "list")) throw m.broken();
  for (const item of items) list.items.push(item);
}

function setItems(m: Machine, items: readonly Pickled[]): void {
  const dict = m.top();
  if (!isKind(dict, "dict") || items.length % 2 !== 0) throw m.broken();
  for (let i = 0; i < items.length; i += 2) dict.entries.push([items[i]!, items[i + 1]!]);
}

function recall(m: Machine, key: number): Pickled {
  const value = m.memo.get(key);
  if (value === undefined) throw m.broken();
  return value;
}

function global(m: Machine, module: string, name: string): Pickled {
  const full = `${module}.${name}`;
  if (!m.rules.allows(full)) throw m.refuse(quoted(full));
  return { kind: "global", name: full };
}

function stackGlobal(m: Machine): void {
  const name = m.pop();
  const module = m.pop();
  if (typeof name !== "string" || typeof module !== "string") throw m.broken();
  m.push(global(m, module, name));
}

function reduce(m: Machine): void {
  const args = m.pop();
  const callable = m.pop();
  if (!isKind(callable, "global") || !isKind(args, "tuple")) throw m.broken();
  m.push(m.rules.call(callable.name, args.items));
}

/** State set on an object: torch hangs version numbers on its ordered dictionary, which no weight depends on. */
function build(m: Machine): void {
  m.pop();
  const target = m.top();
  if (!isKind(target, "dict") && !isKind(target, "tensor"))
    throw m.refuse("state on an object that is neither a dictionary nor a tensor");
}

function popMany(m: Machine, count: number): Pickled[] {
  return Array.from({ length: count }, () => m.pop()).reverse();
}

function uint32(m: Machine): number {
  return m.view(4).getUint32(0, true);
}

function uint64(m: Machine): number {
  return Number(m.view(8).getBigUint64(0, true));
}

/** A signed integer of any width, little-endian; an ordinary number where it is one exactly. */
function long(m: Machine, length: number): number | bigint {
  if (length > WIDEST_INTEGER) throw m.broken();
  let value = 0n;
  for (const byte of Uint8Array.from(m.bytes(length)).reverse()) value = (value << 8n) | BigInt(byte);
  const signed = BigInt.asIntN(8 * length, value);
  return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Narrows a pickled value to one kind. */
export function isKind<K extends Kinded["kind"]>(
  value: Pickled | undefined,
  kind: K,
): value is Extract<Kinded, { readonly kind: K }> {
  return typeof value === "object" && value !== null && !(value instanceof Uint8Array) && value.kind === kind;
}

type Kinded = Exclude<Extract<Pickled, object>, Uint8Array>;
