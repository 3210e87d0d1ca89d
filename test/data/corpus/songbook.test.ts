import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { writeWav } from "alcap/dist/data/audio";
import {
  type PreparedCorpus,
  playlistsFolder,
  prepareSongbook,
  readAbout,
  readTable,
  type SongbookCorpusOptions,
  type SongbookDataSet,
  songbookDataSets,
  tablesOf,
  verifyCorpus,
} from "alcap/dist/data/corpus";
import { filesIn } from "alcap/dist/data/corpus/layout/sums";
import { makeSong, playlistsOfWindow, renderSong, songCount } from "alcap/dist/data/songbook";
import { readNpz, writeNpz } from "alcap/dist/files/npz";
import { machine } from "alcap/dist/files/temporary";
import { jsonLines, put, ruler, scratch } from "./helpers";

const songbook = { seed: 5, songs: 25, testSongs: 3, agreement: 0.3, noise: 0.3, pairing: 0.6 };
const few = { ...songbook, songs: 18 };

async function prepared(t: TestContext, options: Partial<SongbookCorpusOptions> = {}): Promise<PreparedCorpus & { out: string }> {
  const out = path.join(scratch(t), "songbook");
  return { ...(await prepareSongbook({ songbook, out, ruler, ...options })), out };
}

test("a Songbook is written whole: songs, truth, tags, interpretations, and the same bytes again", async (t) => {
  const [a, b] = [await prepared(t), await prepared(t)];
  assert.equal(a.sha256, b.sha256);
  for (const name of filesIn(a.out))
    assert.deepEqual(readFileSync(path.join(a.out, name)), readFileSync(path.join(b.out, name)), name);
  const songs = Array.from({ length: songCount(songbook) }, (_, i) => makeSong(songbook, i));
  assert.deepEqual(
    jsonLines(a.out, "songs.jsonl"),
    songs.map(({ id, split, lyrics, title, tags, truth }) => ({ id, split, lyrics, title, tags, truth })),
  );
  assert.deepEqual(
    jsonLines(a.out, "interpretations.jsonl").map(({ song, text, votes, listener }) => ({ song, text, votes, listener })),
    songs.flatMap(({ id, interpretations }) => interpretations.map((one) => ({ song: id, ...one }))),
  );
  assert.deepEqual(readdirSync(path.dirname(a.out)), ["songbook"], "nothing is left beside it");
  const { findings, first } = await verifyCorpus(a.out);
  assert.equal(findings, 0, JSON.stringify(first));
  assert.equal((await verifyCorpus(path.join(a.out, playlistsFolder))).findings, 0, "the part stands by itself");
});

test("SHA256SUMS names every file, and its own sum is what is given", async (t) => {
  const { out, sha256 } = await prepared(t);
  const sum = (file: string) =>
    createHash("sha256")
      .update(readFileSync(path.join(out, file)))
      .digest("hex");
  assert.equal(sha256, sum("SHA256SUMS"));
  const files = [...filesIn(out)].filter((file) => file !== "SHA256SUMS");
  assert.ok(files.includes(`${playlistsFolder}/SHA256SUMS`) && files.includes("corpus.json"));
  assert.equal(readFileSync(path.join(out, "SHA256SUMS"), "utf8"), files.map((file) => `${sum(file)}  ${file}\n`).join(""));
});

const rowsOf = async (out: string, dataSet: SongbookDataSet, split: "train" | "validation" | "test") => {
  const rows = [];
  for await (const line of readTable(path.join(out, songbookDataSets[dataSet].folder), tablesOf(dataSet)[split])) {
    assert.ok("value" in line);
    rows.push(line.value);
  }
  return rows;
};

