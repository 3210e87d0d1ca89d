import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { isUnseen } from "alcap/dist/data/songbook";
import { songbookCorpus } from "alcap/dist/experiment/dataset/corpus";
import { presetNamed } from "alcap/dist/experiment/preset/songbook";
import type { RunMaterial } from "alcap/dist/experiment/run/material";
import { curveColumns, readCaptions, writeRecord } from "alcap/dist/experiment/run/records";
import { diversityOf, freshComments, scored, summarise } from "alcap/dist/experiment/run/scoring/scores";
import { parseCaptionLines } from "alcap/dist/metric/text/score";
import { someRecord } from "../some-record";

const folder = mkdtempSync(path.join(tmpdir(), "alcap-scores-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const preset = presetNamed("quick");
const corpus = songbookCorpus({ ...preset, corpus: { ...preset.corpus, songs: 50, testSongs: 90 } });
const material = { corpus, preset } as unknown as RunMaterial;
const rows = corpus.rows.test;
const comments = freshComments(material, rows.length) ?? [];
const captions = comments.map((_, i) => comments[(i * 7) % rows.length]?.[3] ?? "");
const likelihoods = rows.map((_, i) => ({ nll: 0.7 + Math.sin(i) / 10, moodNll: i % 5 === 0 ? null : 1 + Math.cos(i) }));
const all = scored(rows, { captions, comments, likelihoods });

test("every song has every fact as right, wrong or unnamed, and its own comment is never wrong", () => {
  for (const { scores } of all)
    for (const fact of ["theme", "mood", "instrument", "detail", "pace", "mode"])
      assert.equal((scores[fact] ?? 0) + (scores[`${fact}Wrong`] ?? 0) + (scores[`${fact}Unnamed`] ?? 0), 1);
  const right = summarise(scored(rows, { captions: comments.map(([own]) => own ?? "") }));
  for (const fact of ["theme", "mood", "instrument", "detail", "pace", "mode"])
    assert.equal(right[`${fact}Wrong`]?.mean, 0, fact);
  assert.equal(right.mood?.mean, 1);
  assert.equal(right.nll, undefined);
  assert.equal(right.freshMeteor, undefined, "no comments were given");
});

test("a comment by another listener is closer to the fresh comments than another song's", () => {
  const own = summarise(
    scored(rows, { captions: comments.map((of) => of[19] ?? ""), comments: comments.map((of) => of.slice(0, 19)) }),
  );
  const other = summarise(all);
  for (const name of ["freshRouge1", "freshRouge2F1", "freshMeteor"])
    assert.ok((own[name]?.low ?? 0) > (other[name]?.high ?? 1), name);
});

test("groups are the songs whose moods differ and those whose theme and mood are together in no training song", () => {
  for (const [i, { truth }] of rows.map(({ song }) => song).entries()) {
    assert.equal(all[i]?.groups?.includes("differs") ?? false, truth.mood !== truth.lyricsMood);
    assert.equal(all[i]?.groups?.includes("unseen") ?? false, isUnseen(truth));
  }
  const metrics = summarise(all);
  const differing = all.filter(({ groups }) => groups?.includes("differs"));
  const mean = differing.reduce((sum, { scores }) => sum + (scores.nll ?? 0), 0) / differing.length;
  assert.ok(Math.abs((metrics["nll.differs"]?.mean ?? 0) - mean) < 1e-6);
});

test("captions come back with all their scores, null ones left out; others can still score the file's lines", () => {
  const record = writeRecord(folder, { ...someRecord(), metrics: summarise(all), diversity: diversityOf(all) }, all);
  const back = readCaptions(folder, record);
  assert.deepEqual(back, all);
  assert.equal(back[0]?.scores.moodNll, undefined);
  assert.deepEqual(record.diversity?.captions, new Set(captions).size);
  const lines = `{"caption": "a", "reference": "b"}\n{"columns": {"nll": [1]}}\n`;
  assert.deepEqual(parseCaptionLines(lines, "lines"), [{ prediction: "a", reference: "b" }]);
});

test("a thousand songs' captions take at most 120 KB, a record with a long curve 25 KB", () => {
  const many = songbookCorpus({ ...preset, corpus: { ...preset.corpus, seed: 8, songs: 50, testSongs: 1000 } }).rows.test;
  assert.equal(many.length, 1000);
  const shuffled = many.map((_, i) => many[(i * 7 + 1) % 1000]?.text ?? "");
  const base = scored(many, { captions: shuffled });
  const noisy = base.map((one, i) => {
    const drawn = ["freshRouge1", "freshRouge2", "freshRougeL", "freshRouge1F1", "freshRouge2F1", "freshRougeLF1", "freshMeteor"];
    const fresh = Object.fromEntries(drawn.map((name, k) => [name, Number(((Math.sin(i * 17 + k) + 2) / 10).toFixed(3))]));
    const nats = { nll: Number((0.7 + Math.sin(i) / 10).toFixed(4)), moodNll: Number((1 + Math.sin(i * 3)).toFixed(4)) };
    return { ...one, scores: { ...one.scores, ...fresh, ...nats } };
  });
  const losses = (step: number) => ({ loss: 2 + Math.sin(step), caption: 1 + Math.cos(step), alignment: 3 + Math.sin(2 * step) });
  const steps = Array.from({ length: 700 }, (_, i) => ({ step: i + 1, losses: losses(i + 1) }));
  const curve = curveColumns({ steps, evaluations: [{ step: 700, score: 0.1234567891 }] });
  const record = { ...someRecord(), id: someRecord().id, metrics: summarise(noisy), curve, diversity: diversityOf(noisy) };
  const { id } = writeRecord(folder, record, noisy);
  const sizes = [`${id}.captions.jsonl.gz`, `${id}.json`].map((name) => statSync(path.join(folder, name)).size);
  assert.ok((sizes[0] ?? 0) <= 120_000 && (sizes[1] ?? 0) <= 25_000, String(sizes));
});
