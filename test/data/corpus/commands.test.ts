import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { mock, type TestContext, test } from "node:test";
import { longName } from "alcap/dist/cli/options";
import { run as prepare } from "alcap/dist/cli/prepare/index";
import { run as verifyData } from "alcap/dist/cli/verify/data";
import { playlistPairing, type SongbookOptions, songCount } from "alcap/dist/data/songbook";
import { presetNamed } from "alcap/dist/experiment/preset/songbook";
import { fixture, jsonLines, put, scratch } from "./helpers";

/** Runs a command with its output caught. */
async function caught(
  t: TestContext,
  command: typeof prepare,
  ...args: readonly string[]
): Promise<{ code: number; out: string; err: string }> {
  const said = { out: "", err: "" };
  const log = mock.method(console, "log", (text: string) => {
    said.out += `${text}\n`;
  });
  const error = mock.method(console, "error", (text: string) => {
    said.err += `${text}\n`;
  });
  const bar = mock.method(process.stderr, "write", () => true);
  t.after(() => mock.restoreAll());
  try {
    return { code: await command(args), ...said };
  } finally {
    for (const one of [log, error, bar]) one.mock.restore();
  }
}

test("alcap prepare songbook, alcap verify data", async (t) => {
  const out = path.join(scratch(t), "songbook");
  const made = await caught(t, prepare, "songbook", "--songs", "50", "--test-songs", "6", "--seed", "3", "--out", out);
  assert.equal(made.code, 0);
  assert.match(made.out, /train 46, validation 4, test 6 songs/);
  assert.equal(jsonLines(out, "songs.jsonl").length, 56);
  const checked = await caught(t, verifyData, out, "--json");
  assert.equal(checked.code, 0);
  assert.equal((JSON.parse(checked.out) as { findings: number }).findings, 0);
  rmSync(path.join(out, "df_test.csv"));
  const damaged = await caught(t, verifyData, out);
  assert.equal(damaged.code, 1);
  assert.match(damaged.out, /df_test\.csv: is missing/);
});

test("alcap prepare songbook --preset: the preset's corpus, dials put in its place, the sum of all files", async (t) => {
  const folder = scratch(t);
  const describe = async (name: string, ...args: string[]) => {
    const { out } = await caught(
      t,
      prepare,
      "songbook",
      "--preset",
      "smoke",
      ...args,
      "--json",
      "--out",
      path.join(folder, name),
    );
    return JSON.parse(out) as { options: Record<string, unknown>; sha256: string; songs: Record<string, number> };
  };
  const { corpus } = presetNamed("smoke");
  const plain = await describe("plain");
  assert.deepEqual(plain.options, { ...pick(corpus), pairing: playlistPairing, audio: "none" });
  assert.equal(
    Object.values(plain.songs).reduce((sum, songs) => sum + songs, 0),
    songCount(corpus),
  );
  assert.equal((await describe("again", "--seed", String(corpus.seed))).sha256, plain.sha256);
  const dials = { seed: 3, songs: 30, testSongs: 4, agreement: 0.8, noise: 0.1, pairing: 1 };
  const other = await describe("other", ...Object.entries(dials).flatMap(([name, dial]) => [longName(name), String(dial)]));
  assert.deepEqual(other.options, { ...dials, audio: "none" });
  assert.notEqual(other.sha256, plain.sha256);
  const said = await caught(t, prepare, "songbook", "--preset", "smoke", "--out", path.join(folder, "said"));
  assert.match(said.out, new RegExp(`SHA256SUMS: ${plain.sha256}`));
  assert.match(said.out, /df_not_negative_val\.csv +\d+ rows/);
  assert.match(said.out, /playlists: train \d+/);
});

const pick = ({ seed, songs, testSongs, agreement, noise }: SongbookOptions) => ({ seed, songs, testSongs, agreement, noise });

test("alcap prepare si says what was dropped, and where", async (t) => {
  const folder = scratch(t);
  const bad = put(
    folder,
    "bad.jsonl",
    `${readFileSync(fixture("records.jsonl"), "utf8")}{"music4all_id":"S","comment":"c","lyrics":"l","votes":"x"}\n`,
  );
  const out = path.join(folder, "si");
  const args = ["si", bad, "--out", out, "--test", "3", "--validation", "2"];
  const made = await caught(t, prepare, ...args);
  assert.equal(made.code, 0);
  assert.match(made.out, /bad\.jsonl: 37 read = \d+ train .*\n {4}\+ dropped: votes 1/);
  assert.match(made.err, /1 problems, .*\n {2}bad\.jsonl, row 37, column votes: "x" is no whole number/);
  const renamed = await caught(t, prepare, ...args, "--replace", "--field", "votes=votes", "--json");
  assert.equal((JSON.parse(renamed.out) as { name: string }).name, "si");
  const tables = await caught(t, prepare, "si", fixture("released"), "--out", `${out}2`);
  assert.match(tables.out, /df_test\.csv +3 rows/);
});

test("alcap prepare netease writes a corpus", async (t) => {
  const out = path.join(scratch(t), "ncm");
  const made = await caught(t, prepare, "netease", fixture("playlists.json"), "--out", out, "--seed", "1");
  assert.equal(made.code, 0);
  assert.match(made.out, /playlists\.json: 11 read/);
});

test("arguments that make no sense are usage errors", async (t) => {
  const out = path.join(scratch(t), "x");
  const file = fixture("records.jsonl");
  for (const args of [
    [],
    ["blues"],
    ["si"],
    ["si", file],
    ["si", "--out", out],
    ["si", file, "--out", out, "--agreement", "1"],
    ["si", file, "--out", out, "--field", "vote=x"],
    ["si", file, "--out", out, "--field", "__proto__=x"],
    ["si", file, "--out", out, "--encoding", "ebcdic"],
    ["si", file, "--out", out, "--seed", "1.5"],
    ["si", file, file, "--out", out],
    ["si", fixture("released"), "--out", out, "--test", "3"],
    ["songbook", "--out", out, "--noise", "2"],
    ["songbook", "--out", out, "--audio", "mp3"],
    ["songbook", file, "--out", out],
    ["songbook", "--out", out, "--preset", "large"],
    ["songbook", "--out", out, "--pairing", "1.5"],
    ["songbook", "--out", out, "--strict"],
    ["songbook", "--out", out, "--audio", "npz", "--threads", "0"],
  ])
    await assert.rejects(caught(t, prepare, ...args), { name: "AlcapError", code: "usage" }, args.join(" "));
  await assert.rejects(caught(t, verifyData), { name: "AlcapError", code: "usage" });
  await assert.rejects(caught(t, prepare, "si", "absent.csv", "--out", out), { name: "AlcapError", code: "input" });
});
