import { type Data, sizeOf } from "../value";
import {
  type AttributeValue,
  ELEMENT_TYPE,
  type ElementType,
  type Message,
  type NodeSpec,
  nodeProto,
  type PortSpec,
  tensorProto,
} from "./onnx";

/** Float16 of the device's own, or rounding alone. */
export type Half = "native" | "rounded";

export type Shape = readonly number[];

/**
 * A value of the ONNX graph under construction, broadcast lazily: `stored` is the shape it has in ONNX Runtime,
 * `shape` the one tfjs sees. Elementwise ops read `stored`, so that a splat constant or a bias is never expanded.
 */
export interface Wire {
  readonly name: string;
  readonly stored: Shape;
  readonly shape: Shape;
  readonly type: ElementType;
  /** Set when all elements are this constant. */
  readonly splat?: number;
  /** The same values as float32, when this wire is a cast of them. */
  readonly asFloat?: Wire;
  /** The rows, and where they go, when this wire is a large matrix of zeros with rows added; a sum takes them without the matrix. */
  readonly scattered?: { readonly places: Wire; readonly rows: Wire };
}

export interface PortType {
  readonly shape: Shape;
  readonly type: ElementType;
}

interface Origin {
  readonly op: string;
  readonly source: Wire;
  readonly permutation?: readonly number[];
}

const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((length, i) => length === b[i]);

/** Shape of an elementwise result by the usual broadcasting rules. */
export function broadcastShapes(a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[i - rank + a.length] ?? 1;
    const y = b[i - rank + b.length] ?? 1;
    return x === 1 ? y : x;
  });
}

const FOLDABLE: Record<string, (a: number, b: number) => number> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
};

/** Builds one ONNX graph; equal nodes and equal constants are made once. */
export class GraphBuilder {
  readonly nodes: NodeSpec[] = [];
  /** Constants by name; written only when the node that uses them survives. */
  readonly constants = new Map<string, { port: PortSpec; data: ArrayBufferView }>();
  /** Prefix of the names of nodes: the tfjs scope being lowered. */
  scope = "";
  /** False leaves out ONNX Runtime's own (com.microsoft) ops, which GPU providers lack. */
  readonly contrib: boolean;
  /** Whether the graph runs on one thread of a CPU. */
  readonly serial: boolean;
  /** How products of matrices are in float16, where they are: by the device, or with operands and results rounded to it. */
  readonly half: Half | undefined;
  /** Set when operands are transposed beforehand, which the runtime must not undo. */
  turned = false;
  private readonly made = new Map<string, readonly Wire[]>();
  private readonly origins = new Map<string, Origin>();
  private count = 0;

  constructor(options: { contrib: boolean; serial: boolean; half?: Half | undefined }) {
    this.contrib = options.contrib;
    this.serial = options.serial;
    this.half = options.half;
  }

  /** Adds a node with several outputs, or finds the equal one. `inputs` are wire names. */
  emitAll(
    op: string,
    inputs: readonly string[],
    outputs: readonly PortType[],
    attributes: Record<string, AttributeValue> = {},
    domain = "",
  ): readonly Wire[] {
    const key = `${domain}${op}(${inputs.join(",")})${JSON.stringify(attributes)}${outputs.map((o) => `${o.type}${o.shape}`).join(";")}`;
    const known = this.made.get(key);
    if (known) return known;
    const wires = outputs.map((o) => ({ name: `t${this.count++}`, stored: o.shape, shape: o.shape, type: o.type }));
    const name = `${this.scope}${op}#${this.nodes.length}`;
    this.nodes.push({ op, name, inputs, outputs: wires.map((w) => w.name), attributes, domain });
    this.made.set(key, wires);
    return wires;
  }

  /** Adds a node with one output, or finds the equal one. */
  emit(
    op: string,
    inputs: readonly string[],
    output: PortType,
    attributes: Record<string, AttributeValue> = {},
    domain = "",
  ): Wire {
    return this.emitAll(op, inputs, [output], attributes, domain)[0]!;
  }

  /** An initialiser; equal ones are shared. */
  constant(values: Data | BigInt64Array, shape: Shape, type: ElementType): Wire {
    const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
    const key = `constant ${type}[${shape}]${bytes.toString("latin1")}`;
    const known = this.made.get(key)?.[0];
    if (known) return known;
    const wire: Wire = { name: `c${this.count++}`, stored: shape, shape, type };
    this.constants.set(wire.name, { port: { name: wire.name, type, shape }, data: values });
    this.made.set(key, [wire]);
    return wire;
  }

  /** A constant with all elements equal, stored as one. */
  splat(x: number, shape: Shape, type: "float32" | "int32" | "bool"): Wire {
    const data = type === "float32" ? Float32Array.of(x) : type === "int32" ? Int32Array.of(x) : Uint8Array.of(x);
    return { ...this.constant(data, [], type), shape, splat: data[0]! };
  }

  /** Name of a scalar float32 constant. */
  float(x: number): string {
    return this.splat(x, [], "float32").name;
  }

  /** Name of an int64 vector constant: axes, shapes, slice bounds. */
  ints(list: readonly number[]): string {
    return this.constant(BigInt64Array.from(list, BigInt), [list.length], "int64").name;
  }

  /** The name of `w` stored in its full shape. */
  full(w: Wire): string {
    if (sameShape(w.stored, w.shape)) return w.name;
    return this.emit("Expand", [w.name, this.ints(w.shape)], w).name;
  }

