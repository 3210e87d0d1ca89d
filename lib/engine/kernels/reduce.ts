import type { GraphBuilder, Shape, Wire } from "../graph/builder";
import { sizeOf } from "../value";
import { axesOf, axisOf, type Rule, type Rules, rule, ruleForMany, type Spec } from "./rule";

type Axes = number | number[];
interface Options {
  /** The attribute that names the axes; tfjs calls it differently for Max. */
  readonly axes?: "axis" | "reductionIndices";
}
interface Attrs {
  axis?: Axes;
  reductionIndices?: Axes;
  keepDims?: boolean;
}

const reduced = (shape: Shape, axes: readonly number[], keepDims: boolean | undefined): number[] =>
  shape.flatMap((length, i) => (axes.includes(i) ? (keepDims ? [1] : []) : [length]));

/** Sums over leading axes as a product with a row of ones: MLAS runs it several times faster than ReduceSum. */
function sumLeading(g: GraphBuilder, x: Wire, rows: number, output: Shape): Wire {
  const columns = sizeOf(x.shape) / rows;
  const matrix = g.reshape(x, [rows, columns]); // rows, columns
  const ones = g.constant(new Float32Array(rows).fill(1), [1, rows], "float32");
  const sums = g.emit("MatMul", [ones.name, g.full(matrix)], { shape: [1, columns], type: "float32" });
  return g.reshape(sums, output);
}

/** Reduces `x` over `axes` to `output`. Axes along which `x` is only broadcast are not read. */
export function reduce(g: GraphBuilder, op: string, x: Wire, axes: readonly number[], output: Shape): Wire {
  const lead = x.shape.length - x.stored.length;
  const repeated = axes.filter((i) => x.shape[i] !== 1 && (x.stored[i - lead] ?? 1) === 1);
  const rest = axes.filter((i) => x.shape[i] !== 1 && !repeated.includes(i));
  const narrowed: Wire = { ...x, shape: x.shape.map((length, i) => (repeated.includes(i) ? 1 : length)) };
  const times = repeated.reduce((count, i) => count * x.shape[i]!, 1);
  const value = reduceStored(g, op, narrowed, rest, output);
  if (times === 1 || (op !== "ReduceSum" && op !== "ReduceProd")) return value;
  const factor = g.splat(times, [], x.type === "int32" ? "int32" : "float32");
  return g.elementwise(op === "ReduceSum" ? "Mul" : "Pow", [value, factor], x.type);
}

function reduceStored(g: GraphBuilder, op: string, x: Wire, axes: readonly number[], output: Shape): Wire {
  if (axes.length === 0) return g.reshape(x, output);
  const rows = axes.reduce((count, i) => count * x.shape[i]!, 1);
  const leading = axes.every((i) => x.shape.slice(0, i).every((length, j) => length === 1 || axes.includes(j)));
  const columns = sizeOf(x.shape) / rows;
  if (op === "ReduceSum" && leading && x.type === "float32" && rows >= 8 && columns >= 8) return sumLeading(g, x, rows, output);
  const shape = x.shape.map((length, i) => (axes.includes(i) ? 1 : length));
  const sums = g.emit(op, [g.full(x), g.ints(axes)], { shape, type: x.type }, { keepdims: 1 });
  return g.reshape(sums, output);
}

function reduction(op: string, { axes = "axis" }: Options = {}): Rule {
  const list = (attrs: Attrs, shape: Shape): number[] => axesOf(attrs[axes], shape);
  const isMean = op === "ReduceMean";
  return rule<"x", Attrs>(
    ({ x }, attrs) => ({
      shape: reduced(x.shape, list(attrs, x.shape), attrs.keepDims),
      dtype: isMean ? "float32" : x.dtype === "bool" ? "int32" : x.dtype,
    }),
    (g, { x }, attrs, output) => reduce(g, op, g.cast(x, output.dtype), list(attrs, x.shape), output.shape),
  );
}

/** Any and All: reductions of 0 and 1. */
const logical = (op: string): Rule =>
  rule<"x", Attrs>(
    ({ x }, { axis, keepDims }) => ({ shape: reduced(x.shape, axesOf(axis, x.shape), keepDims), dtype: "bool" }),
    (g, { x }, { axis }, output) => g.cast(reduce(g, op, g.cast(x, "int32"), axesOf(axis, x.shape), output.shape), "bool"),
  );

