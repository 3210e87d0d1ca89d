import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import {
  type Cell,
  foldCarriageReturns,
  type Notebook,
  notebookText,
  type Output,
  readNotebook,
} from "alcap/dist/notebook/kernel/ipynb";
import fc from "fast-check";

const folder = mkdtempSync(path.join(tmpdir(), "alcap-ipynb-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Text as it is written into a notebook: without carriage returns, which are folded. */
const text = fc.string({ unit: fc.constantFrom("a", " ", "\n", '"', "é", "\\", "♪") });
const output: fc.Arbitrary<Output> = fc.oneof(
  fc.record({ output_type: fc.constant("stream" as const), name: fc.constantFrom("stdout" as const, "stderr" as const), text }),
  fc.record({
    output_type: fc.constant("display_data" as const),
    data: fc.record({ "text/plain": text, "image/svg+xml": text }),
    metadata: fc.constant({}),
  }),
  fc.record({ output_type: fc.constant("error" as const), ename: text, evalue: text, traceback: fc.array(text) }),
);
const cell: fc.Arbitrary<Cell> = fc.oneof(
  fc.record({ cell_type: fc.constant("markdown" as const), id: fc.uuid(), metadata: fc.constant({}), source: text }),
  fc.record({
    cell_type: fc.constant("code" as const),
    id: fc.uuid(),
    metadata: fc.constant({ tags: ["x"] }),
    source: text,
    execution_count: fc.option(fc.nat()),
    outputs: fc.array(output, { maxLength: 3 }),
  }),
);

function read(content: string): Notebook {
  const file = path.join(folder, "one.ipynb");
  writeFileSync(file, content);
  return readNotebook(file);
}

test("what is written is read back, and written again with the same bytes", () => {
  fc.assert(
    fc.property(fc.array(cell, { maxLength: 4 }), (cells) => {
      const content = notebookText({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 });
      const back = read(content);
      assert.deepEqual(JSON.parse(JSON.stringify(back.cells)), JSON.parse(JSON.stringify(cells)));
      assert.equal(notebookText(back), content);
    }),
    { seed: 7, numRuns: 100 },
  );
});

test("the order of keys, times and trust marks do not reach the file", () => {
  const made = read(
    '{"nbformat_minor":4,"nbformat":4,"metadata":{"signature":"s"},"cells":[{"source":["a\\n","b"],"metadata":{"trusted":true,"execution":{"t":1}},"cell_type":"code","outputs":[],"execution_count":2}]}',
  );
  const written = notebookText(made);
  assert.deepEqual(made.cells[0], {
    cell_type: "code",
    id: "cell-1",
    metadata: {},
    source: "a\nb",
    outputs: [],
    execution_count: 2,
  });
  assert.match(written, /^\{\n "cells": \[\n {2}\{\n {3}"cell_type": "code",\n {3}"execution_count": 2,\n {3}"id": "cell-1",/);
  assert.match(written, /"name": "tslab"\n/);
  assert.doesNotMatch(written, /signature|trusted|"t":/);
  assert.ok(written.endsWith("}\n"));
});

test("carriage returns leave what a terminal would show", () => {
  assert.equal(foldCarriageReturns("10 %\r50 %\r100 %\ndone\n"), "100 %\ndone\n");
  assert.equal(foldCarriageReturns("a\r\nb\r\n"), "a\nb\n");
  assert.equal(foldCarriageReturns("plain"), "plain");
});