  /** Elementwise op of lazily broadcast wires; the result is broadcast lazily too. */
  elementwise(op: string, wires: readonly Wire[], type: ElementType, attributes: Record<string, AttributeValue> = {}): Wire {
    const stored = wires.map((w) => w.stored).reduce(broadcastShapes);
    const shape = wires.map((w) => w.shape).reduce(broadcastShapes);
    const [a, b] = wires;
    if (wires.length === 2 && a && b) {
      const folded = this.foldBinary(op, a, b, shape);
      if (folded) return folded;
    }
    return {
      ...this.emit(
        op,
        wires.map((w) => w.name),
        { shape: stored, type },
        attributes,
      ),
      shape,
    };
  }

  private foldBinary(op: string, a: Wire, b: Wire, shape: Shape): Wire | undefined {
    const fold = FOLDABLE[op];
    if (fold && a.type === "float32" && a.splat !== undefined && b.splat !== undefined)
      return this.splat(Math.fround(fold(a.splat, b.splat)), shape, "float32");
    const keeps = (w: Wire): Wire => ({ ...w, shape });
    if (op === "Mul" && a.splat === 1) return keeps(b);
    if ((op === "Mul" || op === "Div") && b.splat === 1) return keeps(a);
    if (op === "Add" && a.splat === 0) return keeps(b);
    if ((op === "Add" || op === "Sub") && b.splat === 0) return keeps(a);
    return undefined;
  }

  /** Cast between element types; casting back and forth is undone where that is exact. */
  cast(w: Wire, type: ElementType): Wire {
    if (w.type === type) return w;
    if (type === "float32" && w.asFloat) return { ...w.asFloat, shape: w.shape };
    if (w.splat !== undefined && type === "float32") return this.splat(w.splat, w.shape, "float32");
    return { ...this.emit("Cast", [w.name], { shape: w.stored, type }, { to: ELEMENT_TYPE[type] }), shape: w.shape };
  }

  /** `w` in another shape of the same size; stays lazy when only axes of length 1 come or go. */
  reshape(w: Wire, shape: Shape): Wire {
    if (sameShape(w.shape, shape)) return w;
    if (sizeOf(w.stored) === 1) return { ...(w.stored.length === 0 ? w : this.reshapeStored(w, [])), shape };
    const lazy = this.lazyReshape(w, shape);
    if (lazy) return { ...this.reshapeStored(w, lazy), shape };
    return this.reshapeStored({ ...w, name: this.full(w), stored: w.shape }, shape);
  }

  private reshapeStored(w: Wire, shape: Shape): Wire {
    const origin = this.origins.get(w.name);
    const source = origin?.op === "Reshape" ? origin.source : { ...w, shape: w.stored };
    if (sameShape(source.stored, shape)) return { ...source, shape };
    const reshaped = this.emit("Reshape", [source.name, this.ints(shape)], { shape, type: w.type });
    this.origins.set(reshaped.name, { op: "Reshape", source });
    return w.splat === undefined ? reshaped : { ...reshaped, splat: w.splat };
  }

  /** The stored shape that broadcasts to `shape` after a reshape that only moves axes of length 1; undefined when it does more. */
  private lazyReshape(w: Wire, shape: Shape): number[] | undefined {
    const padded = [...Array<number>(w.shape.length - w.stored.length).fill(1), ...w.stored];
    const kept = padded.filter((_, i) => w.shape[i] !== 1);
    if (
      !sameShape(
        w.shape.filter((length) => length !== 1),
        shape.filter((length) => length !== 1),
      )
    )
      return undefined;
    let next = 0;
    return shape.map((length) => (length === 1 ? 1 : kept[next++]!));
  }

  /** Axes reordered; consecutive transposes become one, an identity none. */
  transpose(w: Wire, permutation: readonly number[]): Wire {
    const name = this.full(w);
    const origin = this.origins.get(name);
    const composed = origin?.permutation ? permutation.map((axis) => origin.permutation![axis]!) : permutation;
    const source: Wire = origin?.permutation ? origin.source : { ...w, name, stored: w.shape };
    if (composed.every((axis, i) => axis === i)) return source;
    const shape = composed.map((axis) => source.shape[axis]!);
    // Moving only axes of length 1 leaves the memory as it is.
    const moved = composed.filter((axis) => source.shape[axis] !== 1);
    if (moved.every((axis, i) => i === 0 || axis > moved[i - 1]!)) return this.reshape(source, shape);
    const out = this.emit("Transpose", [source.name], { shape, type: w.type }, { perm: composed });
    this.origins.set(out.name, { op: "Transpose", source, permutation: composed });
    return out;
  }

  /** The nodes that `outputs` need, in order, and the constants and inputs those use. */
  live(outputs: readonly string[]): { nodes: readonly NodeSpec[]; used: ReadonlySet<string> } {
    const used = new Set(outputs);
    const nodes: NodeSpec[] = [];
    for (const node of this.nodes.toReversed()) {
      if (!node.outputs.some((name) => used.has(name))) continue;
      for (const name of node.inputs) used.add(name);
      nodes.push(node);
    }
    return { nodes: nodes.toReversed(), used };
  }

  /** The encoded initialisers among `used`. */
  initialisers(used: ReadonlySet<string>): Message[] {
    return [...this.constants.values()]
      .filter(({ port }) => used.has(port.name))
      .map(({ port, data }) => tensorProto(port, data));
  }
}

/** Encodes nodes after renaming wires by `names`. */
export function encodeNodes(nodes: readonly NodeSpec[], names: ReadonlyMap<string, string>): Message[] {
  const rename = (name: string): string => names.get(name) ?? name;
  return nodes.map((n) => nodeProto({ ...n, inputs: n.inputs.map(rename), outputs: n.outputs.map(rename) }));
}
