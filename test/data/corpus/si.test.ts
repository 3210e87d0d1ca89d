import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { addsUp, type PreparedCorpus, prepareRecords, prepareReleased, verifyCorpus } from "alcap/dist/data/corpus";
import { collectRecords, fixture, jsonLines, onlyAccount, put, ruler, scratch } from "./helpers";

const held = { test: 3, validation: 2 };
const records = readFileSync(fixture("records.jsonl"), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as { music4all_id: string; lyrics: string; comment: string; votes: number });

async function cut(t: TestContext, more: object = {}): Promise<{ out: string; prepared: PreparedCorpus }> {
  const out = path.join(scratch(t), "si");
  const prepared = await prepareRecords({ files: [fixture("records.jsonl")], out, held, seed: 1, ruler, ...more });
  assert.equal((await verifyCorpus(out)).findings, 0);
  return { out, prepared };
}

test("the three variants are cut by votes, and every record is booked once", async (t) => {
  const { out, prepared } = await cut(t);
  const account = onlyAccount(prepared.about);
  assert.equal(account.read, records.length);
  const splitOf = new Map(jsonLines(out, "songs.jsonl").map(({ id, split }) => [id, split]));
  const expected = (split: string, least: number) =>
    records.filter(({ music4all_id, votes }) => splitOf.get(music4all_id) === split && votes >= least).length;
  for (const [variant, least] of [
    ["full", Number.NEGATIVE_INFINITY],
    ["not_negative", 0],
    ["positive", 1],
  ] as const)
    for (const [split, name] of [
      ["train", "train"],
      ["validation", "val"],
    ] as const)
      assert.equal(prepared.about.tables[`df_${variant}_${name}.csv`]?.rows, expected(split, least), `${variant} ${split}`);
  assert.ok(expected("train", 0) > expected("train", 1) && expected("train", -9) > expected("train", 0), "the variants differ");
});

test("splits share no song, and a test song has one reference: its most voted interpretation", async (t) => {
  const { out } = await cut(t);
  const songs = jsonLines(out, "songs.jsonl");
  assert.deepEqual(
    ["train", "validation", "test"].map((split) => songs.filter((song) => song.split === split).length),
    [7, 2, 3],
  );
  const tests = await collectRecords(path.join(out, "df_test.csv"));
  assert.equal(tests.length, 3);
  for (const row of tests) {
    assert.ok("cells" in row);
    const own = records.filter(({ music4all_id }) => music4all_id === row.cells.get("music4all_id"));
    const most = Math.max(...own.map(({ votes }) => votes));
    assert.equal(row.cells.get("comment"), own.find(({ votes }) => votes === most)?.comment);
  }
});

test("of interpretations with equal votes the earlier is the reference", async (t) => {
  const line = (song: string, comment: string, votes: number) =>
    JSON.stringify({ music4all_id: song, lyrics: "la", comment, votes });
  const lines = ["a", "b", "c"].flatMap((song) => [line(song, "low", 1), line(song, "first", 4), line(song, "second", 4)]);
  const { out } = await cut(t, { files: [put(scratch(t), "a.jsonl", lines.join("\n"))], held: { test: 1, validation: 1 } });
  const [row] = await collectRecords(path.join(out, "df_test.csv"));
  assert.ok(row && "cells" in row);
  assert.equal(row.cells.get("comment"), "first");
});

test("lengths are summed up exactly", async (t) => {
  const line = (song: string, words: number) =>
    JSON.stringify({ music4all_id: song, lyrics: "la  la\nla", comment: "word ".repeat(words), votes: 1 });
  const lines = Array.from({ length: 100 }, (_, i) => line("a", i + 1));
  const held = { test: 1, validation: 1 };
  const file = put(scratch(t), "a.jsonl", [...lines, line("b", 5), line("c", 5)].join("\n"));
  const { prepared } = await cut(t, { files: [file], held, testSongs: put(scratch(t), "test.txt", "b\n") });
  const { "df_full_train.csv": train, "df_full_val.csv": validation, "df_test.csv": reference } = prepared.about.tables;
  const whole = { texts: 100, mean: 50.5, median: 50, p95: 95, longest: 100 };
  const short = { texts: 1, mean: 5, median: 5, p95: 5, longest: 5 };
  assert.deepEqual(reference?.comment, short);
  const others = [train?.comment, validation?.comment].sort((x, y) => (y?.texts ?? 0) - (x?.texts ?? 0));
  assert.deepEqual(others, [whole, short]);
  assert.deepEqual(prepared.about.lyrics, { texts: 3, mean: 3, median: 3, p95: 3, longest: 3 });
});

