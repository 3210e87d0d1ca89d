import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { projectRoot } from "alcap/dist/files/project";
import { installKernelspec, runNotebook } from "alcap/dist/notebook";
import { readNotebook } from "alcap/dist/notebook/kernel/ipynb";

const folder = mkdtempSync(path.join(tmpdir(), "alcap-jupyter-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Rewrites a notebook with Jupyter's own library. */
const REWRITE =
  "import nbformat, sys; nb = nbformat.read(sys.argv[1], 4); nbformat.validate(nb); sys.stdout.buffer.write((nbformat.writes(nb) + chr(10)).encode())";

const jupyter = spawnSync("jupyter", ["nbconvert", "--version"]).status === 0;
const python = ["python3", "/usr/bin/python3"].find((command) => spawnSync(command, ["-c", "import nbformat"]).status === 0);
const fixture = path.join(projectRoot(), "test/fixtures/notebooks/good.ipynb");
const env = { ALCAP_PRESET: "smoke" };

test("Jupyter and our runner give the same outputs", {
  skip: jupyter ? false : "jupyter nbconvert is not installed",
}, async () => {
  installKernelspec(folder);
  const args = [
    "nbconvert",
    "--to",
    "notebook",
    "--execute",
    "--ExecutePreprocessor.timeout=120",
    "--output-dir",
    folder,
    fixture,
  ];
  const converted = spawnSync("jupyter", args, {
    env: { ...process.env, ...env, JUPYTER_PATH: folder },
    encoding: "utf8",
    timeout: 150_000,
  });
  assert.equal(converted.status, 0, converted.stderr);
  const ours = path.join(folder, "ours.ipynb");
  await runNotebook(fixture, { out: ours, env });
  const outputs = (file: string) => readNotebook(file).cells.map((cell) => cell.outputs ?? []);
  assert.deepEqual(outputs(ours), outputs(path.join(folder, "good.ipynb")));
  assert.deepEqual(readNotebook(ours).metadata, readNotebook(path.join(folder, "good.ipynb")).metadata);
});

test("what our runner writes is valid, and Jupyter writes it with the same bytes", {
  skip: python ? false : "nbformat for python3 is not installed",
}, async () => {
  const ours = path.join(folder, "bytes.ipynb");
  await runNotebook(path.join(projectRoot(), "test/fixtures/notebooks/throws.ipynb"), { out: ours });
  const rewritten = spawnSync(python ?? "", ["-c", REWRITE, ours]);
  assert.equal(rewritten.status, 0, String(rewritten.stderr));
  assert.equal(String(rewritten.stdout), readFileSync(ours, "utf8"));
});