test("the four data sets: three cuts by votes with one test split, and playlists; no song is in two splits", async (t) => {
  const { out } = await prepared(t);
  const songs = Array.from({ length: songCount(songbook) }, (_, i) => makeSong(songbook, i));
  const cuts = { "songbook-full": -99, "songbook-nonnegative": 0, "songbook-positive": 1 } as const;
  for (const [dataSet, least] of Object.entries(cuts) as [SongbookDataSet, number][]) {
    for (const split of ["train", "validation"] as const) {
      const texts = songs
        .filter((song) => song.split === split)
        .flatMap(({ interpretations }) => interpretations.filter(({ votes }) => votes >= least).map(({ text }) => text));
      assert.deepEqual(
        (await rowsOf(out, dataSet, split)).map(({ text }) => text),
        texts,
        `${dataSet} ${split}`,
      );
    }
    assert.equal(tablesOf(dataSet).test, "df_test.csv");
  }
  const tested = await rowsOf(out, "songbook-full", "test");
  const best = songs
    .filter(({ split }) => split === "test")
    .map(({ id, interpretations }) => [id, Math.max(...interpretations.map(({ votes }) => votes))]);
  const votes = new Map(
    jsonLines(out, "interpretations.jsonl")
      .filter(({ split }) => split === "test")
      .map((line) => [line.text, line.votes]),
  );
  assert.deepEqual(
    tested.map(({ song, text }) => [song, votes.get(text)]),
    best,
  );
  for (const dataSet of Object.keys(songbookDataSets) as SongbookDataSet[])
    for (const split of ["train", "validation", "test"] as const)
      for (const { song, lyrics } of await rowsOf(out, dataSet, split)) {
        const known = songs.find(({ id }) => id === song);
        assert.deepEqual([known?.split, known?.lyrics], [split, lyrics]);
      }
});

test("the playlist corpus has the NetEase layout, every playlist once, and its truth", async (t) => {
  const { out } = await prepared(t);
  const own = path.join(out, playlistsFolder);
  const playlists = [0, 1].flatMap((window) => playlistsOfWindow(songbook, window));
  const rows = jsonLines(own, "interpretations.jsonl");
  assert.deepEqual(rows.map(({ playlist }) => playlist).sort(), playlists.map(({ id }) => id).sort());
  for (const { playlist, song, split, text, truth } of rows) {
    const made = playlists.find(({ id }) => id === playlist)!;
    assert.deepEqual([song, split, text], [made.song, made.split, made.review]);
    const { concept, matches, collected } = made;
    const songs = made.songs.map((index) => makeSong(songbook, index).id);
    assert.deepEqual(truth, { concept, matches, collected, songs });
  }
  const { name, tables, options, sharedSongs } = readAbout(own);
  assert.equal(name, "songbook-playlists");
  assert.deepEqual(Object.keys(tables).sort(), ["df_test.csv", "df_train.csv", "df_val.csv"]);
  assert.deepEqual([options.pairing, sharedSongs], [0.6, 0]);
  const ids = jsonLines(own, "songs.jsonl").map(({ id }) => String(id));
  assert.deepEqual(ids, [...new Set(playlists.map(({ song }) => song))].sort());
});

test("songs are rendered as npz or wav, the same by one worker as by two; playlists share the sounds", async (t) => {
  for (const audio of ["npz", "wav"] as const) {
    const [one, two] = [
      await prepared(t, { songbook: few, audio, threads: 1 }),
      await prepared(t, { songbook: few, audio, threads: 2 }),
    ];
    assert.equal(one.sha256, two.sha256);
    for (const index of [0, 17]) {
      const { id, music } = makeSong(few, index);
      const file = readFileSync(path.join(two.out, "audio", `${id}.${audio}`));
      if (audio === "npz") assert.deepEqual(readNpz(file).a, { data: renderSong(music), shape: [240_000] });
      else assert.deepEqual(new Uint8Array(file), writeWav(renderSong(music), 16_000));
    }
    const { checked, findings } = await verifyCorpus(two.out);
    const listed = jsonLines(path.join(two.out, playlistsFolder), "songs.jsonl");
    assert.deepEqual([findings, checked["."]?.audio, checked.playlists?.audio], [0, songCount(few), listed.length]);
    const [first] = listed;
    const shared = (folder: string) => readFileSync(path.join(two.out, folder, String(first?.audio)));
    assert.deepEqual(shared("."), shared(playlistsFolder));
  }
});

