import assert from "node:assert/strict";
import { test } from "node:test";
import { compile, type tf, value } from "alcap/dist/engine";
import { encoderLayer } from "alcap/dist/model/bart";
import { crossAttention, crossAttentionWeights } from "alcap/dist/model/fusion";
import { paddingBias } from "alcap/dist/model/layers";
import type { Params, ParamValues } from "alcap/dist/model/params";
import seedrandom from "seedrandom";
import { tinyCaptioner, tinyParams } from "./tiny";

// The layers once more in doubles and loops over single rows, as the equations stand in the papers.
type Row = readonly number[];
type Rows = readonly Row[];

const rowsOf = (data: ArrayLike<number>, width: number): Rows =>
  Array.from({ length: data.length / width }, (_, i) =>
    Array.from({ length: width }, (_, j) => data[i * width + j] ?? Number.NaN),
  );
const dot = (a: Row, b: Row) => a.reduce((sum, x, i) => sum + x * (b[i] ?? Number.NaN), 0);
const add = (a: Row, b: Row) => a.map((x, i) => x + (b[i] ?? Number.NaN));
const scale = (a: Row, by: number) => a.map((x) => x * by);
const softmax = (a: Row) => {
  const e = a.map((x) => Math.exp(x - Math.max(...a)));
  return scale(e, 1 / e.reduce((x, y) => x + y));
};

/** Gauss's error function by its Maclaurin series: exact to 1e-12 for |x| < 4. */
function erf(x: number): number {
  let [term, sum] = [x, x];
  for (let n = 1; n < 120; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}
const gelu = (x: number) => (x / 2) * (1 + erf(x / Math.SQRT2));

const weights = (params: ParamValues) => {
  const get = (name: string) => params[name] ?? assert.fail(name);
  const linear = (name: string, x: Row) =>
    rowsOf(get(`${name}.weight`).data, x.length).map((w, i) => dot(w, x) + (get(`${name}.bias`).data[i] ?? Number.NaN));
  const norm = (name: string, x: Row) => {
    const mean = x.reduce((a, b) => a + b) / x.length;
    const spread = Math.sqrt(x.reduce((a, b) => a + (b - mean) ** 2, 0) / x.length + 1e-5);
    return x.map((v, i) => ((v - mean) / spread) * (get(`${name}.weight`).data[i] ?? 0) + (get(`${name}.bias`).data[i] ?? 0));
  };
  return { get, linear, norm };
};

/** Attention of one query row to key and value rows, head by head. */
function attend(query: Row, keys: Rows, values: Rows, heads: number): Row {
  const D = query.length / heads;
  return Array.from({ length: heads }, (_, h) => {
    const part = (row: Row) => row.slice(h * D, (h + 1) * D);
    const shares = softmax(keys.map((key) => dot(part(query), part(key)) / Math.sqrt(D)));
    return values.map((v, i) => scale(part(v), shares[i] ?? Number.NaN)).reduce(add);
  }).flat();
}

const captioner = tinyCaptioner();
const { width: C, heads } = captioner.text;
const params = Object.fromEntries(
  Object.entries(tinyParams(captioner)).map(([name, { data, shape }]) => {
    const random = seedrandom(name); // biases and norms that matter
    return [
      name,
      value(
        Float32Array.from(data, (x) => x + (shape.length === 1 ? random() - 0.5 : 0)),
        shape,
      ),
    ];
  }),
);
const draw = (seed: string, ...shape: number[]) => {
  const random = seedrandom(seed);
  return value(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 2 * random() - 1),
    shape,
  );
};

function near(ours: ArrayLike<number>, expected: Row): void {
  assert.equal(ours.length, expected.length);
  expected.forEach((x, i) => {
    assert.ok(Math.abs((ours[i] ?? Number.NaN) - x) < 5e-6, `[${i}]: ${ours[i]} and ${x}`);
  });
}

test("one encoder layer equals its equations, with padding hidden", async () => {
  const [S, seen] = [5, 3]; // the last two of five positions are padding
  const x = draw("states", 1, S, C);
  const mask = value(
    Float32Array.from({ length: S }, (_, i) => (i < seen ? 1 : 0)),
    [1, S],
  );
  const name = "model.encoder.layers.0";
  const run = compile((p: Params, states: tf.Tensor, m: tf.Tensor) =>
    encoderLayer(p, name, states, heads, { bias: paddingBias(m) }),
  );
  const ours = await run(params, x, mask);
  await run.release();
  const { linear, norm } = weights(params);
  const rows = rowsOf(x.data, C);
  const [keys, values] = ["k_proj", "v_proj"].map((part) =>
    rows.slice(0, seen).map((row) => linear(`${name}.self_attn.${part}`, row)),
  );
  const expected = rows.map((row) => {
    const heard = attend(linear(`${name}.self_attn.q_proj`, row), keys ?? [], values ?? [], heads);
    const y = norm(`${name}.self_attn_layer_norm`, add(row, linear(`${name}.self_attn.out_proj`, heard)));
    const inner = linear(`${name}.fc1`, y).map(gelu);
    return norm(`${name}.final_layer_norm`, add(y, linear(`${name}.fc2`, inner)));
  });
  near(ours.data, expected.flat());
});

test("fusion equals its equations: lyrics ask, music answers, a tenth of the answer is added", async () => {
  const { fusion } = captioner.recipe;
  const [lyrics, music] = [draw("lyrics", 1, 4, C), draw("music", 1, 6, captioner.musicWidth)];
  const run = compile((p: Params, l: tf.Tensor, m: tf.Tensor) => ({
    fused: crossAttention(p, fusion, l, m),
    shares: crossAttentionWeights(p, fusion, l, m),
  }));
  const { fused, shares } = await run(params, lyrics, music);
  await run.release();
  const { get, linear, norm } = weights(params);
  const e = "model.encoder";
  const packed = rowsOf(get(`${e}._multi_head_attn.in_proj_weight`).data, C);
  const project = (part: number, x: Row) =>
    Array.from({ length: C }, (_, i) => {
      const at = part * C + i;
      return dot(packed[at] ?? [], x) + (get(`${e}._multi_head_attn.in_proj_bias`).data[at] ?? Number.NaN);
    });
  const heardRows = rowsOf(music.data, captioner.musicWidth);
  const keys = heardRows.map((row) => project(1, linear(`${e}._linear_1`, row)));
  const values = heardRows.map((row) => project(2, linear(`${e}._linear_2`, row)));
  const asked = rowsOf(lyrics.data, C).map((row) => project(0, linear(`${e}._linear_3`, row)));
  const expected = rowsOf(lyrics.data, C).map((row, i) => {
    const answer = linear(`${e}._multi_head_attn.out_proj`, attend(asked[i] ?? [], keys, values, 1));
    return norm(`${e}.final_layer_norm`, add(row, scale(answer, 0.1)));
  });
  near(fused.data, expected.flat());
  near(
    shares.data,
    asked.flatMap((query) => softmax(keys.map((key) => dot(query, key) / Math.sqrt(C)))),
  );
});
