import type { GraphBuilder, Wire } from "../graph/builder";
import { tf } from "../tf";
import { sizeOf } from "../value";
import { axesOf, axisOf, type Rules, rule, ruleForMany, type Spec, unsupported } from "./rule";

interface StridedSliceAttrs {
  begin: number[];
  end: number[];
  strides: number[];
  beginMask: number;
  endMask: number;
  ellipsisMask: number;
  newAxisMask: number;
  shrinkAxisMask: number;
}

const BEFORE_START = -(2 ** 31);

/** Slice along the axes where it does something. `end` below zero with a negative step means "to the very start". */
export function slice(
  g: GraphBuilder,
  x: Wire,
  begin: readonly number[],
  end: readonly number[],
  steps: readonly number[],
): Wire {
  const shape = x.shape.map((_, i) => Math.max(0, Math.ceil((end[i]! - begin[i]!) / steps[i]!)));
  const axes = x.shape.map((_, i) => i).filter((i) => shape[i] !== x.shape[i] || steps[i]! < 0);
  if (axes.length === 0) return x;
  const pick = (list: readonly number[]): string => g.ints(axes.map((i) => list[i]!));
  const ends = end.map((stop, i) => (steps[i]! < 0 && stop < 0 ? BEFORE_START : stop));
  const stepInput = axes.some((i) => steps[i] !== 1) ? [pick(steps)] : [];
  return g.emit("Slice", [g.full(x), pick(begin), pick(ends), g.ints(axes), ...stepInput], { shape, type: x.type });
}

const plan = (x: { shape: readonly number[] }, a: StridedSliceAttrs) =>
  tf.slice_util.sliceInfo(
    [...x.shape],
    a.begin,
    a.end,
    a.strides,
    a.beginMask,
    a.endMask,
    a.ellipsisMask,
    a.newAxisMask,
    a.shrinkAxisMask,
  );

function concat(g: GraphBuilder, parts: readonly Wire[], axis: number): Wire {
  const present = parts.filter((part) => sizeOf(part.shape) > 0);
  const first = present[0] ?? parts[0]!;
  if (present.length <= 1) return first;
  const shape = first.shape.map((length, i) => (i === axis ? present.reduce((sum, part) => sum + part.shape[axis]!, 0) : length));
  return g.emit(
    "Concat",
    present.map((part) => g.full(part)),
    { shape, type: first.type },
    { axis },
  );
}

function splitShapes(x: Spec, axis: number, sizes: readonly number[]): Spec[] {
  return sizes.map((size) => ({ dtype: x.dtype, shape: x.shape.map((length, i) => (i === axis ? size : length)) }));
}

function split(g: GraphBuilder, x: Wire, axis: number, sizes: readonly number[]): readonly Wire[] {
  if (sizes.length === 1) return [x];
  const ports = sizes.map((size) => ({ type: x.type, shape: x.shape.map((length, i) => (i === axis ? size : length)) }));
  return g.emitAll("Split", [g.full(x), g.ints(sizes)], ports, { axis });
}

const withAxis = (shape: readonly number[], axis: number, length: number): number[] => [
  ...shape.slice(0, axis),
  length,
  ...shape.slice(axis),
];
const withoutAxis = (shape: readonly number[], axis: number): number[] => shape.filter((_, i) => i !== axis);

