import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { loadExcerpt } from "alcap/dist/data/audio";
import { plainText } from "alcap/dist/data/text/plain";
import { AlcapError } from "alcap/dist/errors";
import { sha256Of } from "alcap/dist/files/fingerprint";
import { parseJson, readJsonFile } from "alcap/dist/files/json";
import { quoted, quotedShape } from "alcap/dist/files/quoted";
import { isFile, isFolder, readBytes, readText, withSource } from "alcap/dist/files/read";
import { textLines } from "alcap/dist/files/rows/json";
import { readRows } from "alcap/dist/files/rows/read-rows";
import { putFolder } from "alcap/dist/files/whole-file";
import { loadWeights } from "alcap/dist/model/weights";

const folder = mkdtempSync(path.join(tmpdir(), "alcap-read-"));
const at = (name: string) => path.join(folder, name);
const put = (name: string, bytes: string | Uint8Array) => {
  writeFileSync(at(name), bytes);
  return at(name);
};
execFileSync("mkfifo", [at("pipe")]);
symlinkSync(at("loop"), at("loop"));
mkdirSync(at("empty"));

test("pipes, devices, folders and loops of links are refused at every door, at once", { timeout: 20_000 }, async () => {
  const drained = async (rows: AsyncIterable<unknown>) => {
    for await (const _ of rows);
  };
  const doors: Readonly<Record<string, (file: string) => unknown>> = {
    bytes: readBytes,
    text: (file) => readText(file),
    json: (file) => readJsonFile(file),
    digest: sha256Of,
    song: (file) => loadExcerpt(file),
    table: (file) => drained(readRows(`${file}.csv`)),
    lines: (file) => drained(textLines(file)),
    source: (file) => withSource(file, ({ length }) => length),
  };
  for (const name of ["pipe", "loop", "empty"]) symlinkSync(at(name), at(`${name}.csv`));
  symlinkSync("/dev/zero", at("zero"));
  symlinkSync("/dev/zero", at("zero.csv"));
  for (const [door, open] of Object.entries(doors))
    for (const name of ["pipe", "zero", "loop", "empty"])
      await assert.rejects(async () => open(at(name)), { name: "AlcapError", code: "input" }, `${door} of ${name}`);
  await assert.rejects(loadWeights(at("pipe")), { name: "AlcapError", message: /no regular file/ });
  assert.ok(!isFile(at("pipe")) && !isFile(at("zero")) && !isFile(at("loop")) && !isFile(folder));
  assert.ok(isFolder(folder) && !isFolder(at("loop")));
});

test("bytes that are not UTF-8 are named by line and byte; latin1 reads them", () => {
  const file = put("old.txt", Buffer.from("one\ntwo\ncaf\xe9 noir\n", "latin1"));
  assert.throws(() => readText(file), {
    code: "input",
    message: /old\.txt, line 3: byte 12 of the file is not UTF-8.*--encoding latin1/,
  });
  assert.equal(readText(file, {}, "latin1"), "one\ntwo\ncafé noir\n");
  assert.equal(readText(put("mark.txt", "\ufeffword")), "word");
  assert.throws(() => readText(file, { most: 5 }), { message: /at most 5 are read/ });
});

test("a text is the same whatever its line ends, mark and margins", () => {
  for (const other of ["a\r\nb\r\n", "a\rb\r", "\ufeffa\nb\n\n", " \t\na\nb  "]) assert.equal(plainText(other), "a\nb");
  for (const blank of ["", "\n", "\r\n \t", "\ufeff"]) assert.equal(plainText(blank), "");
});

test("JSON with a key twice, or of nothing but brackets, is refused", () => {
  assert.deepEqual(parseJson('{"a": {"b": "\\"}:{"}, "c": [1]}', "x"), { a: { b: '"}:{' }, c: [1] });
  assert.throws(() => parseJson('{"a": 1, "a": 2}', "x"), { message: /key that comes twice/ });
  assert.throws(() => parseJson("[".repeat(100), "x"), { message: /more deeply nested/ });
  assert.throws(() => parseJson("[[],".repeat(1 << 21), "x"), { message: /more parts/ });
  assert.throws(() => parseJson("{", "x"), { message: /x is not JSON/ });
});

test("foreign words cannot steer a terminal or fill it", () => {
  assert.equal(quoted("a\x1b[2Jb\nc\u202ed\x9b"), "a?[2Jb?c?d?");
  assert.ok(quoted("x".repeat(1e6)).length < 100 && quotedShape(new Array(1e6).fill(7)).length < 100);
  const { message } = new AlcapError("data", `\x1b]0;title\x07${"y".repeat(1e6)}.`, "Go on.");
  assert.ok(message.length < 5000);
  assert.ok(!message.includes("\x1b") && !message.includes("\x07"));
});

test("a folder put in a place where others put theirs at the same time", () => {
  for (const name of ["first", "second"]) {
    mkdirSync(at(name));
    put(`${name}/inside`, name);
    putFolder(at(name), at("place"));
    assert.equal(readText(at("place/inside")), name);
  }
});
