import { AlcapError } from "../../errors";

// A writer for the part of ONNX's protobuf schema (onnx.proto3) that the graphs need.

/** An encoded message kept as a tree of parts, so that everything, large initialisers too, is copied once, at the end. */
export interface Message {
  readonly size: number;
  readonly parts: readonly (Uint8Array | Message)[];
}

export type AttributeValue = number | readonly number[] | { readonly float: number } | { readonly string: string };

/** ONNX TensorProto.DataType numbers. */
export const ELEMENT_TYPE = { float32: 1, int32: 6, int64: 7, bool: 9, float16: 10, uint32: 12 } as const;
export type ElementType = keyof typeof ELEMENT_TYPE;

const OPSET = 18;
const IR_VERSION = 8;
const MAX_BYTES = 2 ** 31 - 1;

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

function varint(x: number): Uint8Array {
  if (x >= 0 && x < 0x80) return Uint8Array.of(x);
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(x)); // negative int64 takes ten bytes, as protobuf wants
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}

const tag = (field: number, wire: number): Uint8Array => varint((field << 3) | wire);

const join = (...parts: readonly Message[]): Message => ({ size: parts.reduce((sum, m) => sum + m.size, 0), parts });
const raw = (...parts: readonly Uint8Array[]): Message => ({ size: parts.reduce((sum, p) => sum + p.length, 0), parts });
const integer = (field: number, x: number): Message => raw(tag(field, VARINT), varint(x));
const message = (field: number, m: Message): Message => join(raw(tag(field, LENGTH_DELIMITED), varint(m.size)), m);
const bytes = (field: number, b: Uint8Array): Message => message(field, raw(b));
const text = (field: number, s: string): Message => bytes(field, Buffer.from(s, "utf8"));

function float(field: number, x: number): Message {
  const b = Buffer.alloc(4);
  b.writeFloatLE(x);
  return raw(tag(field, FIXED32), b);
}

function attribute(name: string, x: AttributeValue): Message {
  const FLOAT = 1;
  const INT = 2;
  const STRING = 3;
  const INTS = 7;
  if (typeof x === "number") return join(text(1, name), integer(3, x), integer(20, INT));
  if ("float" in x) return join(text(1, name), float(2, x.float), integer(20, FLOAT));
  if ("string" in x) return join(text(1, name), text(4, x.string), integer(20, STRING));
  return join(text(1, name), ...x.map((item) => integer(8, item)), integer(20, INTS));
}

export interface NodeSpec {
  readonly op: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly domain: string;
}

/** NodeProto, in one piece: programs are kept, and the garbage collector would go through every small part of theirs. */
export function nodeProto(n: NodeSpec): Message {
  const parts = join(
    ...n.inputs.map((input) => text(1, input)),
    ...n.outputs.map((output) => text(2, output)),
    text(3, n.name),
    text(4, n.op),
    ...Object.entries(n.attributes).map(([name, x]) => message(5, attribute(name, x))),
    ...(n.domain ? [text(7, n.domain)] : []),
  );
  return raw(encoded(parts));
}

export interface PortSpec {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
}

/** ValueInfoProto with a fixed shape. */
function portProto(p: PortSpec): Message {
  const shape = join(...p.shape.map((length) => message(1, integer(1, length))));
  return join(text(1, p.name), message(2, message(1, join(integer(1, ELEMENT_TYPE[p.type]), message(2, shape)))));
}

/** TensorProto with raw little-endian data, not copied here. */
export function tensorProto(p: PortSpec, data: ArrayBufferView): Message {
  const view = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return join(...p.shape.map((length) => integer(1, length)), integer(2, ELEMENT_TYPE[p.type]), text(8, p.name), bytes(9, view));
}

export interface GraphSpec {
  readonly name: string;
  readonly nodes: readonly Message[];
  readonly initialisers: readonly Message[];
  readonly inputs: readonly PortSpec[];
  readonly outputs: readonly PortSpec[];
}

/**
 * ModelProto as bytes.
 * @throws AlcapError `engine` over 2 GiB, protobuf's limit for one message.
 */
export function modelProto(g: GraphSpec): Uint8Array {
  const graph = join(
    ...g.nodes.map((n) => message(1, n)),
    text(2, g.name),
    ...g.initialisers.map((t) => message(5, t)),
    ...g.inputs.map((p) => message(11, portProto(p))),
    ...g.outputs.map((p) => message(12, portProto(p))),
  );
  const model = join(
    integer(1, IR_VERSION),
    text(2, "alcap"),
    message(7, graph),
    message(8, integer(2, OPSET)),
    message(8, join(text(1, "com.microsoft"), integer(2, 1))),
  );
  if (model.size > MAX_BYTES)
    throw new AlcapError(
      "engine",
      `${g.name} takes ${model.size} bytes as one ONNX model, over protobuf's limit of ${MAX_BYTES}.`,
      "Bake fewer weights into it: arguments that are not baked do not count.",
    );
  return encoded(model);
}

/** A message as bytes. */
function encoded(m: Message): Uint8Array {
  const bytes = new Uint8Array(m.size);
  write(m, bytes, 0);
  return bytes;
}

/** Copies a message's parts to `bytes` from `at` on; returns the place after them. */
function write(m: Message, bytes: Uint8Array, at: number): number {
  let end = at;
  for (const part of m.parts) {
    if ("size" in part) end = write(part, bytes, end);
    else {
      bytes.set(part, end);
      end += part.length;
    }
  }
  return end;
}
