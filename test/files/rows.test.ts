import assert from "node:assert/strict";
import { test } from "node:test";
import { csvLine } from "alcap/dist/files/rows/csv";
import type { ReadRecord } from "alcap/dist/files/rows/row";
import fc from "fast-check";
import { collectRecords, put, scratch } from "../data/corpus/helpers";

const cellsOf = (record: ReadRecord | undefined) => (record && "cells" in record ? Object.fromEntries(record.cells) : record);

test("a byte order mark, CRLF, quoted line breaks and doubled quotes are read", async (t) => {
  const file = put(scratch(t), "a.csv", '\ufeffsong,text\r\n1,"two\r\nlines, ""quoted"""\r\n\r\n2,plain\r\n');
  const records = await collectRecords(file, { required: ["song", "text"] });
  assert.deepEqual(records.map(cellsOf), [
    { song: "1", text: 'two\r\nlines, "quoted"' },
    { song: "2", text: "plain" },
  ]);
  assert.deepEqual(
    records.map(({ row, line }) => [row, line]),
    [
      [2, 3],
      [3, 5],
    ],
    "row of the table with its header, line on which it ends",
  );
});

test("a row with other cells than the header, or bytes that are not UTF-8, is named with its row and column", async (t) => {
  const latin = Buffer.concat([Buffer.from("song,text\n1,a\n2,b,c\n3,caf"), Buffer.from([0xe9]), Buffer.from("\n4,d\n")]);
  const file = put(scratch(t), "a.csv", latin);
  const records = await collectRecords(file);
  assert.deepEqual(
    records.map((record) => ("kind" in record ? [record.row, record.kind, record.column] : record.row)),
    [2, [3, "fields", undefined], [4, "encoding", "text"], 5],
  );
  const again = await collectRecords(file, { encoding: "latin1" });
  assert.deepEqual(cellsOf(again[2]), { song: "3", text: "café" });
});

test("files that cannot be cut into rows are refused with their place", async (t) => {
  const folder = scratch(t);
  const cases: readonly (readonly [string, string | Uint8Array, RegExp])[] = [
    ["open.csv", 'a,b\n1,2\n3,"never closed\n4,5\n', /open\.csv, row 3 opens a quote that is not closed/],
    ["stray.csv", 'a,b\n1,"x"y\n', /stray\.csv, row 2 has a quote in the wrong place/],
    ["empty.csv", "", /empty/],
    ["none.csv", "a,c\n1,2\n", /no column "b" \(it has a, c\)/],
    ["twice.csv", "a,b,b\n1,2,3\n", /2 columns "b"/],
    ["wide.csv", new Uint8Array([0xff, 0xfe, 0x61, 0, 0x62, 0]), /UTF-16/],
    ["cut.json", '[{"a":1},{"a":', /does not end/],
    ["more.json", '[{"a":1}] {"a":2}', /goes on after/],
  ];
  for (const [name, content, message] of cases)
    await assert.rejects(collectRecords(put(folder, name, content), { required: ["b"] }), { name: "AlcapError", message });
  await assert.rejects(collectRecords(`${folder}/absent.csv`), /There is no file/);
});

test("a quote that stays open in a large file is found without reading on for ever", async (t) => {
  const file = put(scratch(t), "a.csv", `a,b\n1,"${"x,y\n".repeat(3_000_000)}`);
  await assert.rejects(collectRecords(file), /row 2 opens a quote that is not closed/);
});

test("JSON lines and a JSON array give the same records; broken ones stand in their place", async (t) => {
  const folder = scratch(t);
  const good = [
    { a: 1, b: "x]},{[" },
    { a: 2, b: 'quote " and \\ backslash' },
    { a: 3, b: "\u4f60\u597d" },
  ];
  const lines = put(folder, "a.jsonl", `\ufeff${good.map((one) => JSON.stringify(one)).join("\r\n")}\r\n\r\n{"a":\r\n[1]\r\n`);
  const array = put(folder, "a.json", ` ${JSON.stringify([...good, 7, null], null, 2)}\n`);
  const [fromLines, fromArray] = [await collectRecords(lines), await collectRecords(array)];
  assert.deepEqual(fromLines.slice(0, 3).map(cellsOf), good);
  assert.deepEqual(fromArray.slice(0, 3).map(cellsOf), good);
  const broken = (records: readonly ReadRecord[]) =>
    records.slice(3).map((one) => ("kind" in one ? [one.row, one.kind] : one.row));
  assert.deepEqual(broken(fromLines), [
    [5, "syntax"],
    [6, "fields"],
  ]);
  assert.deepEqual(broken(fromArray), [
    [4, "fields"],
    [5, "fields"],
  ]);
});

test("an array that is larger than one read is cut at its items", async (t) => {
  const items = Array.from({ length: 40 }, (_, i) => ({ i, text: `"}],[{\\ ${"é".repeat(10_000 + i)}` }));
  const records = await collectRecords(put(scratch(t), "a.json", JSON.stringify(items)));
  assert.deepEqual(records.map(cellsOf), items);
});

test("what is written as CSV is read back, whatever the text", async (t) => {
  const folder = scratch(t);
  const text = fc.string({ unit: "binary" }).filter((value) => !/\p{Surrogate}/u.test(value));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 5 }), async (rows) => {
      const file = put(folder, "a.csv", csvLine(["a", "b"]) + rows.map(([a, b]) => csvLine([`.${a}`, b])).join(""));
      const read = (await collectRecords(file)).map(cellsOf);
      assert.deepEqual(
        read,
        rows.map(([a, b]) => ({ a: `.${a}`, b })),
      );
    }),
    { seed: 3, numRuns: 200 },
  );
});
