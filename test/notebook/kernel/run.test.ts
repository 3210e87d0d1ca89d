import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { projectRoot } from "alcap/dist/files/project";
import { runNotebook } from "alcap/dist/notebook";
import { type Cell, type JsonObject, notebookText, type Output, readNotebook } from "alcap/dist/notebook/kernel/ipynb";

const fixtures = path.join(projectRoot(), "test/fixtures/notebooks");
const folder = mkdtempSync(path.join(tmpdir(), "alcap-notebooks-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a notebook of code cells and gives its path. */
function notebookOf(name: string, sources: readonly string[], tags: Readonly<Record<number, string>> = {}): string {
  const cells = sources.map((source, index): Cell => {
    const tag = tags[index];
    const metadata: JsonObject = tag === undefined ? {} : { tags: [tag] };
    return { cell_type: "code", id: `c${index + 1}`, metadata, source, outputs: [], execution_count: null };
  });
  const file = path.join(folder, `${name}.ipynb`);
  writeFileSync(file, notebookText({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }));
  return file;
}

function outputsOf(file: string): (readonly Output[])[] {
  return readNotebook(file)
    .cells.filter((cell) => cell.cell_type === "code")
    .map((cell) => cell.outputs ?? []);
}

function streamText(outputs: readonly Output[] | undefined): string {
  return (outputs ?? []).map((output) => (output.output_type === "stream" ? output.text : "")).join("");
}

test("a notebook runs, and running it again gives the same bytes", async () => {
  const source = path.join(fixtures, "good.ipynb");
  const before = readFileSync(source);
  const out = path.join(folder, "made/good.ipynb");
  const notes: string[] = [];
  const progress = (done: number, total: number, note = ""): void => void notes.push(`${done}/${total} ${note}`.trim());
  const first = await runNotebook(source, { out, env: { ALCAP_PRESET: "smoke" }, progress });
  assert.deepEqual(
    { ok: first.ok, executed: first.executed, log: first.log, out: first.out },
    { ok: true, executed: 4, log: "", out },
  );
  assert.ok(notes.includes("0/4") && notes.includes("4/4"), notes.join());
  assert.ok(notes.includes("2/4 Counting: complete, 3 numbers"), notes.join());
  const bytes = readFileSync(out);
  await runNotebook(source, { out, env: { ALCAP_PRESET: "smoke" } });
  assert.ok(readFileSync(out).equals(bytes));
  assert.ok(readFileSync(source).equals(before), "with out, the notebook itself stays as it was");
  assert.deepEqual(readdirSync(path.dirname(out)), ["good.ipynb"], "no temporary file is left");

  const [streams, table, counting, figure] = outputsOf(out);
  assert.equal(streamText(streams), "preset smoke\n");
  assert.equal(table?.length, 1, "what a display returns is not printed");
  assert.match(JSON.stringify(table), /41\.3 \[39\.5, 43\.0\]/);
  assert.deepEqual(counting?.[0], {
    output_type: "display_data",
    data: { "text/plain": "Counting: complete, 3 numbers" },
    metadata: {},
  });
  assert.equal(streamText(counting), "6\n");
  const [shown] = figure ?? [];
  assert.ok(shown?.output_type === "display_data");
  assert.deepEqual(Object.keys(shown.data), ["application/vnd.plotly.v1+json", "image/png", "text/plain"]);
  assert.equal(streamText(figure), "100 %\n", "carriage returns are folded");
});

test("an error stops the run and stands in the notebook and in the result", async () => {
  const out = path.join(folder, "throws.ipynb");
  const run = await runNotebook(path.join(fixtures, "throws.ipynb"), { out });
  assert.equal(run.ok, false);
  assert.equal(run.executed, 3);
  assert.equal(run.failure?.cell, 4);
  assert.equal(run.failure.name, "RangeError");
  assert.equal(run.failure.message, "the song is too short");
  const [first, second, third, fourth] = outputsOf(out);
  assert.deepEqual([streamText(first), streamText(second), streamText(third)], ["1\n", "2\n", "almost\n"]);
  const error = third?.at(-1);
  assert.ok(error?.output_type === "error");
  assert.equal(error.evalue, "the song is too short");
  assert.equal(error.traceback.join("\n"), run.failure.text);
  assert.deepEqual(fourth, [], "cells after the error did not run");
  assert.deepEqual(
    readNotebook(out).cells.flatMap((cell) => cell.execution_count ?? []),
    [1, 2, 3],
  );
});

test("every way a cell can end badly leaves a notebook that says so", async () => {
  const endings: Readonly<Record<string, { readonly source: string; readonly name: string; readonly message: RegExp }>> = {
    wrongType: { source: "const wrong: string = 3;", name: "TypeScriptError", message: /1:7 - Type 'number' is not assignable/ },
    exits: { source: "process.exit(3);", name: "KernelDied", message: /exited with code 3/ },
    lost: { source: 'void Promise.reject(new Error("nobody waits"));', name: "Error", message: /^nobody waits$/ },
  };
  const runs = await Promise.all(
    Object.entries(endings).map(([name, { source }]) =>
      runNotebook(notebookOf(name, ['console.log("begun");', source, 'console.log("after");'])),
    ),
  );
  for (const [index, [name, ending]] of Object.entries(endings).entries()) {
    const run = runs[index];
    assert.ok(run);
    assert.equal(run.failure?.name, ending.name, name);
    assert.match(run.failure.message, ending.message, name);
    assert.equal(run.failure.cell, 2, name);
    const [first, second, third] = outputsOf(run.out);
    assert.equal(streamText(first), "begun\n", name);
    assert.ok(
      second?.some((output) => output.output_type === "error"),
      name,
    );
    assert.deepEqual(third, [], name);
  }
});

test("a hanging cell is ended after the timeout", async () => {
  const asleep = "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);";
  const { failure } = await runNotebook(notebookOf("hangs", [asleep, "1 + 1"]), { timeout: 3 });
  assert.deepEqual([failure?.cell, failure?.name], [1, "KernelDied"]);
  assert.match(failure?.message ?? "", /took longer than 3 s/);
});

test("cells see the notebook's folder and environment, may redeclare, and may fail when tagged", async () => {
  const sources = [
    "const here = process.cwd(); console.log(here, process.env.ALCAP_PRESET);",
    'throw new Error("on purpose");',
    'const here = "again"; console.log(here);',
    "   ",
  ];
  const file = notebookOf("tagged", sources, { 1: "raises-exception" });
  const run = await runNotebook(file, { env: { ALCAP_PRESET: "quick" } });
  assert.deepEqual([run.ok, run.executed], [true, 3]);
  const [first, second, third] = outputsOf(file);
  assert.match(streamText(first), new RegExp(`${path.basename(folder)} quick\n$`));
  assert.equal(second?.[0]?.output_type, "error");
  assert.equal(streamText(third), "again\n");
});

test("what is not a notebook is refused by name", async () => {
  const missing = path.join(folder, "missing.ipynb");
  await assert.rejects(runNotebook(missing), { code: "input", message: /missing\.ipynb cannot be read/ });
  const text = path.join(folder, "text.ipynb");
  writeFileSync(text, '{"nbformat": 3}');
  await assert.rejects(runNotebook(text), { code: "input", message: /not a notebook of format 4/ });
});
