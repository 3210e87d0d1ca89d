import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { melSpectrogram } from "alcap/dist/data/audio/mel";
import { planSong, renderSong } from "alcap/dist/data/songbook";
import { prepareMels, STEPS_PER_DB } from "alcap/dist/experiment/tagger/mel-cache";

const folder = mkdtempSync(path.join(tmpdir(), "alcap-mels-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const options = { seed: 3, songs: 34, testSongs: 4, agreement: 0.5, noise: 0.2 };
const plans = Array.from({ length: 34 }, (_, song) => planSong(options, song));

test("spectrograms are those of the rendered songs, to half a step of the cache; finished chunks are not made again", async () => {
  const counts: number[] = [];
  const mels = await prepareMels(plans, folder, 2, (done) => counts.push(done));
  assert.equal(counts.at(-1), 34);
  for (const song of [0, 33]) {
    const { data, frames } = melSpectrogram(renderSong(plans[song]!));
    assert.equal(mels.frames, frames);
    const cached = mels.of(song);
    assert.ok(data.every((db, i) => Math.abs(db - (cached[i] ?? 0)) <= 0.5 / STEPS_PER_DB + 1e-5));
  }
  const [home = ""] = readdirSync(folder);
  const times = () => readdirSync(path.join(folder, home)).map((name) => statSync(path.join(folder, home, name)).mtimeMs);
  const before = times();
  assert.equal(before.length, 2);
  await prepareMels(plans, folder, 2, () => assert.fail("nothing is left to do"));
  assert.deepEqual(times(), before);
});

test("a file that was cut or changed is told of and made again", async (t) => {
  const [home = ""] = readdirSync(folder);
  const files = readdirSync(path.join(folder, home)).map((name) => path.join(folder, home, name));
  const before = files.map((file) => readFileSync(file));
  truncateSync(files[0]!, 1000);
  const changed = Uint8Array.from(before[1]!);
  changed[500]! ^= 1;
  writeFileSync(files[1]!, changed);
  const told = t.mock.method(console, "warn", () => {});
  await prepareMels(plans, folder, 2);
  assert.equal(told.mock.callCount(), 2);
  assert.deepEqual(
    files.map((file) => readFileSync(file)),
    before,
  );
});

test("a crop is the same frames of the whole", async () => {
  const mels = await prepareMels(plans, folder, 1);
  const whole = mels.of(5);
  const crop = new Float32Array(mels.mels * 4 + 1);
  mels.crop(5, 100, 4, crop, 1);
  for (const band of [0, 17, 127]) {
    assert.deepEqual(
      [...crop.subarray(1 + band * 4, 5 + band * 4)],
      [...whole.subarray(band * mels.frames + 100, band * mels.frames + 104)],
    );
  }
});
