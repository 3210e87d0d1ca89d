import assert from "node:assert/strict";
import { test } from "node:test";
import { compile, type tf, value } from "alcap/dist/engine";
import { presetNamed } from "alcap/dist/experiment/preset/songbook";
import { freshTagState, stages } from "alcap/dist/experiment/tagger/stages";
import { cosineFilters } from "alcap/dist/model/music/cosine-filters";
import {
  attendOver,
  frameStride,
  lowerFrontEnd,
  musicEncoder,
  musicParams,
  upperFrontEnd,
} from "alcap/dist/model/music/music-encoder";
import { isSideHead, sideLogits, sideParams } from "alcap/dist/model/music/side-head";
import { initialise, type Params } from "alcap/dist/model/params";

const shape = { mels: 128, channels: 4, heads: 2, inner: 8, layers: 1, tags: 50 };

test("the cosine filters are orthogonal, of norm √2, and only the first of nine responds to the level", () => {
  const { data, shape: dimensions } = cosineFilters(18);
  assert.deepEqual(dimensions, [18, 1, 3, 3]);
  const row = (i: number) => [...data].slice(9 * i, 9 * i + 9);
  const dot = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
  for (let i = 0; i < 9; i++) {
    for (let j = 0; j < 9; j++) assert.ok(Math.abs(dot(row(i), row(j)) - (i === j ? 2 : 0)) < 1e-6);
    assert.ok(Math.abs(dot(row(9 + i), row(i)) + 2) < 1e-6, "the second round has the other sign");
    const level = row(i).reduce((a, b) => a + b, 0);
    assert.ok(i === 0 ? level > 1 : Math.abs(level) < 1e-6);
  }
});

test("lower blocks, upper blocks and transformer in a row are the music encoder", async () => {
  const params = initialise(musicParams(shape), 3);
  const mel = value(
    Float32Array.from({ length: 2 * 128 * 48 }, (_, i) => ((i * 7919) % 97) - 60),
    [2, 128, 48],
  );
  const whole = compile((p: Params, x: tf.Tensor) => musicEncoder(p, shape, x));
  const parts = compile((p: Params, x: tf.Tensor) => attendOver(p, shape, upperFrontEnd(p, lowerFrontEnd(p, x))));
  const [a, b] = [await whole(params, mel), await parts(params, mel)];
  assert.deepEqual(a.shape, [2, 1 + 48 / frameStride, 8]);
  assert.deepEqual([...a.data], [...b.data]);
});

test("a side head reads the mean over time, in each band", async () => {
  const params = Object.fromEntries(
    Object.entries(initialise(sideParams(shape), 0)).map(([name, { data, shape: s }]) => [
      name,
      value(
        Float32Array.from(data, (_, i) => (name.endsWith("weight") ? i % 5 : 1)),
        s,
      ),
    ]),
  );
  assert.ok(Object.keys(params).every(isSideHead));
  const [F, C] = [16, 8];
  const features = Float32Array.from({ length: F * 2 * C }, (_, i) => (i * 31) % 11);
  const read = compile((p: Params, x: tf.Tensor) => sideLogits(p, "lower", x));
  const said = (await read(params, value(features, [1, F, 2, C]))).data;
  for (const tag of [0, 7, 49]) {
    let expected = 1;
    for (let f = 0; f < F; f++) {
      for (let c = 0; c < C; c++) {
        const mean = (features[(f * 2 + 0) * C + c]! + features[(f * 2 + 1) * C + c]!) / 2;
        expected += (((tag * F + f) * C + c) % 5) * mean;
      }
    }
    assert.ok(Math.abs(said[tag]! - expected) < 1e-3, `${said[tag]} and ${expected}`);
  }
});

test("the stages share the encoder's parameters and statistics among them, none left out and none twice", () => {
  const preset = presetNamed("smoke");
  const names = stages.flatMap((stage) => {
    const { params, statistics } = freshTagState(preset, 1, stage);
    return [...Object.keys(params), ...Object.keys(statistics)];
  });
  assert.equal(new Set(names).size, names.length);
  assert.deepEqual(names.filter((name) => !isSideHead(name)).sort(), Object.keys(musicParams(preset.music)).sort());
  const { params } = freshTagState(preset, 1, "top");
  assert.ok((params["encoder.layer.0.output.dense.weight"] as { data: Float32Array }).data.every((x) => x === 0));
});
