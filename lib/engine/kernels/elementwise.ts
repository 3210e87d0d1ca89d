import { broadcastShapes, type GraphBuilder, type Wire } from "../graph/builder";
import type { AttributeValue } from "../graph/onnx";
import { tf } from "../tf";
import { scatterInto } from "./index-ops";
import { type Rule, type Rules, rule, type Spec } from "./rule";

type Unary = (g: GraphBuilder, x: Wire) => Wire;

const f32 = (g: GraphBuilder, x: number): Wire => g.splat(x, [], "float32");
const mul = (g: GraphBuilder, a: Wire, b: Wire): Wire => g.elementwise("Mul", [a, b], a.type);
const sameShape = (a: Wire, b: Wire): boolean => a.shape.join() === b.shape.join();

function add(g: GraphBuilder, a: Wire, b: Wire): Wire {
  if (a.scattered && !b.scattered && sameShape(a, b)) return add(g, b, a);
  if (b.scattered && sameShape(a, b)) return scatterInto(g, a, b.scattered.places, b.scattered.rows);
  return g.elementwise("Add", [a, b], a.type);
}

function sub(g: GraphBuilder, a: Wire, b: Wire): Wire {
  if (b.scattered && sameShape(a, b)) return scatterInto(g, a, b.scattered.places, apply(g, "Neg", b.scattered.rows));
  return g.elementwise("Sub", [a, b], a.type);
}

const div = (g: GraphBuilder, a: Wire, b: Wire): Wire => g.elementwise("Div", [a, b], a.type);
const apply = (g: GraphBuilder, op: string, x: Wire, attributes: Record<string, AttributeValue> = {}): Wire =>
  g.elementwise(op, [x], x.type, attributes);
const where = (g: GraphBuilder, condition: Wire, t: Wire, e: Wire): Wire => {
  if (t.type !== "bool") return g.elementwise("Where", [condition, t, e], t.type);
  return g.cast(g.elementwise("Where", [condition, g.cast(t, "float32"), g.cast(e, "float32")], "float32"), "bool");
};

/** Floor of the quotient for integers; ONNX divides towards zero. */
function floorDivide(g: GraphBuilder, a: Wire, b: Wire): Wire {
  if (a.type === "float32") return apply(g, "Floor", div(g, a, b));
  const quotient = div(g, a, b);
  const remainder = sub(g, a, mul(g, quotient, b));
  const zero = g.splat(0, [], "int32");
  const signsDiffer = g.elementwise("Less", [mul(g, remainder, b), zero], "bool");
  return sub(g, quotient, g.cast(signsDiffer, "int32"));
}

const binaryShape = ({ a, b }: { a: Spec; b: Spec }): Spec => ({ shape: broadcastShapes(a.shape, b.shape), dtype: a.dtype });
const binary = (lower: (g: GraphBuilder, a: Wire, b: Wire) => Wire): Rule =>
  rule<"a" | "b">(binaryShape, (g, { a, b }) => lower(g, a, b));
const compare = (op: string): Rule =>
  rule<"a" | "b">(
    (inputs) => ({ ...binaryShape(inputs), dtype: "bool" }),
    (g, { a, b }) => g.elementwise(op, [a, b], "bool"),
  );

/** Float functions: an int32 argument is cast first, as tfjs's result is float32. */
const real = (lower: Unary): Rule =>
  rule<"x">(
    ({ x }) => ({ shape: x.shape, dtype: "float32" }),
    (g, { x }) => lower(g, g.cast(x, "float32")),
  );
/** Functions that keep the element type. */
const same = (lower: Unary): Rule =>
  rule<"x">(
    ({ x }) => x,
    (g, { x }) => lower(g, x),
  );
const isInf: Unary = (g, x) => g.elementwise("IsInf", [x], "bool");
const isNan: Unary = (g, x) => g.elementwise("IsNaN", [x], "bool");
const predicate = (lower: Unary): Rule =>
  rule<"x">(
    ({ x }) => ({ shape: x.shape, dtype: "bool" }),
    (g, { x }) => lower(g, x),
  );
const not: Unary = (g, x) => g.elementwise("Not", [x], "bool");

const REAL_OPS = "Exp Log Sqrt Erf Tanh Reciprocal Sigmoid Softplus Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh".split(
  " ",
);
const COMPARISONS: Record<string, string> = {
  Equal: "Equal",
  Greater: "Greater",
  GreaterEqual: "GreaterOrEqual",
  Less: "Less",
  LessEqual: "LessOrEqual",
  LogicalAnd: "And",
  LogicalOr: "Or",
};