test("the same records as JSON lines, JSON array and CSV, in any order of songs, give the same songs and splits", async (t) => {
  const folder = scratch(t);
  const quote = (text: string | number) => `"${String(text).replaceAll('"', '""')}"`;
  const table = records.map(({ music4all_id, lyrics, comment, votes }) =>
    [votes, comment, lyrics, music4all_id].map(quote).join(","),
  );
  const files = [
    fixture("records.jsonl"),
    put(folder, "a.json", JSON.stringify(records)),
    put(
      folder,
      "a.csv",
      `votes,comment,lyrics,music4all_id\r\n${table.join("\r\n")}`.replaceAll("\n", "\r\n").replaceAll("\r\r", "\r"),
    ),
    put(folder, "back.json", JSON.stringify([...records].reverse())),
  ];
  const made: { songs: string; tables: string }[] = [];
  for (const [i, file] of files.entries()) {
    const out = path.join(folder, `out${i}`);
    await prepareRecords({ files: [file], out, held, seed: 1, ruler });
    const read = (name: string) => readFileSync(path.join(out, name), "utf8");
    made.push({ songs: read("songs.jsonl"), tables: read("df_full_train.csv") });
  }
  assert.equal(new Set(made.map(({ songs }) => songs)).size, 1);
  assert.equal(new Set(made.slice(0, 3).map(({ tables }) => tables)).size, 1);
});

test("the same input gives the same bytes; another seed other splits", async (t) => {
  const [first, second, other] = [await cut(t), await cut(t), await cut(t, { seed: 2 })];
  const bytes = (out: string) => readdirSync(out).map((name) => [name, readFileSync(path.join(out, name), "utf8")]);
  assert.deepEqual(bytes(first.out), bytes(second.out));
  assert.notDeepEqual(bytes(first.out), bytes(other.out));
});

test("every kind of bad row is reported with row and column, and counts add up", async (t) => {
  const folder = scratch(t);
  const good = records
    .slice(0, 20)
    .map(({ music4all_id, comment, votes }) => `${music4all_id},a song,${JSON.stringify(comment)},${votes}`);
  const bad = [
    "Song00xQ,a song,words,many", // votes
    "Song00xQ,a song,words,", // votes
    "Song00xQ,a song,words,2.5", // votes
    "../../etc/passwd,a song,words,1", // id
    "CON:1,a song,words,1", // id
    ",a song,words,1", // id
    "Song00xQ,a song,,1", // text
    "New1,,words,1", // lyrics
    "Song00xQ,a song", // fields
    good[0], // duplicate
    "Song00xQ,another song,other words,1", // lyrics, kept
  ];
  const latin = Buffer.concat([Buffer.from("Song00xQ,a song,caf"), Buffer.from([0xe9]), Buffer.from(",1\r\n")]);
  const table = Buffer.from(`\ufeffmusic4all_id,lyrics,comment,votes\r\n${[...good, ...bad].join("\r\n")}\r\n`);
  const file = put(folder, "bad.csv", Buffer.concat([table, latin]));
  const out = path.join(folder, "out");
  const { about, problems } = await prepareRecords({ files: [file], out, held, seed: 1, ruler });
  const account = onlyAccount(about);
  assert.deepEqual(account.dropped, { votes: 3, id: 3, text: 1, lyrics: 1, fields: 1, duplicate: 1, encoding: 1 });
  assert.equal(account.read, 20 + bad.length + 1);
  assert.equal(problems, 12);
  const listed = jsonLines(out, "problems.jsonl").map(({ row, column, kind, effect }) => [row, column, kind, effect]);
  assert.deepEqual(listed.slice(0, 4), [
    [22, "votes", "votes", "dropped"],
    [23, "votes", "votes", "dropped"],
    [24, "votes", "votes", "dropped"],
    [25, "music4all_id", "id", "dropped"],
  ]);
  assert.deepEqual(listed.slice(-2), [
    [32, "lyrics", "lyrics", "kept"],
    [33, "comment", "encoding", "dropped"],
  ]);
  assert.equal((await verifyCorpus(out)).findings, 0);
});

test("lyrics come from a folder, too; a song without a file is unknown", async (t) => {
  const folder = scratch(t);
  const lyrics = path.join(folder, "lyrics");
  mkdirSync(lyrics);
  const ids = [...new Set(records.map(({ music4all_id }) => music4all_id))];
  for (const id of ids.slice(1)) put(lyrics, `${id}.txt`, `words of ${id}\r\nand more\r\n`);
  const { out, prepared } = await cut(t, { lyrics });
  const lost = records.filter(({ music4all_id }) => music4all_id === ids[0]).length;
  assert.deepEqual(onlyAccount(prepared.about).dropped, { "unknown song": lost });
  assert.equal(jsonLines(out, "songs.jsonl")[0]?.lyrics, `words of ${ids[1]}\nand more`);
});

