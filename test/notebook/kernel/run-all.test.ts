import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { notebooksAt } from "alcap/dist/cli/notebooks";
import { projectRoot } from "alcap/dist/files/project";
import { contentOf, executedNotebooks, type NotebookRun, notebookInputs, runNotebook, runNotebooks } from "alcap/dist/notebook";
import { notebookText, readNotebook } from "alcap/dist/notebook/kernel/ipynb";

const folder = mkdtempSync(path.join(tmpdir(), "alcap-run-all-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function notebookOf(name: string, sources: readonly string[]): string {
  const cells = sources.map((source, i) => ({ cell_type: "code" as const, id: `c${i}`, metadata: {}, source }));
  const file = path.join(folder, `${name}.ipynb`);
  writeFileSync(file, notebookText({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }));
  return file;
}

test("notebooks side by side: names of one are not another's, one that fails stops alone, and results come in order", async () => {
  const slow = "await new Promise((resolve) => setTimeout(resolve, 1500));";
  const files = [
    notebookOf("01-slow", [slow, "const one: number = 1;", "console.log(one);"]),
    notebookOf("02-wrong", ['const one = "text";', "const two: number = one;", "console.log(two);"]),
    notebookOf("03-throws", ['throw new RangeError("too far");']),
    notebookOf("04-own", ["console.log(typeof one);"]),
    notebookOf("05-fine", ["const one = [3];", "console.log(one.length + one[0]);"]),
  ];
  const told: string[] = [];
  const ended = ({ out }: NotebookRun, place: number) => void told.push(`${place} ${path.basename(out)}`);
  const tasks = files.map((file) => ({ file, out: path.join(folder, "out", path.basename(file)) }));
  const notes: string[] = [];
  const runs = await runNotebooks(tasks, {
    jobs: 2,
    ended,
    progress: (done, total, note = "") => notes.push(`${done}/${total} ${note}`),
  });
  assert.deepEqual(told, ["0 01-slow.ipynb", "1 02-wrong.ipynb", "2 03-throws.ipynb", "3 04-own.ipynb", "4 05-fine.ipynb"]);
  assert.deepEqual(
    runs.map(({ ok, failure }) => (ok ? "ok" : `cell ${failure?.cell}: ${failure?.name}`)),
    ["ok", "cell 2: TypeScriptError", "cell 1: RangeError", "cell 1: TypeScriptError", "ok"],
  );
  assert.ok(
    notes.some((note) => /^0\/5 01 \d\/3, 02 \d\/3$/.test(note)),
    notes.join("; "),
  );
  assert.equal(notes.at(-1), "5/5 ");
  const last = readNotebook(path.join(folder, "out/05-fine.ipynb")).cells.at(-1)?.outputs?.[0];
  assert.deepEqual(last, { output_type: "stream", name: "stdout", text: "4\n" });
});

test("the runner's process draws a figure as the notebook's own does, and what it cannot draw fails as there", async () => {
  const spec = (type: string) => `{ data: [{ type: "${type}", x: [1, 2], y: [2, 1] }], layout: { title: { text: "One" } } }`;
  const library = JSON.stringify(path.join(projectRoot(), "lib"));
  const file = notebookOf("figure", [
    `import { displayFigure } from ${library};`,
    `await displayFigure(${spec("bar")});`,
    `await displayFigure(${spec("scatter3d")});`,
  ]);
  const outputsOf = (out: string) => readNotebook(out).cells.map(({ outputs }) => outputs);
  const [together, alone] = [path.join(folder, "together.ipynb"), path.join(folder, "alone.ipynb")];
  const [run] = await runNotebooks([{ file, out: together }], { jobs: 1 });
  assert.equal(run?.failure?.name, "AlcapError");
  await runNotebook(file, { out: alone });
  assert.deepEqual(outputsOf(together), outputsOf(alone));
  assert.equal(outputsOf(together)[1]?.[0]?.output_type, "display_data");
});

test("a notebook is current while its cells, what else it is made from and its output are as they were", () => {
  const file = notebookOf("current", ["1 + 1"]);
  const out = path.join(folder, "current-out.ipynb");
  writeFileSync(out, "made");
  const records = path.join(folder, "records");
  mkdirSync(records);
  writeFileSync(path.join(records, "a.json"), "1");
  const state = path.join(folder, "state.json");
  const inputs = () => notebookInputs(file, contentOf([records, path.join(folder, "none")]));
  const isCurrent = () => executedNotebooks(state).isCurrent(out, inputs());
  assert.equal(isCurrent(), false);
  executedNotebooks(state).remember(out, inputs());
  assert.equal(isCurrent(), true);
  const undone = (change: () => void, back: () => void) => {
    change();
    assert.equal(isCurrent(), false, String(change));
    back();
    assert.equal(isCurrent(), true, String(back));
  };
  const cells = readFileSync(file);
  undone(
    () => writeFileSync(path.join(records, "a.json"), "2"),
    () => writeFileSync(path.join(records, "a.json"), "1"),
  );
  undone(
    () => notebookOf("current", ["1 + 2"]),
    () => writeFileSync(file, cells),
  );
  undone(
    () => writeFileSync(out, "by hand"),
    () => writeFileSync(out, "made"),
  );
  writeFileSync(state, "{");
  assert.equal(isCurrent(), false, "a damaged memory remembers nothing");
});

test("--only names notebooks by the beginnings of their names", () => {
  const names = (only?: readonly string[]) => notebooksAt(folder, only).map((file) => path.basename(file));
  assert.ok(names().length >= 6);
  assert.deepEqual(names(["05, 01", "03-t"]), ["01-slow.ipynb", "03-throws.ipynb", "05-fine.ipynb"]);
  for (const none of ["09", "", "01,,03"]) assert.throws(() => names([none]), { code: "usage" });
});
