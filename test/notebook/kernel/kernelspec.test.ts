import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";

const folder = mkdtempSync(path.join(tmpdir(), "alcap-kernelspec-"));
after(() => rmSync(folder, { recursive: true, force: true }));

test("installing the kernel says where it stands and what to do next", () => {
  const code = `require(${JSON.stringify(require.resolve("alcap/dist/notebook/kernel/kernelspec"))}).installKernelspec(".jupyter")`;
  const { stdout } = spawnSync(process.execPath, ["-e", code], { cwd: folder, encoding: "utf8" });
  const written = /^Wrote (.+kernel\.json)\./.exec(stdout)?.[1] ?? assert.fail(stdout);
  assert.ok(existsSync(path.resolve(folder, written)));
  for (const program of ["lab", "notebook"])
    assert.ok(stdout.includes(`JUPYTER_PATH=${path.join(folder, ".jupyter")} jupyter ${program} notebooks`), stdout);
});