test("given test songs are the test split; ids that are not there are reported", async (t) => {
  const list = put(scratch(t), "test.txt", "Song03xQ\nSong07xQ\r\nNobody\n../x\n");
  const { out, prepared } = await cut(t, { testSongs: list });
  const songs = jsonLines(out, "songs.jsonl").filter(({ split }) => split === "test");
  assert.deepEqual(
    songs.map(({ id }) => id),
    ["Song03xQ", "Song07xQ"],
  );
  assert.deepEqual(
    prepared.first.map(({ row, kind, effect }) => [row, kind, effect]),
    [
      [3, "unknown song", "kept"],
      [4, "id", "kept"],
    ],
  );
});

test("columns with other names are read through the mapping", async (t) => {
  const folder = scratch(t);
  const renamed = records.map(({ music4all_id, lyrics, comment, votes }) => ({
    id: music4all_id,
    words: lyrics,
    body: comment,
    rating: `${votes}.0`,
  }));
  const fields = { song: "id", text: "body", votes: "rating", lyrics: "words" };
  const { prepared } = await cut(t, { files: [put(folder, "a.json", JSON.stringify(renamed))], fields });
  assert.equal(onlyAccount(prepared.about).read, records.length);
  await assert.rejects(
    cut(t, { files: [put(folder, "b.json", JSON.stringify(renamed))] }),
    /No row can be used.*column music4all_id/s,
  );
});

test("nothing is left behind when a preparation fails, and no folder is overwritten by accident", async (t) => {
  const folder = scratch(t);
  const out = path.join(folder, "si");
  const options = { files: [fixture("records.jsonl")], out, held, seed: 1, ruler };
  await assert.rejects(prepareRecords({ ...options, held: { test: 500, validation: 1 } }), /Only 12 of 12 songs/);
  await assert.rejects(prepareRecords({ ...options, held: { test: 6, validation: 6 } }), /cannot be cut/);
  const bad = put(folder, "bad.jsonl", `${readFileSync(fixture("records.jsonl"), "utf8")}{}\n`);
  await assert.rejects(
    prepareRecords({ ...options, files: [bad], strict: true }),
    /1 rows would be dropped.*bad\.jsonl, row \d+/s,
  );
  assert.deepEqual(readdirSync(folder), ["bad.jsonl"]);
  await prepareRecords(options);
  await assert.rejects(prepareRecords(options), /already there/);
  await prepareRecords({ ...options, replace: true });
  mkdirSync(path.join(folder, "own"));
  put(path.join(folder, "own"), "thesis.txt", "years of work");
  await assert.rejects(prepareRecords({ ...options, out: path.join(folder, "own"), replace: true }), /no prepared corpus/);
  assert.ok(existsSync(path.join(folder, "own", "thesis.txt")));
  assert.deepEqual(readdirSync(folder).sort(), ["bad.jsonl", "own", "si"]);
});

test("the released tables are taken over as they are", async (t) => {
  const out = path.join(scratch(t), "si");
  const { about, problems } = await prepareReleased({ folder: fixture("released"), out, ruler });
  assert.equal(problems, 0);
  for (const name of readdirSync(fixture("released")))
    assert.equal(readFileSync(path.join(out, name), "utf8"), readFileSync(fixture("released", name), "utf8"), name);
  assert.deepEqual(about.songs, { train: 7, validation: 2, test: 3 });
  assert.equal((await verifyCorpus(out)).findings, 0);
});

test("released tables: rows of test songs elsewhere are dropped, repeated rows kept, shared songs counted", async (t) => {
  const folder = scratch(t);
  const head = "music4all_id,lyrics,comment\n";
  const read = (name: string) => readFileSync(fixture("released", name), "utf8").slice(head.length);
  const test = put(folder, "df_test.csv", head + read("df_test.csv"));
  const leak = read("df_test.csv");
  put(folder, "df_full_train.csv", head + read("df_full_train.csv") + leak);
  const shared = 'Song05xQ,la,"same, same"\nSong05xQ,la,"same, same"\n';
  put(folder, "df_full_val.csv", head + read("df_full_val.csv") + shared);
  const out = path.join(folder, "out");
  const { about } = await prepareReleased({ folder, out, ruler });
  assert.deepEqual(about.accounts["df_full_train.csv"]?.dropped, { leak: 3 });
  assert.ok(Object.values(about.accounts).every(addsUp));
  assert.equal(about.sharedSongs, 1);
  const kinds = jsonLines(out, "problems.jsonl").map(({ kind, effect }) => `${kind} ${effect}`);
  assert.deepEqual(kinds.sort(), [
    "duplicate kept",
    "leak dropped",
    "leak dropped",
    "leak dropped",
    "lyrics kept",
    "lyrics kept",
  ]);
  assert.equal((await verifyCorpus(out)).findings, 0);
  assert.ok(existsSync(test));
  await assert.rejects(prepareReleased({ folder: scratch(t), out: `${out}2`, ruler }), /holds no df_full_train/);
});
