import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { textCell } from "alcap/dist/data/corpus/layout/cells";
import { isSound } from "alcap/dist/data/corpus/write/sounds";
import { makeSong } from "alcap/dist/data/songbook";
import { plainText } from "alcap/dist/data/text/plain";
import { readRepresentations } from "alcap/dist/experiment/dataset/representation-files";
import { writeNpz } from "alcap/dist/files/npz";
import { csvLine } from "alcap/dist/files/rows/csv";
import { readRows } from "alcap/dist/files/rows/read-rows";

const folder = mkdtempSync(path.join(tmpdir(), "alcap-limits-"));
const put = (name: string, bytes: string | Uint8Array) => {
  const file = path.join(folder, name);
  writeFileSync(file, bytes);
  return file;
};

test("the longest cells that are taken make a row that is read again; longer ones are dropped", async () => {
  const cell = (text: string) => textCell(new Map([["lyrics", text]]), "lyrics", "lyrics");
  const longest = '"'.repeat(1 << 19);
  assert.ok("value" in cell(longest));
  assert.deepEqual(cell(`${longest}"`), { kind: "lyrics", column: "lyrics", problem: "longer than 512 KiB" });
  assert.ok("problem" in cell("é".repeat((1 << 18) + 1)));
  const file = put("long.csv", csvLine(["a", "b", "c"]) + csvLine(["x", longest, longest]));
  const rows = [];
  for await (const row of readRows(file)) rows.push(row);
  const [first] = rows;
  assert.ok(rows.length === 1 && first && "cells" in first && first.cells.get("c") === longest);
});

test("an array of too few samples, of samples that are no sound or that no float holds, is no song", () => {
  const sound = (data: Float32Array | Float64Array) => isSound(put("s.npz", writeNpz({ a: { data, shape: [data.length] } })));
  assert.ok(sound(new Float32Array(2000).fill(0.5)));
  assert.ok(
    !sound(new Float32Array(1)) && !sound(new Float32Array(2000).fill(10_000)) && !sound(new Float64Array(2000).fill(1e300)),
  );
});

test("a double that no float holds is no representation", () => {
  put("x.npz", writeNpz({ a: { data: Float64Array.of(1, 1e300), shape: [1, 2] } }));
  assert.throws(() => readRepresentations(folder, ["x"]), { code: "data", message: /no sequence of finite vectors/ });
});

test("Songbook's lyrics have the form that every door gives to texts", () => {
  const options = { seed: 3, songs: 4, testSongs: 0, agreement: 0.5, noise: 0.1 };
  for (const index of [0, 1, 2, 3]) {
    const { lyrics } = makeSong(options, index);
    assert.equal(plainText(lyrics), lyrics);
  }
});
