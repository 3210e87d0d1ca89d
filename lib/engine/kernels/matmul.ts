import { broadcastShapes, type GraphBuilder, type Wire } from "../graph/builder";
import type { AttributeValue } from "../graph/onnx";
import { type Rules, rule, unsupported } from "./rule";

interface MatMulAttrs {
  transposeA: boolean;
  transposeB: boolean;
}

const swapLast = (rank: number): number[] => [...Array.from({ length: rank - 2 }, (_, i) => i), rank - 1, rank - 2];

/** A product of float32 operands; where the graph has float16 products, of their float16 values, and float32 again. */
export function product(
  g: GraphBuilder,
  op: string,
  operands: readonly Wire[],
  shape: readonly number[],
  attributes: Record<string, AttributeValue> = {},
  domain = "",
): Wire {
  const whole = operands.map((x): Wire => ({ name: g.full(x), stored: x.shape, shape: x.shape, type: x.type }));
  const made = (wires: readonly Wire[], type: "float32" | "float16"): Wire => {
    const names = wires.map(({ name }) => name);
    return g.emit(op, names, { shape, type }, attributes, domain);
  };
  if (!g.half) return made(whole, "float32");
  const narrow = whole.map((x) => g.cast(x, "float16"));
  if (g.half === "native") return g.cast(made(narrow, "float16"), "float32");
  const rounded = narrow.map((x) => g.cast(x, "float32"));
  return g.cast(g.cast(made(rounded, "float32"), "float16"), "float32");
}

/**
 * Columns of a product from which on its left operand is transposed beforehand: the runtime transposes it as it goes, once more for
 * every 128 columns. The same sums in the same order.
 */
const WIDE = 512;

/** a b for matrices or batches of them; `transposeA` and `transposeB` swap the last two axes first. */
export function matMul(
  g: GraphBuilder,
  a: Wire,
  b: Wire,
  { transposeA, transposeB }: MatMulAttrs,
  shape: readonly number[],
): Wire {
  if (!transposeA && !transposeB) return product(g, "MatMul", [a, b], shape);
  if (transposeA && !transposeB && shape.length === 2 && g.contrib && (shape[1] ?? 0) >= WIDE) {
    g.turned = true;
    return product(g, "MatMul", [g.transpose(a, [1, 0]), b], shape);
  }
  const flags = { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 };
  if (shape.length === 2) return product(g, "Gemm", [a, b], shape, flags);
  if (g.contrib) return product(g, "FusedMatMul", [a, b], shape, flags, "com.microsoft");
  const flip = (x: Wire, turned: boolean): Wire => (turned ? g.transpose(x, swapLast(x.shape.length)) : x);
  return product(g, "MatMul", [flip(a, transposeA), flip(b, transposeB)], shape);
}

export const matmul: Rules = {
  BatchMatMul: rule<"a" | "b", MatMulAttrs>(
    ({ a, b }, { transposeA, transposeB }) => {
      const rows = a.shape.at(transposeA ? -1 : -2)!;
      const columns = b.shape.at(transposeB ? -2 : -1)!;
      return { shape: [...broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2)), rows, columns], dtype: "float32" };
    },
    (g, { a, b }, attrs, { shape }) => matMul(g, a, b, attrs, shape),
  ),
  Einsum: rule<string, { equation: string }>(
    (inputs, { equation }) => {
      const [left, right] = equation.replaceAll(" ", "").split("->");
      if (left === undefined || right === undefined || equation.includes("."))
        throw unsupported(`einsum("${equation}")`, "Write the equation with an arrow and without an ellipsis.");
      const sizes = new Map<string, number>();
      const operands = Object.values(inputs);
      left.split(",").forEach((letters, i) => {
        for (const [axis, letter] of [...letters].entries()) sizes.set(letter, operands[i]?.shape[axis] ?? 1);
      });
      return { shape: [...right].map((letter) => sizes.get(letter)!), dtype: "float32" };
    },
    (g, inputs, { equation }, { shape }) => {
      const text = { equation: { string: equation.replaceAll(" ", "") } };
      return product(g, "Einsum", Object.values(inputs), shape, text);
    },
  ),
};
