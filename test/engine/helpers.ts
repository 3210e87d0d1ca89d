import assert from "node:assert/strict";
import {
  type Compiled,
  type CompileOptions,
  compile,
  type Data,
  type DType,
  sizeOf,
  type tf,
  type Value,
  value,
} from "alcap/dist/engine";
import seedrandom from "seedrandom";

/** What an op is tried on. `low` and `high` bound floats; integers are drawn from low … high − 1. */
export interface Draw {
  readonly shape: readonly number[];
  readonly dtype?: DType;
  readonly low?: number;
  readonly high?: number;
  /** Given values instead of drawn ones. */
  readonly data?: readonly number[];
}

/** A value drawn from a named generator. */
export function draw(seed: string, { shape, dtype = "float32", low = -2, high = 2, data }: Draw): Value {
  const next = seedrandom(seed);
  const size = sizeOf(shape);
  const one = (): number => low + (high - low) * next();
  const list =
    data ?? Array.from({ length: size }, () => (dtype === "float32" ? one() : Math.floor(dtype === "bool" ? next() * 2 : one())));
  const arrays: Record<DType, Data> = {
    float32: Float32Array.from(list),
    int32: Int32Array.from(list),
    bool: Uint8Array.from(list),
  };
  return value(arrays[dtype], shape);
}

/** Largest |a − b| / max(1, |b|). */
export function distance(a: Value, b: Value): number {
  let worst = 0;
  for (let i = 0; i < b.data.length; i++) {
    const [x, y] = [a.data[i]!, b.data[i]!];
    if (Object.is(x, y) || x === y) continue;
    worst = Math.max(worst, Number.isFinite(x - y) ? Math.abs(x - y) / Math.max(1, Math.abs(y)) : Number.POSITIVE_INFINITY);
  }
  return worst;
}

/** ‖a − b‖ / ‖b‖. */
export function relativeL2(a: Value, b: Value): number {
  let error = 0;
  let norm = 0;
  for (let i = 0; i < b.data.length; i++) {
    error += (a.data[i]! - b.data[i]!) ** 2;
    norm += b.data[i]! ** 2;
  }
  return Math.sqrt(error / Math.max(norm, 1e-30));
}

export type Op = (...inputs: tf.Tensor[]) => tf.Tensor | tf.Tensor[];

/** Runs `op` compiled and on the js oracle; asserts the same dtypes, shapes and values. Returns the compiled function's kernels. */
export async function agree(op: Op, inputs: readonly Value[], tolerance = 1e-5): Promise<Readonly<Record<string, number>>> {
  const many = (...tensors: tf.Tensor[]): tf.Tensor[] => [op(...tensors)].flat();
  const compiled = compile(many, { engine: "onnx", threads: 2, spinning: false });
  const oracle = compile(many, { engine: "js" });
  const [got, wanted] = [await compiled(...inputs), await oracle(...inputs)];
  const [graph] = compiled.describe().graphs;
  await compiled.release();
  assert.equal(got.length, wanted.length);
  wanted.forEach((want, i) => {
    const have = got[i]!;
    assert.equal(have.dtype, want.dtype, "dtype");
    assert.deepEqual(have.shape, want.shape, "shape");
    const off = distance(have, want);
    assert.ok(off <= tolerance, `output ${i} is off by ${off}: ${have.data.slice(0, 6)} instead of ${want.data.slice(0, 6)}`);
  });
  assert.ok(graph);
  return graph.kernels;
}

/** A compiled function on the engine under test with settings that do not depend on the machine. */
export const onnx = <A extends readonly unknown[], R>(fn: (...inputs: A) => R, options: CompileOptions = {}): Compiled<A, R> =>
  compile(fn, { engine: "onnx", device: "cpu", threads: 2, spinning: false, ...options });
