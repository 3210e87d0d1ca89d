import { droppedValues, MASK_ROUNDS, MASK_ROW } from "../random";
import { sizeOf } from "../value";
import type { GraphBuilder, Wire } from "./builder";
import type { PortSpec } from "./onnx";

/** A dropout call: the mask it needs and the input leaf that holds its key. */
export interface MaskSite {
  readonly name: string;
  readonly shape: readonly number[];
  readonly rate: number;
  readonly site: number;
  readonly keyLeaf: number;
}

/** Input of a graph that draws its masks: int32 `[sites, 2]`, the keys of each site's mask. */
export const MASK_KEYS = "maskKeys";
/** Rows that are drawn by one chain of nodes: 8 M elements. Small masks share a chain, a large one has its own. */
const CHAIN_ROWS = 4096;

const rowsOf = ({ shape }: MaskSite): number => Math.ceil(sizeOf(shape) / (2 * MASK_ROW));

/** Places in `sites`, in order, in chains of few rows. */
function chains(sites: readonly MaskSite[]): number[][] {
  const found: number[][] = [];
  let room = 0;
  for (const [place, site] of sites.entries()) {
    const rows = rowsOf(site);
    if (rows > room) {
      found.push([]);
      room = CHAIN_ROWS;
    }
    found.at(-1)!.push(place);
    room -= rows;
  }
  return found;
}

const unsigned = (g: GraphBuilder, values: readonly number[], shape: readonly number[]): Wire =>
  g.cast(g.constant(Int32Array.from(values), shape, "int32"), "uint32");

/** The hash that fillMask computes of `h`, with the second keys `odd`. */
function hash(g: GraphBuilder, start: Wire, odd: Wire): Wire {
  const op = (name: string, a: Wire, b: Wire): Wire => g.elementwise(name, [a, b], "uint32");
  const half = unsigned(g, [0x10000], []);
  let h = start;
  for (let round = 0; round < MASK_ROUNDS; round++) {
    h = op("Mul", h, op("Add", op("Add", h, h), odd));
    h = op("Add", h, op("Div", h, half));
  }
  return h;
}

/** Draws of the sites at `places`, one after the other: float32 `[rows, 2, MASK_ROW]`. */
function drawRows(g: GraphBuilder, sites: readonly MaskSite[], places: readonly number[]): Wire {
  const rows = places.flatMap((place) => Array.from({ length: rowsOf(sites[place]!) }, (_, row) => ({ place, row })));
  const each = [rows.length, 1, 1];
  const ofRow = g.constant(
    Int32Array.from(rows, ({ place }) => place),
    [rows.length],
    "int32",
  );
  const key = (which: number): Wire => {
    const column = g.constant(Int32Array.of(which), [1], "int32");
    const ofSites = g.emit("Gather", [MASK_KEYS, column.name], { shape: [sites.length, 1], type: "int32" }, { axis: 1 });
    const port = { shape: [rows.length, 1], type: "int32" } as const;
    return g.cast(g.reshape(g.emit("Gather", [ofSites.name, ofRow.name], port, { axis: 0 }), each), "uint32");
  };
  const add = (a: Wire, b: Wire): Wire => g.elementwise("Add", [a, b], "uint32");
  const first = rows.map(({ row }) => row * MASK_ROW);
  const columns = Array.from({ length: MASK_ROW }, (_, i) => i);
  const start = add(add(key(0), unsigned(g, first, each)), unsigned(g, columns, [1, 1, MASK_ROW]));
  const words = hash(g, start, key(1)); // rows, 1, MASK_ROW
  // Each half in turn as the high bits.
  const halves = g.elementwise("Mul", [words, unsigned(g, [1, 0x10000], [1, 2, 1])], "uint32");
  const rates = rows.map(({ place }) => sites[place]!.rate);
  const bound = unsigned(
    g,
    rates.map((rate) => droppedValues(rate) << 16),
    each,
  );
  const kept = g.constant(
    Float32Array.from(rates, (rate) => 1 / (1 - rate)),
    each,
    "float32",
  );
  return g.elementwise("Where", [g.elementwise("Less", [halves, bound], "bool"), g.splat(0, [], "float32"), kept], "float32");
}

/** What a graph that draws the masks of `sites` is fed for them. */
export const keyPorts = (sites: readonly MaskSite[]): PortSpec[] =>
  sites.length > 0 ? [{ name: MASK_KEYS, shape: [sites.length, 2], type: "int32" }] : [];

/** The masks of `sites` drawn in the graph from the input {@link MASK_KEYS}: the bits that fillMask draws, in order of `sites`. */
export function drawMasks(g: GraphBuilder, sites: readonly MaskSite[]): Wire[] {
  return chains(sites).flatMap((places) => {
    const drawn = drawRows(g, sites, places);
    let first = 0;
    return places.map((place) => {
      const [site, rows] = [sites[place]!, rowsOf(sites[place]!)];
      const own = cut(g, drawn, first, rows);
      first += rows;
      return g.reshape(cut(g, g.reshape(own, [2 * MASK_ROW * rows]), 0, sizeOf(site.shape)), site.shape);
    });
  });
}

/** `count` entries of the first axis from `start` on. */
function cut(g: GraphBuilder, x: Wire, start: number, count: number): Wire {
  if (x.shape[0] === count) return x;
  const shape = [count, ...x.shape.slice(1)];
  return g.emit("Slice", [g.full(x), g.ints([start]), g.ints([start + count]), g.ints([0])], { shape, type: x.type });
}
