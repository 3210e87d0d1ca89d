import type { GraphBuilder, Shape, Wire } from "../graph/builder";
import { sizeOf } from "../value";
import { axisOf, type Rules, rule, unsupported } from "./rule";

/** Elements of a matrix, 64 MiB, from which on rows are rather added to what it would be added to: an embedding's gradient at BART's size. */
const LARGE = 2 ** 24;

/** Rows `[n, width]` added to a matrix `[rows, width]` of float32 at places `[n, 1]`. */
export const scatterInto = (g: GraphBuilder, matrix: Wire, places: Wire, rows: Wire): Wire => {
  const output = { shape: matrix.shape, type: matrix.type };
  return g.emit("ScatterND", [g.full(matrix), g.full(places), g.full(rows)], output, { reduction: { string: "add" } });
};

/**
 * Adds rows of `updates` [n, width] into a zero matrix [rows, width] at `indices` [n].
 * ScatterND(add) loses updates when ONNX Runtime 1.30 runs it on two threads or more; ScatterElements does not, and is slower.
 */
function scatterAdd(g: GraphBuilder, indices: Wire, updates: Wire, rows: number): Wire {
  const [n, width] = updates.shape as [number, number];
  const zeros = g.splat(0, [rows, width], updates.type === "int32" ? "int32" : "float32");
  if (g.serial && updates.type === "float32") {
    const places = g.cast(g.reshape(indices, [n, 1]), "int64");
    const sum = scatterInto(g, zeros, places, updates);
    return rows * width < LARGE ? sum : { ...sum, scattered: { places, rows: updates } };
  }
  const output = { shape: [rows, width], type: updates.type };
  const spread: Wire = { ...g.reshape(indices, [n, 1]), shape: [n, width] };
  const attributes = { axis: 0, reduction: { string: "add" } };
  return g.emit("ScatterElements", [g.full(zeros), g.full(spread), g.full(updates)], output, attributes);
}

/** Row numbers in the flattened leading axes of `shape` for `indices` [n, k]. */
function flatIndices(g: GraphBuilder, indices: Wire, shape: Shape): Wire {
  const k = indices.shape.at(-1)!;
  const n = sizeOf(indices.shape) / Math.max(1, k);
  const strides = Array.from({ length: k }, (_, i) => sizeOf(shape.slice(i + 1, k)));
  const weights = g.constant(Int32Array.from(strides), [1, k], "int32");
  const terms = g.elementwise("Mul", [g.reshape(indices, [n, k]), weights], "int32"); // n, k
  return g.reshape(g.emit("ReduceSum", [g.full(terms), g.ints([1])], { shape: [n, 1], type: "int32" }, { keepdims: 1 }), [n]);
}

export const indexOps: Rules = {
  GatherV2: rule<"x" | "indices", { axis: number; batchDims: number }>(
    ({ x, indices }, { axis, batchDims }) => {
      if (batchDims) throw unsupported("gather with batchDims", "Flatten the batch into the gathered axis.");
      const k = axisOf(axis, x.shape);
      return { shape: [...x.shape.slice(0, k), ...indices.shape, ...x.shape.slice(k + 1)], dtype: x.dtype };
    },
    (g, { x, indices }, { axis }, { shape }) =>
      g.emit("Gather", [g.full(x), g.full(indices)], { shape, type: x.type }, { axis: axisOf(axis, x.shape) }),
  ),
  GatherNd: rule<"params" | "indices">(
    ({ params, indices }) => ({
      shape: [...indices.shape.slice(0, -1), ...params.shape.slice(indices.shape.at(-1)!)],
      dtype: params.dtype,
    }),
    (g, { params, indices }, _, { shape }) =>
      g.emit("GatherND", [g.full(params), g.full(g.cast(indices, "int64"))], { shape, type: params.type }),
  ),
  TensorScatterUpdate: rule<"tensor" | "indices" | "updates">(
    ({ tensor }) => tensor,
    (g, { tensor, indices, updates }) =>
      g.emit("ScatterND", [g.full(tensor), g.full(g.cast(indices, "int64")), g.full(updates)], tensor),
  ),
  ScatterNd: rule<"indices" | "updates", { shape: number[] }>(
    ({ updates }, { shape }) => ({ shape, dtype: updates.dtype }),
    (g, { indices, updates }, { shape }) => {
      const k = indices.shape.at(-1)!;
      const width = sizeOf(shape.slice(k));
      const n = sizeOf(updates.shape) / width;
      const flat = flatIndices(g, indices, shape);
      return g.reshape(scatterAdd(g, flat, g.reshape(updates, [n, width]), sizeOf(shape.slice(0, k))), shape);
    },
  ),
  UnsortedSegmentSum: rule<"x" | "segmentIds", { numSegments: number }>(
    ({ x }, { numSegments }) => ({ shape: [numSegments, ...x.shape.slice(1)], dtype: x.dtype }),
    (g, { x, segmentIds }, { numSegments }, { shape }) => {
      const n = x.shape[0]!;
      return g.reshape(scatterAdd(g, segmentIds, g.reshape(x, [n, sizeOf(x.shape) / n]), numSegments), shape);
    },
  ),
  OneHot: rule<"indices", { depth: number; onValue: number; offValue: number; dtype?: "float32" | "int32" | "bool" }>(
    ({ indices }, { depth, dtype }) => ({ shape: [...indices.shape, depth], dtype: dtype ?? "int32" }),
    (g, { indices }, { depth, onValue, offValue }, { shape, dtype }) => {
      // Comparing with a range works on every provider; ONNX Runtime has no OneHot of int32 values.
      const column = g.reshape(indices, [...indices.shape, 1]);
      const classes = g.constant(
        Int32Array.from({ length: depth }, (_, i) => i),
        [depth],
        "int32",
      );
      const hit = g.elementwise("Equal", [column, classes], "bool");
      if (onValue === 1 && offValue === 0) {
        const asFloat = g.cast(hit, "float32");
        return { ...(dtype === "float32" ? asFloat : { ...g.cast(hit, dtype), asFloat }), shape };
      }
      const [on, off] = [g.splat(onValue, [], dtype), g.splat(offValue, [], dtype)];
      return { ...g.elementwise("Where", [hit, on, off], dtype), shape };
    },
  ),
};
