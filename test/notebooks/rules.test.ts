import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { projectRoot } from "alcap/dist/files/project";
import { type Cell, type Output, readNotebook } from "alcap/dist/notebook/kernel/ipynb";
import { brokenRules } from "./rules";

const folder = path.join(projectRoot(), "notebooks");
for (const file of readdirSync(folder).filter((name) => name.endsWith(".ipynb"))) {
  test(`${file} keeps the rules of the house`, () => assert.deepEqual(brokenRules(readNotebook(path.join(folder, file))), []));
}

const prose: Cell = { cell_type: "markdown", id: "m", metadata: {}, source: "Prose." };

function codeCell(source: string, outputs: readonly Output[] = [], execution_count: number | null = 1): Cell {
  return { cell_type: "code", id: "c", metadata: {}, source, outputs, execution_count };
}

function findings(...cells: readonly Cell[]): string {
  return brokenRules({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }).join("; ");
}

test("each broken rule is found, and a good notebook has none", () => {
  const printed = (text: string): Output => ({ output_type: "stream", name: "stdout", text });
  const picture: Output = {
    output_type: "display_data",
    data: { "text/html": `<img src="data:,${"/tmp/a".repeat(50)}">` },
    metadata: {},
  };
  assert.equal(findings(prose, codeCell('console.log("a");', [printed("see https://host/usr/a and lib/tmp/b"), picture])), "");
  assert.equal(findings(codeCell("1;")), "1 code cells, but only 0 with prose");
  assert.equal(findings(prose, codeCell("1;\n".repeat(20))), "cell 2: 21 lines of code, more than 20");
  assert.match(
    findings(prose, codeCell("1;", [{ output_type: "error", ename: "E", evalue: "", traceback: [] }])),
    /cell 2: ends in an error/,
  );
  assert.match(findings(prose, codeCell("await displayFigure(figure);")), /cell 2: shows something, but has no output/);
  assert.match(
    findings(prose, codeCell("1;", [printed("saved /home/me/a.svg")])),
    /cell 2: an output holds an absolute path: \/home\/m/,
  );
  assert.match(findings(prose, codeCell("1;", [printed("C:\\Users")])), /absolute path/);
  const figures = new Array<Output>(5).fill({ ...picture, metadata: { "image/png": { width: 980, height: 360 } } });
  assert.match(findings(prose, codeCell("1;", figures)), /cell 2: figures so high/);
  assert.equal(findings(prose, { ...codeCell("1;", figures), metadata: { scrolled: false } }), "");
  assert.equal(findings(prose, codeCell("1;", [], null)), "execution counts are , not 1 to 1");
});