/** Place of the first largest or smallest element; ArgMax's int64 result would go through the host on WebGPU. */
function firstOf(g: GraphBuilder, op: "ArgMax" | "ArgMin", x: Wire, axis: number, output: Shape): Wire {
  const [fold, worse] = op === "ArgMax" ? ["ReduceMax", "Less"] : ["ReduceMin", "Greater"];
  const length = x.shape[axis]!;
  const rest = x.shape.map((size, i) => (i === axis ? 1 : size));
  const best = reduce(g, fold!, x, [axis], rest);
  const line = x.shape.map((_, i) => (i === axis ? length : 1));
  const places = g.constant(
    Int32Array.from({ length }, (_, i) => i),
    line,
    "int32",
  );
  const beyond = g.splat(length, [], "int32");
  const candidates = g.elementwise("Where", [g.elementwise(worse!, [x, best], "bool"), beyond, places], "int32");
  return reduce(g, "ReduceMin", candidates, [axis], output);
}

/** x − max − log Σ exp(x − max): WebGPU's provider has no LogSoftmax. */
function composedLogSoftmax(g: GraphBuilder, x: Wire, axis: number): Wire {
  const row = x.shape.map((size, i) => (i === axis ? 1 : size));
  const shifted = g.elementwise("Sub", [x, reduce(g, "ReduceMax", x, [axis], row)], "float32");
  const sums = reduce(g, "ReduceSum", g.elementwise("Exp", [shifted], "float32"), [axis], row);
  return g.elementwise("Sub", [shifted, g.elementwise("Log", [sums], "float32")], "float32");
}

const argument = (op: "ArgMax" | "ArgMin"): Rule =>
  rule<"x", { axis: number }>(
    ({ x }, { axis }) => ({ shape: reduced(x.shape, [axisOf(axis, x.shape)], false), dtype: "int32" }),
    (g, { x }, { axis }, { shape }) => {
      if (!g.contrib && x.type === "float32") return firstOf(g, op, x, axisOf(axis, x.shape), shape);
      const attributes = { axis: axisOf(axis, x.shape), keepdims: 0 };
      return g.cast(g.emit(op, [g.full(x)], { shape, type: "int64" }, attributes), "int32");
    },
  );

const lastAxis = (x: Spec, length: number): number[] => [...x.shape.slice(0, -1), length];

/** Kernels that fold, scan or rank an axis. */
export const reduceRules: Rules = {
  Sum: reduction("ReduceSum"),
  Mean: reduction("ReduceMean"),
  Prod: reduction("ReduceProd"),
  Max: reduction("ReduceMax", { axes: "reductionIndices" }),
  Min: reduction("ReduceMin"),
  Any: logical("ReduceMax"),
  All: logical("ReduceMin"),
  ArgMax: argument("ArgMax"),
  ArgMin: argument("ArgMin"),
  Softmax: rule<"logits", { dim: number }>(
    ({ logits }) => ({ ...logits, dtype: "float32" }),
    (g, { logits }, { dim }) => g.emit("Softmax", [g.full(logits)], logits, { axis: axisOf(dim ?? -1, logits.shape) }),
  ),
  LogSoftmax: rule<"logits", { axis: number }>(
    ({ logits }) => ({ ...logits, dtype: "float32" }),
    (g, { logits }, attrs) => {
      const axis = axisOf(attrs.axis ?? -1, logits.shape);
      return g.contrib ? g.emit("LogSoftmax", [g.full(logits)], logits, { axis }) : composedLogSoftmax(g, logits, axis);
    },
  ),
  Cumsum: rule<"x", { axis: number; exclusive: boolean; reverse: boolean }>(
    ({ x }) => x,
    (g, { x }, { axis, exclusive, reverse }) => {
      const along = g.constant(Int32Array.of(axisOf(axis, x.shape)), [], "int32");
      return g.emit("CumSum", [g.full(x), along.name], x, { exclusive: exclusive ? 1 : 0, reverse: reverse ? 1 : 0 });
    },
  ),
  TopK: ruleForMany<"x", { k: number; sorted: boolean }>(
    ({ x }, { k }) => [
      { shape: lastAxis(x, k), dtype: x.dtype },
      { shape: lastAxis(x, k), dtype: "int32" },
    ],
    (g, { x }, { k }, [values]) => {
      const ports = [
        { shape: values!.shape, type: x.type },
        { shape: values!.shape, type: "int64" },
      ] as const;
      const [top, indices] = g.emitAll("TopK", [g.full(x), g.ints([k])], ports, { axis: -1, sorted: 1 });
      return [top!, g.cast(indices!, "int32")];
    },
  ),
};
