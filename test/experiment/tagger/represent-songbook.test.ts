import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { melSpectrogram } from "alcap/dist/data/audio/mel";
import { corpusFiles, prepareSongbook, readAbout, verifyCorpus, wordRuler } from "alcap/dist/data/corpus";
import { makeSong, renderSong } from "alcap/dist/data/songbook";
import { value } from "alcap/dist/engine";
import { songbookCorpus } from "alcap/dist/experiment/dataset/corpus";
import { presetNamed } from "alcap/dist/experiment/preset/songbook";
import { encoderBytes, readEncoder } from "alcap/dist/experiment/tagger/encoder-file";
import { STEPS_PER_DB } from "alcap/dist/experiment/tagger/mel-cache";
import { presetEncoder, songEmbedder } from "alcap/dist/experiment/tagger/represent-songbook";
import { obtainMusicEncoder } from "alcap/dist/experiment/tagger/songbook-encoder";
import { readNpz, writeNpz } from "alcap/dist/files/npz";
import { workspaceOf } from "alcap/dist/files/project";
import { musicParams } from "alcap/dist/model/music/music-encoder";
import { openMusicEncoder } from "alcap/dist/model/music/open-encoder";
import { initialise, type ParamValues } from "alcap/dist/model/params";
import { writeSafetensors } from "alcap/dist/model/weights";
import { quiet } from "alcap/dist/progress";
import type { MusicShape } from "alcap/dist/recipe";

const folder = mkdtempSync(path.join(tmpdir(), "alcap-embeddings-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const shape: MusicShape = { mels: 128, channels: 4, heads: 2, inner: 8, layers: 1, tags: 50 };
const params = initialise(musicParams(shape), 3) as ParamValues;
const weights = path.join(folder, "encoder.safetensors");
writeFileSync(weights, encoderBytes({ params, shape, stepsPerDb: STEPS_PER_DB }));
const songbook = { seed: 5, songs: 10, testSongs: 3, agreement: 0.3, noise: 0.3 };

test("every song's representation is what the encoder makes of its rounded spectrogram, in the released layout, also for playlists", async () => {
  const out = path.join(folder, "songbook");
  const embedder = await songEmbedder(weights);
  await prepareSongbook({ songbook, out, ruler: wordRuler, embedder });
  const { findings, first } = await verifyCorpus(out);
  assert.equal(findings, 0, JSON.stringify(first));
  assert.deepEqual(readAbout(out).embeddings, { files: 10, shape: [119, 8], encoder: embedder.encoder });
  const exact = openMusicEncoder(params, shape);
  for (const index of [0, 9]) {
    const { id, music } = makeSong(songbook, index);
    const { a } = readNpz(readFileSync(path.join(out, corpusFiles.embeddings, `${id}.npz`)));
    assert.deepEqual(a?.shape, [119, 8]);
    const mel = melSpectrogram(renderSong(music));
    const stepped = mel.data.map((db) => Math.round(db * STEPS_PER_DB) / STEPS_PER_DB); // as the encoder's training saw it
    const [states] = await exact.represent([{ ...mel, data: stepped }]);
    const farthest = Math.max(...Array.from(a?.data ?? [], (x, i) => Math.abs(x - Number(states?.data[i]))));
    assert.ok(farthest < 1e-4, `${farthest}`);
  }
  await exact.release();
  const part = path.join(out, "playlists");
  assert.ok((readAbout(part).embeddings?.files ?? 0) > 0);
  const changed = path.join(out, corpusFiles.embeddings, `${makeSong(songbook, 2).id}.npz`);
  writeFileSync(changed, writeNpz({ a: { data: new Float32Array(8), shape: [1, 8] } }));
  assert.match(JSON.stringify((await verifyCorpus(out)).first), /holds no array 119 × 8/);
});

test("representations that are there are not made again; a batch with a gap is", async () => {
  const place = path.join(folder, "resumed");
  const embedder = await songEmbedder(weights);
  assert.deepEqual(await embedder.write(songbook, place), [119, 8]);
  const fileOf = (index: number) => path.join(place, `${makeSong(songbook, index).id}.npz`);
  const bytes = readFileSync(fileOf(9));
  const stamp = statSync(fileOf(0)).ino;
  rmSync(fileOf(9));
  await embedder.write(songbook, place);
  assert.deepEqual(readFileSync(fileOf(9)), bytes);
  assert.equal(statSync(fileOf(0)).ino, stamp);
});

test("a preset's own encoder gives the representations of the preset's training, to the byte", {
  timeout: 120_000,
}, async (t) => {
  const home = process.env.ALCAP_HOME;
  process.env.ALCAP_HOME = folder;
  t.after(() => {
    if (home === undefined) delete process.env.ALCAP_HOME;
    else process.env.ALCAP_HOME = home;
  });
  const smoke = presetNamed("smoke");
  const preset = { ...smoke, corpus: { ...smoke.corpus, songs: 25 } };
  assert.throws(() => presetEncoder(preset), { code: "weights", message: /alcap train-encoder --preset smoke/ });
  const { music } = await obtainMusicEncoder(preset, songbookCorpus(preset), workspaceOf(preset).cache, quiet);
  const embedder = await songEmbedder(presetEncoder(preset));
  const place = path.join(folder, "own");
  await embedder.write(preset.corpus, place);
  assert.equal(music.size, 25);
  for (const [id, { data, shape: states }] of music)
    assert.deepEqual(readNpz(readFileSync(path.join(place, `${id}.npz`))).a, { data, shape: states }, id);
});

test("an encoder's file says its heads and how its spectrograms are rounded; one that says nothing takes them as they are", async () => {
  const { shape: sizes, stepsPerDb } = await readEncoder(weights);
  assert.deepEqual([sizes, stepsPerDb], [shape, 256]);
  const plain = path.join(folder, "plain.safetensors");
  writeFileSync(plain, writeSafetensors(params, { heads: "2" }));
  assert.deepEqual([(await readEncoder(plain)).shape, (await readEncoder(plain)).stepsPerDb], [shape, undefined]);
});

test("a file that is no music encoder of a known width is refused", async () => {
  const none = path.join(folder, "none.safetensors");
  writeFileSync(none, writeSafetensors({ x: value(new Float32Array(2), [2]) }));
  await assert.rejects(songEmbedder(none), { code: "weights", message: /holds no music encoder/ });
  writeFileSync(none, writeSafetensors(params));
  await assert.rejects(songEmbedder(none), { code: "weights", message: /has 4 channels/ });
  const { "dense.bias": _, ...rest } = params;
  writeFileSync(none, writeSafetensors(rest, { heads: "2" }));
  await assert.rejects(songEmbedder(none), { code: "weights", message: /dense/ });
  assert.ok(!existsSync(path.join(folder, "x")));
});
