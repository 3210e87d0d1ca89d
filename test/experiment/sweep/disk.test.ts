import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { readCaptions, readRecord, recordIds } from "alcap/dist/experiment/run/records";
import { projectRoot } from "alcap/dist/files/project";
import { freshHome, RUNS, recordsOf, runsFolder, wholeGrid } from "./workers";

const disk = mkdtempSync(path.join(tmpdir(), "alcap-disk-"));
const mount = (size: number, ...more: string[]) =>
  spawnSync("mount", ["-t", "tmpfs", "-o", [...more, `size=${size}k`].join(), "tmpfs", disk]).status === 0;
const skip = mount(64) ? false : "needs the right to mount a tmpfs";
after(() => {
  if (!skip) spawnSync("umount", [disk]);
  rmSync(disk, { recursive: true, force: true });
});

const kilobytes = (folder: string) => Number(spawnSync("du", ["-sk", folder], { encoding: "utf8" }).stdout.split("\t")[0]);
const words = ["sweep", "lambda", "--preset", "smoke", "--set", "λ=0,0.02,1", "--set", "seed=2022", "--jobs", "2"];
const sweep = () =>
  spawnSync(process.execPath, [path.join(projectRoot(), "lib/bin/alcap.js"), ...words], {
    env: { ...process.env, ALCAP_HOME: disk },
    encoding: "utf8",
  });

test("a full disk stops a grid with one error and no damaged record; with room it goes on to the same records", {
  skip,
}, async () => {
  const expected = await wholeGrid();
  const home = await freshHome();
  assert.ok(mount(kilobytes(home) + 400, "remount"));
  for (const name of readdirSync(home)) cpSync(path.join(home, name), path.join(disk, name), { recursive: true });
  mkdirSync(runsFolder(disk), { recursive: true });
  const full = sweep();
  assert.equal(full.status, 1);
  assert.equal(full.stderr.match(/^alcap: .*ENOSPC.*$/gm)?.length, 1, full.stderr);
  assert.match(full.stderr, /Make room and run the command again; it goes on where it was\./);
  assert.doesNotMatch(full.stderr, /unexpected|\n +at /);
  const made = recordIds(runsFolder(disk));
  assert.ok(made.length < RUNS);
  for (const id of made) readCaptions(runsFolder(disk), readRecord(runsFolder(disk), id));
  assert.ok(mount(2 * kilobytes(home) + 8000, "remount"));
  const again = sweep();
  assert.equal(again.status, 0, again.stderr);
  assert.deepEqual(recordsOf(disk), expected);
});
