import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { clearLeftovers, machine, scratchFolder, temporaryName } from "alcap/dist/files/temporary";

const folder = mkdtempSync(path.join(tmpdir(), "alcap-leftovers-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const gone = spawnSync(process.execPath, ["-e", ""]).pid;
const put = (name: string, text = "x") => {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), text);
};

test("what a process left that has ended goes; what others are writing, and what is the user's, stays", () => {
  const left = (place: string, pid: number, owner = machine, ending = "tmp") => `${place}.${owner}-${pid}-0123abcd.${ending}`;
  const theirs = left("other", gone, "0123456789ab");
  const old = left("older", gone, "0123456789ab");
  const stay = ["a.tmp", "b.old", "thesis.0123-1-2.tmp", path.basename(temporaryName("c")), theirs].sort();
  for (const name of [...stay, old, left("d", gone), `${left("e", gone)}/deep`, `sub/${left("f", gone)}`]) put(name);
  utimesSync(path.join(folder, old), 0, 0);
  clearLeftovers(folder);
  assert.deepEqual(readdirSync(folder).sort(), [...stay, "sub"].sort());
  clearLeftovers(folder, { deep: true });
  assert.deepEqual(readdirSync(path.join(folder, "sub")), []);
});

test("what was moved away and not replaced goes back to its place", () => {
  const name = `corpus.${machine}-${gone}-0123abcd.old`;
  put(`${name}/songs.jsonl`);
  clearLeftovers(folder, { of: "another" });
  assert.ok(existsSync(path.join(folder, name)));
  clearLeftovers(folder, { of: "corpus" });
  assert.ok(existsSync(path.join(folder, "corpus/songs.jsonl")) && !existsSync(path.join(folder, name)));
  put(`${name}/songs.jsonl`);
  clearLeftovers(folder, { of: "corpus" });
  assert.ok(existsSync(path.join(folder, "corpus/songs.jsonl")) && !existsSync(path.join(folder, name)));
});

const worker = `
const { scratchFolder } = require(process.argv[1]);
console.log(scratchFolder("stop-" + process.argv[2]).folder);
setTimeout(() => {}, 60000);
`;
for (const signal of ["SIGINT", "SIGTERM", "SIGKILL"] as const)
  test(`a scratch folder is gone after ${signal}${signal === "SIGKILL" ? " and the next one for the same purpose" : ""}`, async () => {
    const words = ["-e", worker, require.resolve("alcap/dist/files/temporary"), signal];
    const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
    const made = String(await new Promise((resolve) => child.stdout.once("data", resolve))).trim();
    assert.ok(existsSync(made));
    const ended = new Promise((resolve) => child.once("close", (_, by) => resolve(by)));
    child.kill(signal);
    assert.equal(await ended, signal);
    if (signal === "SIGKILL") scratchFolder(`stop-${signal}`).clear();
    assert.ok(!existsSync(made));
  });
