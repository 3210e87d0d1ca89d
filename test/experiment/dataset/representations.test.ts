import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { melSpectrogram } from "alcap/dist/data/audio/mel";
import { makeSong, renderSong } from "alcap/dist/data/songbook";
import { compile, type tf, value } from "alcap/dist/engine";
import { findRepresentations, readRepresentations } from "alcap/dist/experiment/dataset/representation-files";
import { representCorpus } from "alcap/dist/experiment/tagger/represent-corpus";
import { type NpyArray, writeNpz } from "alcap/dist/files/npz";
import { musicEncoder, musicParams } from "alcap/dist/model/music/music-encoder";
import { initialise, type Params } from "alcap/dist/model/params";
import { writeSafetensors } from "alcap/dist/model/weights";
import { quiet } from "alcap/dist/progress";
import { songIds, tinyCorpus } from "../../cli/tiny-corpus";

process.env.ALCAP_THREADS = "1";
const home = mkdtempSync(path.join(tmpdir(), "alcap-representations-"));
after(() => rmSync(home, { recursive: true, force: true }));

const array = (shape: readonly number[], first = 0): NpyArray => ({
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => first + i / 7),
  shape,
});

/** A folder of representations by song. */
function folderOf(name: string, songs: Readonly<Record<string, NpyArray | Uint8Array>>): string {
  const folder = path.join(home, name);
  mkdirSync(folder);
  for (const [song, one] of Object.entries(songs))
    writeFileSync(path.join(folder, `${song}.npz`), one instanceof Uint8Array ? one : writeNpz({ a: one }));
  return folder;
}

test("representations are read by song, with or without a first axis of one", () => {
  const folder = folderOf("good", { x: array([3, 4]), y: array([1, 3, 4], 9) });
  const music = readRepresentations(folder, ["x", "y"]);
  assert.equal(music.width, 4);
  assert.deepEqual(
    [music.of("x").shape, music.of("y").shape],
    [
      [3, 4],
      [3, 4],
    ],
  );
  assert.deepEqual(music.of("y").data, array([3, 4], 9).data);
  assert.notEqual(readRepresentations(folder, ["x"]).hash, music.hash);
  const other = folderOf("other", { x: array([3, 4]), y: array([3, 4], 8) });
  assert.notEqual(readRepresentations(other, ["x", "y"]).hash, music.hash);
});

test("more songs than are held come back right, each time", () => {
  const songs = Array.from({ length: 300 }, (_, i) => `s${i}`);
  const music = readRepresentations(
    folderOf("many", Object.fromEntries(songs.map((song, i) => [song, array([1, 2], i)]))),
    songs,
  );
  for (const round of [0, 1])
    for (const [i, song] of songs.entries()) assert.equal(music.of(song).data[0], i, `${song}, round ${round}`);
});

test("what is missing, damaged or of another shape is said before anything is trained", () => {
  const nan = { data: Float32Array.of(1, Number.NaN), shape: [1, 2] };
  const folder = folderOf("bad", {
    x: array([3, 4]),
    short: array([2, 4]),
    nan,
    flat: array([12]),
    cut: Uint8Array.of(80, 75, 3, 4),
  });
  for (const [songs, message] of [
    [["x", "gone", "lost"], /2 of 3 songs have no representation .* gone\.npz/],
    [["x", "short"], /short\.npz has the shape \[2, 4\] and x\.npz has \[3, 4\]/],
    [["x", "nan"], /no sequence of finite vectors/],
    [["flat"], /shape \[12\]/],
    [["cut"], /cut\.npz/],
  ] as const)
    assert.throws(() => readRepresentations(folder, songs), { name: "AlcapError", code: "data", message });
  mkdirSync(path.join(home, "bad/audio_embs_15_16000"));
  assert.equal(findRepresentations(folder), path.join(folder, "audio_embs_15_16000"));
  mkdirSync(path.join(home, "bad/audio_embs_30"));
  assert.throws(() => findRepresentations(folder), { code: "usage", message: /several folders/ });
});

test("an encoder's weights make them from the corpus's audio; a stopped run goes on; other weights are other representations", {
  timeout: 120_000,
}, async () => {
  const folder = await tinyCorpus(path.join(home, "sound"), { audio: "npz" });
  const songs = songIds(folder).slice(0, 10);
  const shape = { mels: 128, channels: 4, heads: 2, inner: 8, layers: 1, tags: 5 };
  const encoder = path.join(home, "encoder.safetensors");
  const weights = initialise(musicParams(shape), 1);
  writeFileSync(encoder, writeSafetensors(weights, { heads: "2" }));
  const represent = (file = encoder) => representCorpus({ folder, songs, encoder: file, cache: home }, quiet);
  const music = await represent();
  const [home1 = ""] = readdirSync(home).filter((name) => name.startsWith("representations-"));
  const files = () => readdirSync(path.join(home, home1)).map((name) => [name, statSync(path.join(home, home1, name)).mtimeMs]);

  const encode = compile((p: Params, mel: tf.Tensor) => musicEncoder(p, shape, mel), { baked: [0] });
  const { data, mels, frames } = melSpectrogram(
    renderSong(makeSong({ seed: 3, songs: 25, testSongs: 3, agreement: 0.5, noise: 0.3 }, 9).music),
  );
  const states = await encode(weights, value(data, [1, mels, frames]));
  await encode.release();
  const ours = music.of("songbook-3-000009");
  assert.deepEqual([1, ...ours.shape], states.shape);
  assert.ok(ours.data.every((x, i) => Math.abs(x - (states.data[i] ?? Number.NaN)) < 1e-4));

  const before = files();
  assert.equal((await represent()).hash, music.hash);
  assert.deepEqual(files(), before, "nothing is made twice");
  rmSync(path.join(home, home1, "songbook-3-000009.npz"));
  assert.equal((await represent()).hash, music.hash);
  const other = path.join(home, "other.safetensors");
  writeFileSync(other, writeSafetensors(initialise(musicParams(shape), 2), { heads: "2" }));
  assert.notEqual((await represent(other)).hash, music.hash);
  writeFileSync(other, writeSafetensors(weights));
  await assert.rejects(represent(other), { code: "weights", message: /heads/ });
  await assert.rejects(represent(path.join(folder, "songs.jsonl")), { code: "weights" });
});
