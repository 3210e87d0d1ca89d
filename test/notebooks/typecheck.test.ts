import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { projectRoot } from "alcap/dist/files/project";
import { notebookText } from "alcap/dist/notebook/kernel/ipynb";
import { checkNotebooks } from "./cells";

const folder = mkdtempSync(path.join(tmpdir(), "alcap-cells-"));
after(() => rmSync(folder, { recursive: true, force: true }));
for (const name of ["lib", "node_modules"]) symlinkSync(path.join(projectRoot(), name), path.join(folder, name), "junction");

function notebookOf(name: string, sources: readonly string[]): string {
  const cells = sources.flatMap((source, index) => [
    { cell_type: "markdown" as const, id: `m${index}`, metadata: {}, source: "Prose." },
    { cell_type: "code" as const, id: `c${index}`, metadata: {}, source },
  ]);
  const file = path.join(folder, "notebooks", `${name}.ipynb`);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, notebookText({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }));
  return file;
}

test("the cells of every notebook are strictly typed", () => {
  const notebooks = ["notebooks", "test/fixtures/notebooks"].flatMap((place) =>
    readdirSync(path.join(projectRoot(), place))
      .filter((file) => file.endsWith(".ipynb"))
      .map((file) => path.join(projectRoot(), place, file)),
  );
  const errors = checkNotebooks(notebooks);
  assert.deepEqual(
    errors.map(({ notebook, cell, line, message }) => `${path.basename(notebook)} cell ${cell} line ${line}: ${message}`),
    [],
  );
});

test("what the kernel allows is allowed: names declared again, imports repeated, await at the top", () => {
  const fine = notebookOf("fine", [
    'import { formatInterval } from "../lib/dist/notebook";\nconst one = 1;\nlet sum: number = one;',
    'import { formatInterval, lineFigure } from "../lib/dist/notebook";\nimport path from "node:path";\nsum += 1;\nconst one = path.join("a", "b");\nconst length: number = one.length',
    "const text: string = await Promise.resolve(one);\nfunction lineFigure(): string { return text; }\nlineFigure().toUpperCase();",
    "const { one, ...others } = { one: [1], two: 2 };\nconst interval = { mean: sum, low: others.two, high: one.length };\nformatInterval(interval);",
  ]);
  assert.deepEqual(checkNotebooks([fine]), []);
});

test("a wrong cell is found, with notebook, cell and line", () => {
  const wrong = notebookOf("wrong", [
    'import { formatInterval } from "../lib/dist/notebook";\n\nformatInterval(\n  3,\n);',
    'import { noSuchName } from "../lib/dist/notebook";\nconst implicit = (x) => x;',
    "const maybe = [1].find((x) => x > 1);\nconst one = 1;",
    "const one = maybe.toFixed();\nundeclared;",
  ]);
  const other = notebookOf("other", ["undeclared;"]);
  const found = checkNotebooks([wrong, other]).map(({ notebook, cell, line, message }) => [
    path.basename(notebook),
    cell,
    line,
    message.split(" ")[0],
  ]);
  assert.deepEqual(found.sort(), [
    ["other.ipynb", 2, 1, "TS2304"],
    ["wrong.ipynb", 2, 4, "TS2345"],
    ["wrong.ipynb", 4, 1, "TS2305"],
    ["wrong.ipynb", 4, 2, "TS7006"],
    ["wrong.ipynb", 8, 1, "TS18048"],
    ["wrong.ipynb", 8, 2, "TS2304"],
  ]);
});