/** Kernels that move, cut and join elements without changing them. */
export const shape: Rules = {
  Identity: rule<"x">(
    ({ x }) => x,
    (_, { x }) => x,
  ),
  Reshape: rule<"x", { shape: number[] }>(
    ({ x }, a) => ({ shape: tf.util.inferFromImplicitShape(a.shape, sizeOf(x.shape)), dtype: x.dtype }),
    (g, { x }, _, output) => g.reshape(x, output.shape),
  ),
  ExpandDims: rule<"input", { dim: number }>(
    ({ input }, { dim }) => ({
      shape: withAxis(input.shape, dim < 0 ? dim + input.shape.length + 1 : dim, 1),
      dtype: input.dtype,
    }),
    (g, { input }, _, output) => g.reshape(input, output.shape),
  ),
  Transpose: rule<"x", { perm: number[] }>(
    ({ x }, { perm }) => ({ shape: perm.map((axis) => x.shape[axis]!), dtype: x.dtype }),
    (g, { x }, { perm }) => g.transpose(x, perm),
  ),
  Slice: rule<"x", { begin: number | number[]; size: number | number[] }>(
    ({ x }, { begin, size }) => ({
      shape: tf.slice_util.parseSliceParams({ dataId: {}, shape: [...x.shape], dtype: x.dtype }, begin, size)[1]!,
      dtype: x.dtype,
    }),
    (g, { x }, { begin, size }, output) => {
      const [from] = tf.slice_util.parseSliceParams({ dataId: {}, shape: [...x.shape], dtype: output.dtype }, begin, size);
      return slice(
        g,
        x,
        from!,
        output.shape.map((length, i) => from![i]! + length),
        output.shape.map(() => 1),
      );
    },
  ),
  StridedSlice: rule<"x", StridedSliceAttrs>(
    ({ x }, a) => ({ shape: plan(x, a).finalShape, dtype: x.dtype }),
    (g, { x }, a, output) => {
      const { begin, end, strides } = plan(x, a);
      if (sizeOf(output.shape) === 0) throw unsupported("An empty strided slice", "Leave the op out where it selects nothing.");
      return g.reshape(slice(g, x, begin, end, strides), output.shape);
    },
  ),
  Reverse: rule<"x", { dims: number | number[] }>(
    ({ x }) => x,
    (g, { x }, { dims }) => {
      const axes = axesOf(dims, x.shape);
      const pick = (reversed: (length: number) => number, kept: (length: number) => number): number[] =>
        x.shape.map((length, i) => (axes.includes(i) ? reversed(length) : kept(length)));
      return slice(
        g,
        x,
        pick(
          (n) => n - 1,
          () => 0,
        ),
        pick(
          () => -1,
          (n) => n,
        ),
        pick(
          () => -1,
          () => 1,
        ),
      );
    },
  ),
  Concat: rule<string, { axis: number }>(
    (inputs, { axis }) => {
      const parts = Object.values(inputs);
      const k = axisOf(axis, parts[0]!.shape);
      const total = parts.reduce((sum, part) => sum + part.shape[k]!, 0);
      return { dtype: parts[0]!.dtype, shape: parts[0]!.shape.map((length, i) => (i === k ? total : length)) };
    },
    (g, inputs, { axis }, output) => concat(g, Object.values(inputs), axisOf(axis, output.shape)),
  ),
  Pack: rule<string, { axis: number }>(
    (inputs, { axis }) => {
      const parts = Object.values(inputs);
      const rank = parts[0]!.shape.length + 1;
      return { dtype: parts[0]!.dtype, shape: withAxis(parts[0]!.shape, axis < 0 ? axis + rank : axis, parts.length) };
    },
    (g, inputs, { axis }, output) => {
      const k = axis < 0 ? axis + output.shape.length : axis;
      return concat(
        g,
        Object.values(inputs).map((part) => g.reshape(part, withAxis(part.shape, k, 1))),
        k,
      );
    },
  ),
  Unpack: ruleForMany<"value", { axis: number }>(
    ({ value }, { axis }) => {
      const k = axisOf(axis, value.shape);
      return Array.from({ length: value.shape[k]! }, () => ({ dtype: value.dtype, shape: withoutAxis(value.shape, k) }));
    },
    (g, { value }, { axis }, outputs) => {
      const k = axisOf(axis, value.shape);
      return split(
        g,
        value,
        k,
        outputs.map(() => 1),
      ).map((part) => g.reshape(part, withoutAxis(part.shape, k)));
    },
  ),
  SplitV: ruleForMany<"x", { numOrSizeSplits: number | number[]; axis: number }>(
    ({ x }, { numOrSizeSplits, axis }) => {
      const k = axisOf(axis, x.shape);
      return splitShapes(x, k, splitSizes(x, numOrSizeSplits, k));
    },
    (g, { x }, { axis }, outputs) => {
      const k = axisOf(axis, x.shape);
      return split(
        g,
        x,
        k,
        outputs.map((output) => output.shape[k]!),
      );
    },
  ),
  PadV2: rule<"x", { paddings: [number, number][]; constantValue: number }>(
    ({ x }, { paddings }) => ({ dtype: x.dtype, shape: x.shape.map((length, i) => length + paddings[i]![0] + paddings[i]![1]) }),
    (g, { x }, { paddings, constantValue }, { shape, dtype }) => {
      const amounts = g.ints([...paddings.map((p) => p[0]), ...paddings.map((p) => p[1])]);
      return g.emit("Pad", [g.full(x), amounts, g.splat(constantValue, [], dtype).name], { shape, type: x.type });
    },
  ),
  MirrorPad: rule<"x", { paddings: [number, number][]; mode: "reflect" | "symmetric" }>(
    ({ x }, { paddings }) => ({ dtype: x.dtype, shape: x.shape.map((length, i) => length + paddings[i]![0] + paddings[i]![1]) }),
    (g, { x }, { paddings, mode }, { shape }) => {
      if (mode !== "reflect")
        throw unsupported("MirrorPad with mode symmetric", "Use mode reflect, or concat with a reversed slice.");
      const amounts = g.ints([...paddings.map((p) => p[0]), ...paddings.map((p) => p[1])]);
      return g.emit("Pad", [g.full(x), amounts], { shape, type: x.type }, { mode: { string: "reflect" } });
    },
  ),
  Tile: rule<"x", { reps: number[] }>(
    ({ x }, { reps }) => ({ dtype: x.dtype, shape: x.shape.map((length, i) => length * reps[i]!) }),
    (g, { x }, { reps }, { shape }) => {
      // Repeating an axis of length 1 is broadcasting, which costs nothing until someone needs the elements.
      if (x.shape.every((length, i) => length === 1 || reps[i] === 1)) return { ...x, shape };
      return g.emit("Tile", [g.full(x), g.ints(reps)], { shape, type: x.type });
    },
  ),
};

function splitSizes(x: Spec, numOrSizeSplits: number | number[], axis: number): number[] {
  if (typeof numOrSizeSplits === "number") return Array<number>(numOrSizeSplits).fill(x.shape[axis]! / numOrSizeSplits);
  const known = numOrSizeSplits.reduce((sum, size) => sum + Math.max(0, size), 0);
  return numOrSizeSplits.map((size) => (size < 0 ? x.shape[axis]! - known : size));
}