/** log(1 + x) without losing small x (Kahan). */
const log1p: Unary = (g, x) => {
  const one = f32(g, 1);
  const u = add(g, x, one);
  const unchanged = g.elementwise("Equal", [u, one], "bool");
  const corrected = div(g, mul(g, apply(g, "Log", u), x), sub(g, u, one));
  return where(g, unchanged, x, corrected);
};
/** exp(x) − 1 = tanh(x/2) (exp(x) + 1), exact for small x. */
const expm1: Unary = (g, x) => mul(g, apply(g, "Tanh", mul(g, x, f32(g, 0.5))), add(g, apply(g, "Exp", x), f32(g, 1)));

/** WebGPU's provider has no Sign. */
const sign: Unary = (g, x) => {
  if (g.contrib) return apply(g, "Sign", x);
  const zero = g.splat(0, [], x.type === "int32" ? "int32" : "float32");
  const is = (op: string): Wire => g.cast(g.elementwise(op, [x, zero], "bool"), x.type);
  return sub(g, is("Greater"), is("Less"));
};
/** Nor Neg and Abs of integers. */
const neg: Unary = (g, x) => (g.contrib || x.type !== "int32" ? apply(g, "Neg", x) : sub(g, g.splat(0, [], "int32"), x));
const abs: Unary = (g, x) =>
  g.contrib || x.type !== "int32" ? apply(g, "Abs", x) : g.elementwise("Max", [x, neg(g, x)], "int32");

/** tfjs's mod takes the sign of the divisor. */
const floorMod = (g: GraphBuilder, a: Wire, b: Wire): Wire => sub(g, a, mul(g, floorDivide(g, a, b), b));

function addAll(g: GraphBuilder, inputs: Readonly<Record<string, Wire>>): Wire {
  const terms = Object.values(inputs);
  const wholeFirst = [...terms.filter(({ scattered }) => !scattered), ...terms.filter(({ scattered }) => scattered)];
  return wholeFirst.reduce((sum, x) => add(g, sum, x));
}

const select = rule<"condition" | "t" | "e">(
  ({ t }) => t,
  (g, { condition, t, e }) => ({ ...where(g, condition, t, e), shape: t.shape }),
);

const batchNorm = rule<"x" | "mean" | "variance" | "offset" | "scale", { varianceEpsilon: number }>(
  ({ x }) => x,
  (g, { x, mean, variance, offset, scale }, { varianceEpsilon }) => {
    const deviation = apply(g, "Sqrt", add(g, variance, f32(g, varianceEpsilon)));
    const normal = div(g, sub(g, x, mean), deviation);
    const scaled = scale ? mul(g, normal, scale) : normal;
    return offset ? add(g, scaled, offset) : scaled;
  },
);