test("a preparation that fails goes on with the sounds it has; one with other options starts clean", async (t) => {
  const out = path.join(scratch(t), "songbook");
  const fresh = (await prepared(t, { songbook: few, audio: "npz", threads: 2 })).sha256;
  const broken = { encoder: "", write: () => Promise.reject(new Error("the disk is full")) };
  const options = { songbook: few, audio: "npz", threads: 2, out, ruler } as const;
  const job = { ...options, embedder: broken };
  await assert.rejects(prepareSongbook(job), /the disk is full/);
  assert.ok(!existsSync(out), "nothing half-written");
  const kept = path.join(`${out}.partial`, "corpus", "audio");
  const stamps = () => readdirSync(kept).map((name) => [name, statSync(path.join(kept, name)).ino]);
  assert.equal(stamps().length, songCount(few));
  const before = stamps();
  const { pid: gone } = spawnSync(process.execPath, ["-e", ""]);
  put(kept, `${makeSong(few, 3).id}.npz.${machine}-${gone}-0123abcd.tmp`, "cut short");
  await assert.rejects(prepareSongbook(job), /the disk is full/);
  assert.deepEqual(stamps(), before, "no song was rendered again, and what was cut short is gone");
  const { sha256 } = await prepareSongbook(options);
  assert.equal(sha256, fresh, "another job uses nothing of it");
  assert.ok(!existsSync(`${out}.partial`));
});

test("two processes do not write to one place; a folder of the user's is never touched", async (t) => {
  const out = path.join(scratch(t), "songbook");
  const partial = `${out}.partial`;
  mkdirSync(path.join(partial, "corpus", "audio"), { recursive: true });
  put(path.join(partial, "corpus", "audio"), `${makeSong(few, 0).id}.npz`, "not a sound");
  put(partial, "job.json", JSON.stringify({ job: "", pid: process.ppid }));
  const options = { songbook: few, audio: "npz", out, ruler } as const;
  await assert.rejects(prepareSongbook(options), { code: "usage", message: new RegExp(`Process ${process.ppid} is writing`) });
  put(partial, "job.json", '{"job":');
  await assert.rejects(prepareSongbook(options), { code: "usage", message: /which no preparation left there/ });
  const thesis = path.join(scratch(t), "songbook");
  mkdirSync(path.join(`${thesis}.partial`, "thesis"), { recursive: true });
  put(path.join(`${thesis}.partial`, "thesis"), "chapter-1.txt", "years of work");
  await assert.rejects(prepareSongbook({ ...options, out: thesis }), { code: "usage", message: /holds thesis/ });
  put(`${thesis}.partial`, "job.json", JSON.stringify({ job: "", pid: 0 }));
  await assert.rejects(prepareSongbook({ ...options, out: thesis }), { code: "usage", message: /holds thesis/ });
  assert.ok(existsSync(path.join(`${thesis}.partial`, "thesis", "chapter-1.txt")));
});

test("a corpus is replaced only where nothing else lies in it, and the first of two preparations stays", async (t) => {
  const out = path.join(scratch(t), "songbook");
  const options = { songbook: few, out, ruler } as const;
  const [one, other] = await Promise.allSettled([prepareSongbook(options), prepareSongbook(options)]);
  assert.deepEqual([one.status, other.status].sort(), ["fulfilled", "rejected"]);
  await prepareSongbook({ ...options, replace: true });
  put(out, "notes.txt", "mine");
  await assert.rejects(prepareSongbook({ ...options, replace: true }), { code: "usage", message: /such as notes.txt/ });
  assert.ok(existsSync(path.join(out, "notes.txt")));
  const other2 = path.join(scratch(t), "photos");
  mkdirSync(other2);
  put(other2, "corpus.json", "{}");
  await assert.rejects(prepareSongbook({ ...options, out: other2, replace: true }), {
    code: "usage",
    message: /no prepared corpus/,
  });
  assert.equal((await verifyCorpus(out)).findings, 1, "notes.txt");
});

