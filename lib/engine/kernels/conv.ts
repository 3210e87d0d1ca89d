// tfjs convolves NHWC tensors with HWIO filters, ONNX Runtime NCHW with OIHW; the graph transposes around each convolution.
import type { GraphBuilder, Wire } from "../graph/builder";
import { tf } from "../tf";
import { matMul } from "./matmul";
import { type Rules, rule, unsupported } from "./rule";
import { slice } from "./shape";

type Quad = [number, number, number, number];
type Info = ReturnType<typeof tf.backend_util.computeConv2DInfo>;

interface ConvAttrs {
  strides: [number, number] | number;
  pad: Parameters<typeof tf.backend_util.computeConv2DInfo>[4];
  dataFormat?: "NHWC" | "NCHW";
  dilations?: [number, number] | number;
  dimRoundingMode?: "floor" | "round" | "ceil";
}

interface PoolAttrs extends ConvAttrs {
  filterSize: [number, number] | number;
}

const TO_NCHW = [0, 3, 1, 2];
const TO_NHWC = [0, 2, 3, 1];
const planesOf = ([b, h, w, c]: readonly number[]): number[] => [b!, c!, h!, w!];

function infoOf(input: readonly number[], filter: readonly number[], attrs: ConvAttrs): Info {
  if (attrs.dataFormat === "NCHW") throw unsupported("A convolution of NCHW tensors", "Use the default dataFormat, NHWC.");
  const { strides, pad, dilations, dimRoundingMode } = attrs;
  return tf.backend_util.computeConv2DInfo(input as Quad, filter as Quad, strides, dilations ?? 1, pad, dimRoundingMode);
}

const windowAttributes = ({ padInfo, ...info }: Info) => ({
  kernel_shape: [info.filterHeight, info.filterWidth],
  strides: [info.strideHeight, info.strideWidth],
  dilations: [info.dilationHeight, info.dilationWidth],
  pads: [padInfo.top, padInfo.left, padInfo.bottom, padInfo.right],
});

/** x [B, H, W, C], filter [h, w, C, O] → [B, Ho, Wo, O] */
function convolve(g: GraphBuilder, x: Wire, filter: Wire, info: Info): Wire {
  const planes = g.transpose(x, TO_NCHW); // B, C, H, W
  const weights = g.transpose(filter, [3, 2, 0, 1]); // O, C, h, w
  const output = { shape: planesOf(info.outShape), type: "float32" } as const;
  return g.transpose(g.emit("Conv", [g.full(planes), g.full(weights)], output, windowAttributes(info)), TO_NHWC);
}

/** Pads of the convolution that carries errors back: what the filter reaches beyond the forward pads. */
function pullPads(info: Info): number[] {
  const down = info.filterHeight - 1;
  const across = info.filterWidth - 1;
  const { top, left, bottom, right } = info.padInfo;
  return [down - top, across - left, down - bottom, across - right];
}

/** dy [B, Ho, Wo, O], filter [h, w, C, O] → [B, H, W, C] */
function inputGradient(g: GraphBuilder, dy: Wire, filter: Wire, info: Info): Wire {
  const planes = g.transpose(dy, TO_NCHW); // B, O, Ho, Wo
  const output = { shape: planesOf(info.inShape), type: "float32" } as const;
  const pads = pullPads(info);
  if (info.strideHeight === 1 && info.strideWidth === 1 && pads.every((pad) => pad >= 0)) {
    // A convolution with the turned filter is faster than ConvTranspose.
    const [h, w, c, o] = filter.shape as Quad;
    const turned = slice(g, filter, [h - 1, w - 1, 0, 0], [-1, -1, c, o], [-1, -1, 1, 1]);
    const weights = g.transpose(turned, [2, 3, 0, 1]); // C, O, h, w
    const y = g.emit("Conv", [g.full(planes), g.full(weights)], output, { ...windowAttributes(info), pads });
    return g.transpose(y, TO_NHWC);
  }
  const weights = g.transpose(filter, [3, 2, 0, 1]); // O, C, h, w
  const { padInfo, inHeight, inWidth, outHeight, outWidth } = info;
  // Input rows and columns past the last window get no error; ONNX wants their number.
  const bottom = inHeight - ((outHeight - 1) * info.strideHeight + info.filterHeight - padInfo.top - padInfo.bottom);
  const right = inWidth - ((outWidth - 1) * info.strideWidth + info.filterWidth - padInfo.left - padInfo.right);
  const attributes = { ...windowAttributes(info), output_padding: [bottom, right] };
  return g.transpose(g.emit("ConvTranspose", [g.full(planes), g.full(weights)], output, attributes), TO_NHWC);
}

