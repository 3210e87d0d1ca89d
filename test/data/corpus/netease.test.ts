import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import {
  englishTest,
  mostCollected,
  plainLyrics,
  prepareNetease,
  proportional,
  type Translator,
  verifyCorpus,
} from "alcap/dist/data/corpus";
import { compareIds, drawProportional } from "alcap/dist/data/corpus/layout/split";
import { makeSong } from "alcap/dist/data/songbook";
import { paperCorpora } from "alcap/dist/paper";
import fc from "fast-check";
import { sharedFile } from "../../shared";
import { fixture, jsonLines, onlyAccount, put, ruler, scratch } from "./helpers";

const english = "I have been waiting by the window for the light to come back home, and all the things we said are mine";

test("English is told by script and language", async () => {
  const verdict = await englishTest();
  assert.equal(verdict(english), "English");
  assert.equal(verdict("Estoy esperando en la ventana a que vuelva la luz de la mañana, y todo lo recuerdo"), "other language");
  assert.equal(verdict("Je t'attends encore près de la fenêtre, et la lumière ne revient jamais chez nous"), "other language");
  assert.equal(verdict("雨夜开车回家的时候听的歌"), "other script");
  assert.equal(verdict(`${english} ${"但愿人长久千里共婵娟".repeat(3)}`), "other script");
  assert.equal(verdict("la la la"), "too short");
  assert.equal(verdict(""), "too short");
  const songs = Array.from({ length: 40 }, (_, i) => makeSong({ seed: 1, songs: 40, testSongs: 5, agreement: 0.5, noise: 0 }, i));
  assert.deepEqual(
    songs.filter(({ lyrics }) => verdict(lyrics) !== "English").map(({ lyrics }) => lyrics),
    [],
  );
});

const songs = sharedFile("songs");
test("real songs in French, Italian and Spanish are not English", { skip: songs.skip }, async () => {
  const verdict = await englishTest();
  const texts = readdirSync(songs.file).filter((name) => name.endsWith(".txt"));
  assert.ok(texts.length > 0);
  for (const name of texts) assert.equal(verdict(readFileSync(path.join(songs.file, name), "utf8")), "other language", name);
});

test("time tags and credits are no lyrics", () => {
  const raw = "[ti:Song]\n[00:00.00]作曲 : 某人\n[00:01.00] 作词：某人\n[00:12.30][01:12.30]Hold me\n\n[00:15]Let me go: now";
  assert.equal(plainLyrics(raw), "Hold me\n\nLet me go: now");
});

test("the most collected song stands for a playlist; of equals the lower id", () => {
  const popularity = new Map([
    ["9", 3],
    ["10", 3],
    ["7", 1],
    ["b", 3],
  ]);
  assert.equal(mostCollected(["7", "10", "b", "9"], popularity), "9");
  assert.equal(mostCollected(["b", "10"], popularity), "10");
  assert.equal(mostCollected(["7"], popularity), "7");
  assert.equal(mostCollected([], popularity), undefined);
});

test("ids have one order", () => {
  const id = fc.stringMatching(/^[A-Za-z0-9]{1,4}$/);
  fc.assert(
    fc.property(fc.uniqueArray(id, { minLength: 2 }), (ids) => {
      const sorted = [...ids].sort(compareIds);
      assert.deepEqual([...ids].reverse().sort(compareIds), sorted);
    }),
    { seed: 5 },
  );
});

test("splits have the paper's sizes for the paper's count, and add up for any other", () => {
  assert.deepEqual(proportional(22_210), paperCorpora["ncm-review"].sizes);
  fc.assert(
    fc.property(fc.nat(100_000), (total) => {
      const { train, validation, test } = proportional(total);
      assert.equal(train + validation + test, total);
      assert.ok(Math.abs(train - (total * 15_547) / 22_210) < 1);
    }),
    { seed: 5 },
  );
});

test("a song with several rows lies in one split, sizes are met as closely as its rows allow", () => {
  const one = drawProportional(new Map(Array.from({ length: 2221 }, (_, i) => [String(i), 1])), 2022);
  const count = (split: string) => [...one.values()].filter((other) => other === split).length;
  assert.deepEqual([count("train"), count("validation"), count("test")], [1555, 333, 333]);
  const many = new Map(Array.from({ length: 300 }, (_, i) => [String(i), 1 + (i % 4)]));
  const split = drawProportional(many, 1);
  const rows = (wanted: string) => [...many].reduce((sum, [id, n]) => sum + (split.get(id) === wanted ? n : 0), 0);
  for (const part of ["train", "validation", "test"] as const)
    assert.ok(Math.abs(rows(part) - proportional(750)[part]) < 4, part);
  const hit = new Map([...many, ["hit", 2000] as const]); // one song stands for most playlists
  for (let seed = 1; seed <= 20; seed++) assert.equal(drawProportional(hit, seed).get("hit"), "train");
});

