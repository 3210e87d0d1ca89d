import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { prepareNetease, prepareReleased, prepareSongbook, wordRuler } from "alcap/dist/data/corpus";
import { playlistFields } from "alcap/dist/data/corpus/source/playlists";
import { freshComments, songCount } from "alcap/dist/data/songbook";
import { songbookCorpus } from "alcap/dist/experiment/dataset/corpus";
import { dataSetFolder, readPreparedCorpus } from "alcap/dist/experiment/dataset/prepared-corpus";
import { dataSetNames } from "alcap/dist/experiment/preset/songbook";
import { mentions } from "alcap/dist/metric/facts/facts";
import { fixture } from "../../shared";

const folder = mkdtempSync(path.join(tmpdir(), "alcap-corpora-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const options = { seed: 11, songs: 75, testSongs: 9, agreement: 0.4, noise: 0.3 };
const dataSet = (name: (typeof dataSetNames)[number]) => songbookCorpus({ corpus: options, dataSet: name });

test("the three cuts nest and share songs, test split and hash; a row is kept by its votes", () => {
  const [full, nonnegative, positive] = dataSetNames.slice(0, 3).map(dataSet);
  const votes = new Map(full?.songs.flatMap(({ interpretations }) => interpretations.map(({ text, votes }) => [text, votes])));
  for (const split of ["train", "validation"] as const) {
    const texts = [full, nonnegative, positive].map((corpus) => corpus?.rows[split].map(({ text }) => text) ?? []);
    const [all = [], some = [], few = []] = texts;
    assert.ok(all.length > some.length && some.length > few.length && few.length > 0);
    assert.deepEqual(
      some,
      all.filter((text) => (votes.get(text) ?? 0) >= 0),
    );
    assert.deepEqual(
      few,
      all.filter((text) => (votes.get(text) ?? 0) > 0),
    );
  }
  assert.deepEqual(full?.rows.test, positive?.rows.test);
  assert.equal(positive?.rows.test.length, positive?.songs.filter(({ split }) => split === "test").length);
  assert.equal(full?.hash, positive?.hash);
});

test("playlists: a row is a review with its standing song, in that song's split; another corpus by hash", () => {
  const playlists = dataSet("songbook-playlists");
  const counts = Object.entries(playlists.rows).map(([split, rows]) => {
    assert.ok(rows.every(({ song, text }) => song.split === split && text.split(" ").length >= 10));
    return rows.length;
  });
  assert.equal(
    counts.reduce((sum, rows) => sum + rows, 0),
    songCount(options),
  );
  assert.notEqual(playlists.hash, dataSet("songbook-positive").hash);
});

test("fresh texts of a test row are its own song's and as many as asked for; a playlist's say what its review is about", () => {
  const comments = dataSet("songbook-positive");
  assert.deepEqual(comments.fresh?.(2, 4), freshComments(options, options.songs + 2, 4));
  assert.deepEqual(comments.fresh?.(2, 2), comments.fresh?.(2, 4).slice(0, 2));
  const playlists = dataSet("songbook-playlists");
  const told = (text: string) => [mentions(text).themes, mentions(text).moods];
  playlists.rows.test.forEach(({ text }, row) => {
    for (const other of playlists.fresh?.(row, 3) ?? []) assert.deepEqual(told(other), told(text), `${text} / ${other}`);
  });
});

test("a prepared Songbook is the same corpus: rows, songs, truth", async () => {
  const out = path.join(folder, "songbook");
  await prepareSongbook({ out, ruler: wordRuler, songbook: options });
  for (const name of dataSetNames) {
    const [made, read] = [dataSet(name), await readPreparedCorpus(dataSetFolder(out, name), name)];
    assert.equal(read.name, name);
    for (const split of ["train", "validation", "test"] as const)
      assert.deepEqual(
        read.rows[split].map(({ song, text }) => [song.id, song.split, song.lyrics, song.truth?.mood, text]).sort(),
        made.rows[split].map(({ song, text }) => [song.id, song.split, song.lyrics, song.truth.mood, text]).sort(),
      );
  }
});

test("the paper's corpora go by the paper's names, and hold no truth", async () => {
  const si = path.join(folder, "si");
  const { votes: _, ...fields } = { song: "music4all_id", text: "comment", votes: "votes", lyrics: "lyrics" };
  await prepareReleased({ out: si, ruler: wordRuler, folder: fixture("corpus", "released"), fields });
  const full = await readPreparedCorpus(si, "si-full");
  assert.ok(full.rows.train.length > (await readPreparedCorpus(si, "si-positive")).rows.train.length);
  assert.ok(full.songs.every(({ truth }) => truth === undefined));
  const ncm = path.join(folder, "ncm");
  const crawl = path.join(folder, "playlists.json");
  const playlists = dataSet("songbook-positive")
    .songs.slice(0, 14)
    .map(({ title, lyrics, interpretations }, at) => {
      const description = interpretations[0]?.text;
      return { id: `p${at}`, description, tracks: [{ id: `s${at}`, name: title, lyrics }] };
    });
  writeFileSync(crawl, JSON.stringify(playlists));
  await prepareNetease({
    out: ncm,
    ruler: wordRuler,
    playlists: [crawl],
    fields: playlistFields,
    seed: 1,
  });
  assert.equal((await readPreparedCorpus(ncm, undefined)).name, "ncm-review");
  await assert.rejects(readPreparedCorpus(ncm, "si-full"), { code: "usage", message: /Choose one of ncm-review/ });
  await assert.rejects(readPreparedCorpus(si, undefined), { code: "usage", message: /si-full, si-nonnegative, si-positive/ });
});

test("another text is another hash; damage names its file and row", async () => {
  const out = path.join(folder, "damaged");
  await prepareSongbook({ out, ruler: wordRuler, songbook: { ...options, songs: 25 } });
  const before = await readPreparedCorpus(out, "songbook-positive");
  const table = path.join(out, "df_positive_train.csv");
  const text = readFileSync(table, "utf8");
  appendFileSync(table, `${before.songs[0]?.id},x,one more\n`);
  const more = await readPreparedCorpus(out, "songbook-positive");
  assert.equal(more.rows.train.length, before.rows.train.length + 1);
  assert.notEqual(more.hash, before.hash);
  for (const [line, problem] of [
    ["nobody,x,y\n", /names the song nobody/],
    ["a,b\n", /df_positive_train\.csv, row/],
  ] as const) {
    writeFileSync(table, text + line);
    await assert.rejects(readPreparedCorpus(out, "songbook-positive"), { code: "data", message: problem });
  }
});
