import type { GraphBuilder, Wire } from "../graph/builder";
import { product } from "./matmul";
import { type Rules, rule, ruleForMany } from "./rule";

/** Kernels that only the compiled engine has; the ops of ../ops.ts use them when they are traced. */
export const FUSED_LAYER_NORM = "AlcapLayerNorm";
export const FUSED_GELU = "AlcapGelu";
export const FUSED_AFFINE = "AlcapAffine";

function composedLayerNorm(
  g: GraphBuilder,
  x: Wire,
  gain: Wire,
  bias: Wire,
  eps: number,
  row: readonly number[],
): readonly Wire[] {
  const mean = g.emit("ReduceMean", [g.full(x), g.ints([-1])], { shape: row, type: "float32" }, { keepdims: 1 });
  const centred = g.elementwise("Sub", [x, mean], "float32");
  const squares = g.elementwise("Mul", [centred, centred], "float32");
  const variance = g.emit("ReduceMean", [g.full(squares), g.ints([-1])], { shape: row, type: "float32" }, { keepdims: 1 });
  const spread = g.elementwise("Add", [variance, g.splat(eps, [], "float32")], "float32");
  const inverse = g.elementwise("Reciprocal", [g.elementwise("Sqrt", [spread], "float32")], "float32");
  const normal = g.elementwise("Mul", [centred, inverse], "float32");
  const y = g.elementwise("Add", [g.elementwise("Mul", [normal, gain], "float32"), bias], "float32");
  return [y, mean, inverse];
}

function composedGelu(g: GraphBuilder, x: Wire): Wire {
  const scaled = g.elementwise("Mul", [x, g.splat(Math.SQRT1_2, [], "float32")], "float32");
  const erf = g.elementwise("Erf", [scaled], "float32");
  const half = g.elementwise("Mul", [x, g.splat(0.5, [], "float32")], "float32");
  return g.elementwise("Mul", [half, g.elementwise("Add", [erf, g.splat(1, [], "float32")], "float32")], "float32");
}

export const fused: Rules = {
  /** x [..., D] → normalised [..., D], mean [..., 1], 1/√(variance + eps) [..., 1]. */
  [FUSED_LAYER_NORM]: ruleForMany<"x" | "gain" | "bias", { eps: number }>(
    ({ x }) => {
      const row = [...x.shape.slice(0, -1), 1];
      return [
        { shape: x.shape, dtype: "float32" },
        { shape: row, dtype: "float32" },
        { shape: row, dtype: "float32" },
      ];
    },
    (g, { x, gain, bias }, { eps }, outputs) => {
      if (!g.contrib) return composedLayerNorm(g, x, gain, bias, eps, outputs[1]!.shape);
      const ports = outputs.map(({ shape }) => ({ shape, type: "float32" }) as const);
      const names = [x, gain, bias].map((w) => g.full(w));
      return g.emitAll("LayerNormalization", names, ports, { axis: -1, epsilon: { float: eps } });
    },
  ),
  /** x [N, in], weight [out, in], bias [out] → x weightᵀ + bias [N, out]. */
  [FUSED_AFFINE]: rule<"x" | "weight" | "bias">(
    ({ x, weight }) => ({ shape: [x.shape[0]!, weight.shape[0]!], dtype: "float32" }),
    (g, { x, weight, bias }, _, { shape }) => product(g, "Gemm", [x, weight, bias], shape, { transA: 0, transB: 1 }),
  ),
  [FUSED_GELU]: rule<"x">(
    ({ x }) => x,
    (g, { x }) => (g.contrib ? g.emit("Gelu", [g.full(x)], x, {}, "com.microsoft") : composedGelu(g, x)),
  ),
};
