import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, mock, test } from "node:test";
import { AlcapError } from "alcap/dist/errors";
import { songbookCorpus } from "alcap/dist/experiment/dataset/corpus";
import { type Preset, presetNamed } from "alcap/dist/experiment/preset/songbook";
import { encoderRecord } from "alcap/dist/experiment/tagger/encoder-record";
import { encoderFiles, madeEncoder, obtainMusicEncoder, shippedEncoders } from "alcap/dist/experiment/tagger/songbook-encoder";
import { tagReport } from "alcap/dist/experiment/tagger/tag-report";
import { encoderName } from "alcap/dist/experiment/tagger/train-encoder";
import { type Progress, quiet, type Reporter } from "alcap/dist/progress";
import { InferenceSession } from "onnxruntime-node";

const folder = mkdtempSync(path.join(tmpdir(), "alcap-encoder-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const smoke = presetNamed("smoke");
const small: Preset = { ...smoke, corpus: { ...smoke.corpus, songs: 34 } };
const obtain = (preset: Preset, report: Reporter = quiet, cache = folder) =>
  obtainMusicEncoder(preset, songbookCorpus(preset), cache, report);
/** Names the jobs that were at work, not found. */
const atWork =
  (labels: string[]) =>
  (label: string): Progress =>
  (done, total) => {
    if (done < total) labels.push(label);
  };
const threads = process.env.ALCAP_THREADS;
after(() => {
  if (threads === undefined) delete process.env.ALCAP_THREADS;
  else process.env.ALCAP_THREADS = threads;
});

test("an encoder is trained once, by one thread, on its own songs; corpora of any words, seed and noise are only represented", async () => {
  process.env.ALCAP_THREADS = "2";
  const sessions = mock.method(InferenceSession, "create");
  const first = await obtain(small);
  const used = sessions.mock.calls.map(
    ({ arguments: [, options] }) => (options as InferenceSession.SessionOptions).intraOpNumThreads,
  );
  sessions.mock.restore();
  assert.ok(used.length >= 6, "three stages, two of which are applied, and the tag head");
  assert.deepEqual([...new Set(used)], [1]);
  process.env.ALCAP_THREADS = "1";
  const labels: string[] = [];
  const again = await obtain({ ...small, seeds: [1, 2], corpus: { ...small.corpus, agreement: 0.9 } }, atWork(labels));
  assert.deepEqual(labels, [], "nothing is made again");
  assert.deepEqual([...again.encoder.scores], [...first.encoder.scores]);
  assert.deepEqual([again.encoder.auc, again.hash], [first.encoder.auc, first.hash]);
  const unseen = songbookCorpus(small).songs.filter(({ split }) => split !== "train");
  assert.deepEqual([...first.encoder.scores.keys()].sort(), unseen.map(({ id }) => id).sort());
  for (const row of first.encoder.scores.values()) assert.ok(row.every((p) => p >= 0 && p <= 1));
  const { songs } = tagReport({ corpus: songbookCorpus(small), encoder: again.encoder }, "validation");
  assert.equal(songs, unseen.filter(({ split }) => split === "validation").length);
  const other = await obtain({ ...small, corpus: { ...small.corpus, seed: 8, noise: 0.8, songs: 3 } }, atWork(labels));
  assert.deepEqual([...new Set(labels)], [], "three songs come in one chunk");
  assert.equal(other.hash, first.hash);
  assert.deepEqual(other.encoder.params, first.encoder.params);
});

test("the name changes with everything that decides the encoder, the music of its songs included", () => {
  const { tagger, music } = small;
  const others = [
    { ...small, tagger: { ...tagger, seed: 3 } },
    { ...small, tagger: { ...tagger, songs: { ...tagger.songs, noise: 0.4 } } },
    { ...small, tagger: { ...tagger, songs: { ...tagger.songs, seed: 3 } } },
    { ...small, tagger: { ...tagger, top: { ...tagger.top, epochs: 2 } } },
    { ...small, music: { ...music, layers: 1 } },
  ];
  assert.equal(new Set([small, ...others].map(encoderName)).size, 1 + others.length);
});

test("songs that were represented before a stop are not represented again", async () => {
  const corpus = songbookCorpus(small);
  const { home, music, scores } = encoderFiles(small, corpus, folder);
  const before = readFileSync(music);
  assert.deepEqual(readdirSync(home).sort(), ["music.safetensors", "tag-scores.safetensors"]);
  rmSync(scores);
  rmSync(music);
  const counts: number[] = [];
  const stop: Reporter = (label) => (done, total) => {
    if (label !== "representing the songs" || done === total) return;
    counts.push(done);
    throw new Error("stopped");
  };
  await assert.rejects(obtain(small, stop), /stopped/);
  const kept = readdirSync(home).filter((name) => !name.endsWith(".tmp"));
  const stamps = kept.map((name) => statSync(path.join(home, name)).mtimeMs);
  assert.ok(counts.length > 0 && kept.length > 0 && stamps.length > 0);
  const done: number[] = [];
  await obtain(small, (label) => (at) => void (label === "representing the songs" && done.push(at)));
  assert.ok(
    done.every((at) => at > counts[0]!),
    "it goes on from what is there",
  );
  assert.deepEqual(readFileSync(music), before);
});

test("an encoder that would be trained on the corpus itself is refused", async () => {
  const same = { ...small, corpus: { ...small.corpus, seed: small.tagger.songs.seed } };
  await assert.rejects(
    obtain(same),
    (error) => error instanceof AlcapError && /trained on the corpus itself/.test(error.message),
  );
});

test("the record tells how the encoder tags its own test songs and what a corpus's representations carry", async () => {
  const { record, weights } = await encoderRecord(small, folder, quiet);
  assert.equal(weights, madeEncoder(small, folder));
  assert.equal(record.encoderHash, encoderName(small));
  const own = songbookCorpus({ corpus: small.tagger.songs, dataSet: "songbook-full" }).songs;
  assert.equal(record.test.songs, own.filter(({ split }) => split === "test").length);
  assert.equal(record.captioned.songs, 34);
  assert.equal(record.circumstances.threads, 1);
  assert.ok(record.curve.steps.length > 0);
});

test("the encoder of quick and standard comes with the project, with its record", () => {
  const folder = path.join(shippedEncoders(), encoderName(presetNamed("quick")));
  for (const file of ["music-encoder.safetensors", "record.json"])
    assert.ok(
      existsSync(path.join(folder, file)),
      "the recipe or Songbook's music changed: run `npx alcap train-encoder --preset quick --out data/music-encoder` and commit the folder",
    );
  const { encoderHash, test: tags, probes } = JSON.parse(readFileSync(path.join(folder, "record.json"), "utf8"));
  assert.equal(encoderHash, path.basename(folder));
  assert.ok(tags.macro.rocAuc > 0.85 && probes.mood.accuracy > 0.75, `${tags.macro.rocAuc}, ${probes.mood.accuracy}`);
});