test("the rule of the paper on raw playlists", async (t) => {
  const out = path.join(scratch(t), "ncm");
  const { about } = await prepareNetease({ playlists: [fixture("playlists.json")], out, seed: 3, ruler });
  const account = onlyAccount(about);
  assert.equal(account.read, 11);
  assert.deepEqual(account.dropped, { "no songs": 1, duplicate: 1, text: 1, "not English": 1, translation: 1, lyrics: 1 });
  const rows = jsonLines(out, "interpretations.jsonl").map(({ playlist, song }) => [playlist, song]);
  assert.deepEqual(rows, [
    ["9001", "11"], // like 12 in 4 playlists, the one without a review counted; the lower id
    ["9002", "12"],
    ["9003", "12"],
    ["9006", "20"], // equals
    ["9010", "31"],
  ]);
  const tagged = jsonLines(out, "songs.jsonl").find(({ id }) => id === "31");
  assert.match(String(tagged?.lyrics), /^I have been waiting/);
  assert.equal(new Set(rows.map(([, song]) => song)).size, jsonLines(out, "songs.jsonl").length);
  assert.deepEqual(about.options.excerpt, { seconds: 30, from: "middle", sampleRate: 22_050 });
  assert.equal((await verifyCorpus(out)).findings, 0);
});

test("reviews in another language go through the translator, English ones do not", async (t) => {
  const seen: string[] = [];
  const translator: Translator = {
    name: "dictionary",
    translate: async (texts) => {
      seen.push(...texts);
      return texts.map(() => "Songs for driving home on a rainy night");
    },
  };
  const out = path.join(scratch(t), "ncm");
  const { about } = await prepareNetease({ playlists: [fixture("playlists.json")], out, seed: 3, ruler, translator });
  assert.deepEqual(seen, ["雨夜开车回家的时候听的歌,献给每一个想家的人。"]);
  assert.equal(onlyAccount(about).dropped.translation, undefined);
  assert.equal(about.options.translator, "dictionary");
  const made = jsonLines(out, "interpretations.jsonl").find(({ playlist }) => playlist === "9005");
  assert.equal(made?.text, "Songs for driving home on a rainy night");
});

test("lyrics from a file of songs, playlists with ids alone", async (t) => {
  const folder = scratch(t);
  const raw = JSON.parse(readFileSync(fixture("playlists.json"), "utf8")) as {
    id: number;
    description: string;
    tracks: { id: number }[];
  }[];
  const songs = put(folder, "songs.jsonl", raw.flatMap(({ tracks }) => tracks.map((song) => JSON.stringify(song))).join("\n"));
  const bare = raw.map(({ id, description, tracks }) => ({ id, description, tracks: tracks.map((song) => song.id) }));
  const playlists = put(folder, "playlists.jsonl", bare.map((list) => JSON.stringify(list)).join("\n"));
  const [whole, split] = [path.join(folder, "a"), path.join(folder, "b")];
  await prepareNetease({ playlists: [fixture("playlists.json")], out: whole, seed: 3, ruler });
  await prepareNetease({ playlists: [playlists], songs, out: split, seed: 3, ruler });
  for (const name of ["songs.jsonl", "df_train.csv", "df_val.csv", "df_test.csv"])
    assert.equal(readFileSync(path.join(split, name), "utf8"), readFileSync(path.join(whole, name), "utf8"));
});

test("a bad song makes its playlist unusable, and says where", async (t) => {
  const folder = scratch(t);
  const lists = [
    { id: 1, description: english, tracks: [{ id: 5, lyrics: english }] },
    { id: 2, description: english, tracks: [{ id: 5 }, { id: "../5" }] },
    { id: 3, description: english, tracks: [{ id: 1.5 }] },
    { id: 4, description: english, tracks: "none" },
    { id: 12345678901234567890n.toString(), description: { zh: "x" }, tracks: [5] },
  ];
  const file = put(folder, "a.json", JSON.stringify(lists));
  const { first } = await prepareNetease({ playlists: [file], out: path.join(folder, "out"), seed: 1, ruler });
  assert.deepEqual(
    first.map(({ row, column, kind }) => [row, column, kind]),
    [
      [2, "tracks[1].id", "id"],
      [3, "tracks[0].id", "id"],
      [4, "tracks", "no songs"],
      [5, "description", "text"],
    ],
  );
});
