import assert from "node:assert/strict";
import { test } from "node:test";
import { compile, type tf, value } from "alcap/dist/engine";
import { attentionOverTime, encoderLayers } from "alcap/dist/experiment/tagger/encoder-layers";
import { musicAttention, musicEncoder, musicFrontEnd, musicParams } from "alcap/dist/model/music/music-encoder";
import { countParams, initialise, type Params } from "alcap/dist/model/params";
import { wonTagger } from "alcap/dist/recipe";

const shape = { mels: 128, channels: 2, heads: 2, inner: 8, layers: 2, tags: 5 };
const params = initialise(musicParams(shape), 3);
const mel = (frames: number) =>
  value(
    Float32Array.from({ length: 128 * frames }, (_, i) => Math.sin(i / 7) * 20),
    [1, 128, frames],
  );

test("the table's last convolution and last layer have the shapes that the encoder gives, for odd and even lengths", async () => {
  for (const frames of [64, 101, 188]) {
    const layers = encoderLayers(shape, frames);
    const local = compile((p: Params, x: tf.Tensor) => musicFrontEnd(p, x));
    const whole = compile((p: Params, x: tf.Tensor) => musicEncoder(p, shape, x));
    const [, time, channels] = (await local(params, mel(frames))).shape;
    assert.deepEqual(layers[7]?.output, [1, time, channels]);
    assert.deepEqual(layers.at(-1)?.output, (await whole(params, mel(frames))).shape.slice(1));
    await local.release();
    await whole.release();
  }
});

test("the released encoder gives 119 positions of width 256 for 15 s, and the table counts every parameter but the head's", () => {
  assert.deepEqual(encoderLayers(wonTagger, 938).at(-1)?.output, [119, 256]);
  const head = 4 * 4 + 4 + 5 * 4 + 5; // pooler and tags
  const counted = encoderLayers(shape, 938).reduce((sum, { parameters }) => sum + parameters, 0);
  assert.equal(counted, countParams(params) - head);
});

test("attention: rows add up to 1, and with equal keys every position gets the same", async () => {
  const look = compile((p: Params, x: tf.Tensor) => musicAttention(p, shape, x));
  const { data, shape: dimensions } = await look(params, mel(64));
  await look.release();
  const positions = 1 + 64 / 8;
  assert.deepEqual(dimensions, [1, 2, positions, positions]);
  for (let row = 0; row < data.length; row += positions) {
    const sum = Array.from(data.subarray(row, row + positions)).reduce((a, b) => a + b, 0);
    assert.ok(Math.abs(sum - 1) < 1e-5);
  }
  const last = "encoder.layer.1.attention.self.key.weight";
  const keyless = { ...params, [last]: value(new Float32Array(16), [4, 4]) };
  const spectrogram = { data: mel(64).data as Float32Array, mels: 128, frames: 64 };
  const [seen, alike] = [
    await attentionOverTime(shape, params, [spectrogram]),
    await attentionOverTime(shape, keyless, [spectrogram]),
  ];
  for (const share of alike[0]!.moments) assert.ok(Math.abs(share - 1 / positions) < 1e-6);
  assert.ok(Math.abs(seen[0]!.moments.reduce((a, b) => a + b, 0) + seen[0]!.ofClass - 1) < 1e-5);
  assert.ok(seen[0]!.moments.some((share) => Math.abs(share - 1 / positions) > 1e-4));
});
