import assert from "node:assert/strict";
import { test } from "node:test";
import { musicParams } from "alcap/dist/model/music/music-encoder";
import { openMusicEncoder } from "alcap/dist/model/music/open-encoder";
import { initialise } from "alcap/dist/model/params";

const shape = { mels: 128, channels: 2, heads: 2, inner: 8, layers: 1, tags: 5 };
const params = initialise(musicParams(shape), 3);
const mel = (pitch: number, steps?: number) => {
  const data = Float32Array.from({ length: 128 * 64 }, (_, i) => Math.sin(i / pitch) * 20);
  return { data: steps ? data.map((db) => Math.round(db * steps) / steps) : data, mels: 128, frames: 64 };
};

test("an encoder whose training rounded its spectrograms rounds what it is given, once; another takes them as they are", async () => {
  const rounding = openMusicEncoder(params, shape, 4);
  const exact = openMusicEncoder(params, shape);
  const [rounded, again] = [await rounding.represent([mel(7)]), await rounding.represent([mel(7, 4)])];
  assert.deepEqual(rounded, again);
  assert.deepEqual(rounded, await exact.represent([mel(7, 4)]));
  assert.notDeepEqual(rounded, await exact.represent([mel(7)]));
  await rounding.release();
  await exact.release();
});

test("a batch gives each song what it gets alone, within rounding", async () => {
  const encoder = openMusicEncoder(params, shape);
  const songs = [mel(7), mel(5), mel(3)];
  const together = await encoder.represent(songs);
  assert.equal(together.length, 3);
  for (const [i, song] of songs.entries()) {
    const [alone] = await encoder.represent([song]);
    assert.deepEqual(together[i]?.shape, [9, 4]);
    assert.ok(together[i]?.data.every((x, at) => Math.abs(x - Number(alone?.data[at])) < 1e-5));
  }
  await encoder.release();
});