/** One operand or two of each element, and nothing else: tfjs's arithmetic, comparisons and activations. */
export const elementwise: Rules = {
  Add: binary(add),
  Sub: binary(sub),
  Multiply: binary(mul),
  RealDiv: binary(div),
  FloorDiv: binary(floorDivide),
  Mod: binary(floorMod),
  Maximum: binary((g, a, b) => g.elementwise("Max", [a, b], a.type)),
  Minimum: binary((g, a, b) => g.elementwise("Min", [a, b], a.type)),
  Pow: binary((g, a, b) => g.elementwise("Pow", [a, b], a.type)),
  SquaredDifference: binary((g, a, b) => {
    const difference = sub(g, a, b);
    return mul(g, difference, difference);
  }),
  AddN: rule<string>((inputs) => Object.values(inputs)[0]!, addAll),
  ...Object.fromEntries(Object.entries(COMPARISONS).map(([kernel, op]) => [kernel, compare(op)])),
  NotEqual: rule<"a" | "b">(
    (inputs) => ({ ...binaryShape(inputs), dtype: "bool" }),
    (g, { a, b }) => not(g, g.elementwise("Equal", [a, b], "bool")),
  ),
  LogicalNot: predicate(not),
  IsNan: predicate(isNan),
  IsInf: predicate(isInf),
  IsFinite: predicate((g, x) => not(g, g.elementwise("Or", [isNan(g, x), isInf(g, x)], "bool"))),
  ...Object.fromEntries(REAL_OPS.map((op) => [op, real((g, x) => apply(g, op, x))])),
  Log1p: real(log1p),
  Expm1: real(expm1),
  Rsqrt: real((g, x) => apply(g, "Reciprocal", apply(g, "Sqrt", x))),
  Square: same((g, x) => mul(g, x, x)),
  Neg: same(neg),
  Abs: same(abs),
  Sign: same(sign),
  Floor: same((g, x) => (x.type === "float32" ? apply(g, "Floor", x) : x)),
  Ceil: same((g, x) => (x.type === "float32" ? apply(g, "Ceil", x) : x)),
  Round: same((g, x) => (x.type === "float32" ? apply(g, "Round", x) : x)),
  Relu: same((g, x) => apply(g, "Relu", x)),
  Relu6: same((g, x) => g.elementwise("Clip", [x, f32(g, 0), f32(g, 6)], "float32")),
  Elu: same((g, x) => apply(g, "Elu", x)),
  Selu: same((g, x) => apply(g, "Selu", x)),
  LeakyRelu: rule<"x", { alpha: number }>(
    ({ x }) => x,
    (g, { x }, { alpha }) => apply(g, "LeakyRelu", x, { alpha: { float: alpha } }),
  ),
  EluGrad: rule<"dy" | "y">(
    ({ dy }) => dy,
    (g, { dy, y }) => where(g, g.elementwise("GreaterOrEqual", [y, f32(g, 0)], "bool"), dy, mul(g, dy, add(g, y, f32(g, 1)))),
  ),
  Prelu: rule<"x" | "alpha">(
    ({ x, alpha }) => ({ shape: broadcastShapes(x.shape, alpha.shape), dtype: "float32" }),
    (g, { x, alpha }) => {
      const zero = f32(g, 0);
      return add(g, apply(g, "Relu", x), mul(g, alpha, g.elementwise("Min", [x, zero], "float32")));
    },
  ),
  Step: rule<"x", { alpha: number }>(
    ({ x }) => x,
    (g, { x }, { alpha }) => {
      const positive = g.elementwise("Greater", [x, g.splat(0, [], "float32")], "bool");
      return alpha === 0 ? g.cast(positive, "float32") : where(g, positive, f32(g, 1), f32(g, alpha));
    },
  ),
  ClipByValue: rule<"x", { clipValueMin: number; clipValueMax: number }>(
    ({ x }) => x,
    (g, { x }, { clipValueMin, clipValueMax }) => {
      const type = x.type === "int32" ? "int32" : "float32";
      const bounds = [g.splat(clipValueMin, [], type), g.splat(clipValueMax, [], type)];
      return { ...g.elementwise("Clip", [x, ...bounds], type), shape: x.shape };
    },
  ),
  Cast: rule<"x", { dtype: "float32" | "int32" | "bool" }>(
    ({ x }, { dtype }) => ({ shape: x.shape, dtype }),
    (g, { x }, { dtype }) => g.cast(x, dtype),
  ),
  Select: select,
  FusedBatchNorm: batchNorm,
};

/** A wire's splat constant in the shape and type of `output`. */
const fillWith = (g: GraphBuilder, x: number, { shape, dtype }: Spec): Wire => g.splat(x, shape, dtype);

/** Kernels that make constants. */
export const constants: Rules = {
  ZerosLike: rule<"x">(
    ({ x }) => x,
    (g, _, __, output) => fillWith(g, 0, output),
  ),
  OnesLike: rule<"x">(
    ({ x }) => x,
    (g, _, __, output) => fillWith(g, 1, output),
  ),
  Fill: rule<never, { shape: number[]; value: number; dtype?: "float32" | "int32" | "bool" }>(
    (_, { shape, dtype, value }) => ({ shape, dtype: dtype ?? (tf.util.inferDtype(value) === "bool" ? "bool" : "float32") }),
    (g, _, { value }, output) => fillWith(g, Number(value), output),
  ),
  Range: rule<never, { start: number; stop: number; step: number; dtype?: "float32" | "int32" }>(
    (_, { start, stop, step, dtype }) => ({ shape: [Math.max(0, Math.ceil((stop - start) / step))], dtype: dtype ?? "float32" }),
    (g, _, { start, step }, { shape, dtype }) => {
      const values = Array.from({ length: shape[0]! }, (__, i) => start + i * step);
      return dtype === "int32"
        ? g.constant(Int32Array.from(values), shape, "int32")
        : g.constant(Float32Array.from(values), shape, "float32");
    },
  ),
  LinSpace: rule<never, { start: number; stop: number; num: number }>(
    (_, { num }) => ({ shape: [num], dtype: "float32" }),
    (g, _, { start, stop, num }) => {
      const values = Float32Array.from({ length: num }, (__, i) => start + ((stop - start) * i) / Math.max(1, num - 1));
      return g.constant(values, [num], "float32");
    },
  ),
};
