import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { writeWav } from "alcap/dist/data/audio";
import { prepareRecords, prepareSongbook, soundsFrom, verifyCorpus } from "alcap/dist/data/corpus";
import { readNpz, writeNpz } from "alcap/dist/files/npz";
import { fixture, jsonLines, onlyAccount, put, ruler, scratch } from "./helpers";

const songbook = { seed: 5, songs: 25, testSongs: 3, agreement: 0.3, noise: 0.3 };

async function prepared(t: TestContext): Promise<string> {
  const out = path.join(scratch(t), "songbook");
  await prepareSongbook({ songbook, out, ruler });
  return out;
}

test("recordings and released arrays become the corpus' audio; songs without sound are booked", async (t) => {
  const folder = scratch(t);
  const [audio, cache, out] = [path.join(folder, "songs"), path.join(folder, "cache"), path.join(folder, "out")];
  mkdirSync(audio);
  const tone = Float32Array.from({ length: 4 * 8000 }, (_, i) => 0.5 * Math.sin(i / 9));
  const ids = Array.from({ length: 12 }, (_, i) => `Song${String(i).padStart(2, "0")}xQ`);
  put(audio, `${ids[0]}.wav`, writeWav(tone, 8000));
  for (const id of ids.slice(1, 10)) put(audio, `${id}.npz`, writeNpz({ a: { data: tone, shape: [tone.length] } }));
  put(audio, `${ids[10]}.npz`, writeNpz({ b: { data: tone, shape: [tone.length] } }));
  put(audio, `${ids[11]}.mp3`, "no sound at all");
  const findSounds = soundsFrom(audio, { cache, threads: 1 });
  const options = { files: [fixture("records.jsonl")], held: { test: 2, validation: 2 }, seed: 1, ruler, findSounds };
  const { about } = await prepareRecords({ ...options, out });
  assert.deepEqual(about.audio, { ending: "npz", files: 10 });
  assert.deepEqual(Object.keys(onlyAccount(about).dropped), ["audio"]);
  const records = readFileSync(fixture("records.jsonl"), "utf8").trim().split("\n");
  const mute = records.filter((line) => line.includes(`${ids[10]}`) || line.includes(`${ids[11]}`)).length;
  assert.equal(onlyAccount(about).dropped.audio, mute);
  assert.ok(jsonLines(out, "problems.jsonl").every(({ kind, row }) => kind === "audio" && Number(row) > 0));
  assert.deepEqual(readNpz(readFileSync(path.join(out, "audio", `${ids[0]}.npz`))).a?.shape, [240_000]);
  assert.deepEqual(readNpz(readFileSync(path.join(out, "audio", `${ids[1]}.npz`))).a?.data, tone);
  assert.equal((await verifyCorpus(out)).findings, 0);
});

/** Replaces text in a file of a corpus. */
function change(folder: string, name: string, from: string | RegExp, to: string): void {
  const file = path.join(folder, name);
  const text = readFileSync(file, "utf8");
  assert.notEqual(text.replace(from, to), text);
  rmSync(file);
  put(folder, name, text.replace(from, to));
}

test("whatever is changed in a corpus is found", async (t) => {
  const whole = await prepared(t);
  const testSong = String(jsonLines(whole, "songs.jsonl").find(({ split }) => split === "test")?.id);
  const trainSong = String(jsonLines(whole, "songs.jsonl").find(({ split }) => split === "train")?.id);
  const damages: readonly (readonly [string, (folder: string) => void, RegExp])[] = [
    ["a table gone", (f) => rmSync(path.join(f, "df_test.csv")), /df_test\.csv.*missing/],
    ["a word changed", (f) => change(f, "df_full_train.csv", "song", "sing"), /SHA-256/],
    ["a row cut off", (f) => change(f, "df_test.csv", /\n[^\n]*\n$/, "\n"), /bytes, not/],
    ["a leak", (f) => change(f, "df_full_train.csv", trainSong, testSong), /is a song of the test split|not the lyrics/],
    ["other lyrics", (f) => change(f, "songs.jsonl", '"lyrics":"', '"lyrics":"Oh '), /not the lyrics/],
    ["votes", (f) => change(f, "interpretations.jsonl", /"votes":-\d+/, '"votes":9'), /the votes ask for/],
    ["a path", (f) => change(f, "songs.jsonl", /"id":"[^"]*"/, '"id":"../../x"'), /usable id/],
    ["a sum", (f) => change(f, "corpus.json", /"read": \d+/, '"read": 1'), /does not add up/],
    ["a stranger", (f) => put(f, "notes.txt", "hello"), /not part of the corpus/],
    ["a broken table", (f) => change(f, "df_test.csv", /\n"?songbook/, '\n"open,'), /SHA-256|bytes/],
    ["no JSON", (f) => change(f, "interpretations.jsonl", "{", ""), /interpretations\.jsonl/],
  ];
  for (const [name, damage, message] of damages) {
    const folder = path.join(scratch(t), "copy");
    cpSync(whole, folder, { recursive: true });
    damage(folder);
    const { findings, first } = await verifyCorpus(folder);
    assert.ok(findings > 0, name);
    assert.match(JSON.stringify(first), message, name);
  }
  await assert.rejects(verifyCorpus(scratch(t)), /corpus\.json is missing/);
});

test("a description that points outside its folder, or lacks parts, is refused", async (t) => {
  const whole = await prepared(t);
  for (const [from, to] of [
    ['"songs.jsonl": {', '"../songs.jsonl": {'],
    ['"accounts"', '"account"'],
    ["alcap-corpus/1", "alcap-corpus/0"],
  ] as const) {
    const folder = path.join(scratch(t), "copy");
    cpSync(whole, folder, { recursive: true });
    change(folder, "corpus.json", from, to);
    await assert.rejects(verifyCorpus(folder), { name: "AlcapError", message: /does not describe a corpus/ });
  }
});

test("a corpus's sounds are copies: what becomes of the user's files does not reach it", async (t) => {
  const folder = scratch(t);
  const [audio, out] = [path.join(folder, "songs"), path.join(folder, "out")];
  mkdirSync(audio);
  const tone = Float32Array.from({ length: 1600 }, (_, i) => i / 1600); // the shortest that counts as a song
  const ids = Array.from({ length: 12 }, (_, i) => `Song${String(i).padStart(2, "0")}xQ`);
  for (const id of ids) put(audio, `${id}.npz`, writeNpz({ a: { data: tone, shape: [1600] } }));
  const findSounds = soundsFrom(audio, { cache: path.join(folder, "cache"), threads: 1 });
  await prepareRecords({ files: [fixture("records.jsonl")], held: { test: 2, validation: 2 }, seed: 1, ruler, findSounds, out });
  const [own, theirs] = [path.join(out, "audio", `${ids[3]}.npz`), path.join(audio, `${ids[3]}.npz`)];
  assert.deepEqual(readFileSync(own), readFileSync(theirs));
  assert.notEqual(statSync(own).ino, statSync(theirs).ino);
});
