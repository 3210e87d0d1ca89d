import assert from "node:assert/strict";
import { test } from "node:test";
import { captionBatch, type Example, padded, shuffled, trainingRows } from "alcap/dist/data/text/batch";
import { value } from "alcap/dist/engine";

const example = (song: string, lyrics: number[], caption: number[]): Example => ({
  song,
  lyrics: Int32Array.from(lyrics),
  caption: Int32Array.from(caption),
  music: value(Float32Array.of(lyrics.length, 1), [1, 2]),
});

test("a batch: padding, masks, captions shifted right behind </s>, first rows of songs", () => {
  const rows = [example("a", [0, 7, 2], [0, 5, 6, 2]), example("b", [0, 2], [0, 9, 2]), example("a", [0, 7, 2], [0, 8, 2])];
  const batch = captionBatch(rows, { lyricsTokens: 4, captionTokens: 4 });
  assert.deepEqual([...batch.lyrics.data], [0, 7, 2, 1, 0, 2, 1, 1, 0, 7, 2, 1]);
  assert.deepEqual([...batch.lyricsMask.data], [1, 1, 1, 0, 1, 1, 0, 0, 1, 1, 1, 0]);
  assert.deepEqual([...batch.labels.data], [0, 5, 6, 2, 0, 9, 2, 1, 0, 8, 2, 1]);
  assert.deepEqual([...batch.captionInput.data], [2, 0, 5, 6, 2, 0, 9, 2, 2, 0, 8, 2]);
  assert.deepEqual([...batch.labelMask.data], [1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 0]);
  assert.deepEqual([...batch.distinct.data], [1, 1, 0]);
  assert.deepEqual(batch.music.shape, [3, 1, 2]);
});

test("a sequence that is too long is cut and still ends with </s>", () => {
  assert.deepEqual([...padded([Int32Array.of(0, 5, 6, 7, 2)], 3).ids], [0, 5, 2]);
});

test("training rows: every row once an epoch, any step alone, another seed another order", () => {
  const rows = trainingRows(10, 4, 1);
  const epoch = Array.from({ length: 5 }, (_, step) => rows(step)).flat();
  assert.deepEqual(
    [...epoch.slice(0, 10)].sort((a, b) => a - b),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  );
  assert.deepEqual(
    [...epoch.slice(10)].sort((a, b) => a - b),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  );
  assert.deepEqual(trainingRows(10, 4, 1)(3), epoch.slice(12, 16));
  assert.notDeepEqual(trainingRows(10, 4, 2)(0), rows(0));
  assert.deepEqual([...shuffled(1, "x")], [0]);
});
