import { broadcastShapes, type GraphBuilder, type Wire } from "../graph/builder";
import { type Rules, rule, unsupported } from "./rule";

interface MatMulAttrs {
  transposeA: boolean;
  transposeB: boolean;
}

const swapLast = (rank: number): number[] => [...Array.from({ length: rank - 2 }, (_, i) => i), rank - 1, rank - 2];

/** a b for matrices or batches of them; `transposeA` and `transposeB` swap the last two axes first. */
export function matMul(
  g: GraphBuilder,
  a: Wire,
  b: Wire,
  { transposeA, transposeB }: MatMulAttrs,
  shape: readonly number[],
): Wire {
  const output = { shape, type: "float32" } as const;
  if (!transposeA && !transposeB) return g.emit("MatMul", [g.full(a), g.full(b)], output);
  const flags = { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 };
  if (shape.length === 2) return g.emit("Gemm", [g.full(a), g.full(b)], output, flags);
  if (g.contrib) return g.emit("FusedMatMul", [g.full(a), g.full(b)], output, flags, "com.microsoft");
  const flip = (x: Wire, turned: boolean): Wire => (turned ? g.transpose(x, swapLast(x.shape.length)) : x);
  return g.emit("MatMul", [g.full(flip(a, transposeA)), g.full(flip(b, transposeB))], output);
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
      return g.emit(
        "Einsum",
        Object.values(inputs).map((x) => g.full(x)),
        { shape, type: "float32" },
        text,
      );
    },
  ),
};