test("a preparation killed while it renders goes on, and gives the same bytes", async (t) => {
  const folder = scratch(t);
  const [out, whole] = [path.join(folder, "killed"), path.join(folder, "whole")];
  const command = (to: string) => [
    path.join(__dirname, "../../../../lib/bin/alcap.js"),
    ...["prepare", "songbook", "--preset", "smoke", "--songs", "18", "--audio", "npz", "--threads", "1", "--out", to],
  ];
  const run = (to: string, stopAt?: string) =>
    new Promise<{ code: number | null; said: string }>((resolve, reject) => {
      const child = spawn(process.execPath, command(to));
      let said = "";
      child.stderr.on("data", (text: Buffer) => {
        if (stopAt !== undefined && text.includes(stopAt)) child.kill("SIGKILL");
      });
      child.stdout.on("data", (text: Buffer) => {
        said += text.toString();
      });
      child.on("error", reject).on("close", (code) => resolve({ code, said }));
    });
  assert.equal((await run(out, "rendering songs 8/26")).code, null, "killed");
  assert.ok(!existsSync(out));
  assert.ok(readdirSync(path.join(`${out}.partial`, "corpus", "audio")).length >= 8);
  const [again, other] = [await run(out), await run(whole)];
  const sum = (said: string) => /SHA-256 of .*: ([0-9a-f]{64})/.exec(said)?.[1];
  assert.ok(sum(other.said));
  assert.equal(sum(again.said), sum(other.said));
  assert.deepEqual(readdirSync(folder).sort(), ["killed", "whole"]);
});

test("whatever is changed in the sounds or the playlists is found", async (t) => {
  const { out: whole } = await prepared(t, { songbook: { ...few, songs: 3 }, audio: "npz" });
  const sound = path.join("audio", `${makeSong(few, 1).id}.npz`);
  const damages: readonly (readonly [string, (folder: string) => void, RegExp])[] = [
    ["silence", (f) => put(f, sound, writeNpz({ a: { data: new Float32Array(240_000), shape: [240_000] } })), /npz.*SHA-256/],
    ["no sound", (f) => rmSync(path.join(f, sound)), /npz.*missing/],
    ["a stranger", (f) => put(f, path.join("audio", "x.npz"), "?"), /x\.npz.*not part/],
    ["a folder", (f) => mkdirSync(path.join(f, "more")) ?? put(f, "more/notes", "?"), /more\/notes.*not part/],
    ["a review", (f) => appendFileSync(path.join(f, "playlists/df_test.csv"), "a,b,c\n"), /playlists\/df_test\.csv.*bytes/],
    ["no part", (f) => rmSync(path.join(f, "playlists"), { recursive: true }), /playlists\/corpus\.json.*is missing/],
    ["no sums", (f) => rmSync(path.join(f, "SHA256SUMS")), /SHA256SUMS.*is missing/],
  ];
  for (const [name, damage, message] of damages) {
    const folder = path.join(scratch(t), "copy");
    cpSync(whole, folder, { recursive: true });
    damage(folder);
    const { findings, first } = await verifyCorpus(folder);
    assert.ok(findings > 0, name);
    assert.match(JSON.stringify(first), message, name);
  }
});

test("dials and threads out of range are usage errors, and nothing is written", async (t) => {
  const out = path.join(scratch(t), "x");
  for (const change of [{ pairing: 2 }, { songs: 0 }, { seed: -1 }, { noise: Number.NaN }])
    await assert.rejects(prepareSongbook({ songbook: { ...songbook, ...change }, out, ruler }), {
      name: "AlcapError",
      code: "usage",
    });
  await assert.rejects(prepareSongbook({ songbook, out, ruler, audio: "npz", threads: 0 }), { code: "usage" });
  assert.deepEqual(readdirSync(path.dirname(out)), []);
});