/** `x` [B, H, W, C] as each place (i, j) of the filter sees it: [B, Ho, Wo, C], in row-major order of places. */
function views(g: GraphBuilder, x: Wire, info: Info): Wire[] {
  const { top, left, bottom, right } = info.padInfo;
  const [b, h, w, c] = x.shape as Quad;
  const shape = [b, h + top + bottom, w + left + right, c];
  const amounts = [0, top, left, 0, 0, bottom, right, 0];
  const padded = amounts.every((n) => n === 0) ? x : g.emit("Pad", [g.full(x), g.ints(amounts)], { shape, type: "float32" });
  const places = Array.from({ length: info.filterHeight * info.filterWidth }, (_, n) => n);
  return places.map((n) => {
    const i = Math.floor(n / info.filterWidth);
    const j = n % info.filterWidth;
    const end = [b, i + (info.outHeight - 1) * info.strideHeight + 1, j + (info.outWidth - 1) * info.strideWidth + 1, c];
    return slice(g, padded, [0, i, j, 0], end, [1, info.strideHeight, info.strideWidth, 1]);
  });
}

/** x [B, H, W, C], dy [B, Ho, Wo, O] → [h, w, C, O]: one matrix product for each place of the filter. */
function filterGradient(g: GraphBuilder, x: Wire, dy: Wire, info: Info): Wire {
  const rows = info.batchSize * info.outHeight * info.outWidth;
  const { inChannels, outChannels } = info;
  const errors = g.reshape(dy, [rows, outChannels]);
  const products = views(g, x, info).map((view) =>
    matMul(g, g.reshape(view, [rows, inChannels]), errors, { transposeA: true, transposeB: false }, [inChannels, outChannels]),
  );
  const shape = [products.length * inChannels, outChannels];
  const names = products.map((product) => product.name);
  const stacked = names.length === 1 ? products[0]! : g.emit("Concat", names, { shape, type: "float32" }, { axis: 0 });
  return g.reshape(stacked, info.filterShape);
}

const poolFilter = (channels: number, { filterSize }: PoolAttrs): number[] => {
  const [h, w] = typeof filterSize === "number" ? [filterSize, filterSize] : filterSize;
  return [h, w, channels, channels];
};

export const conv: Rules = {
  Conv2D: rule<"x" | "filter", ConvAttrs>(
    ({ x, filter }, attrs) => ({ shape: infoOf(x.shape, filter.shape, attrs).outShape, dtype: "float32" }),
    (g, { x, filter }, attrs) => convolve(g, x, filter, infoOf(x.shape, filter.shape, attrs)),
  ),
  Conv2DBackpropInput: rule<"dy" | "filter", ConvAttrs & { inputShape: number[] }>(
    (_, { inputShape }) => ({ shape: inputShape, dtype: "float32" }),
    (g, { dy, filter }, attrs) => inputGradient(g, dy, filter, infoOf(attrs.inputShape, filter.shape, attrs)),
  ),
  Conv2DBackpropFilter: rule<"x" | "dy", ConvAttrs & { filterShape: number[] }>(
    (_, { filterShape }) => ({ shape: filterShape, dtype: "float32" }),
    (g, { x, dy }, attrs) => filterGradient(g, x, dy, infoOf(x.shape, attrs.filterShape, attrs)),
  ),
  MaxPool: rule<"x", PoolAttrs>(
    ({ x }, attrs) => ({ shape: infoOf(x.shape, poolFilter(x.shape[3]!, attrs), attrs).outShape, dtype: "float32" }),
    (g, { x }, attrs) => {
      const info = infoOf(x.shape, poolFilter(x.shape[3]!, attrs), attrs);
      const output = { shape: planesOf(info.outShape), type: "float32" } as const;
      return g.transpose(g.emit("MaxPool", [g.full(g.transpose(x, TO_NCHW))], output, windowAttributes(info)), TO_NHWC);
    },
  ),
};
