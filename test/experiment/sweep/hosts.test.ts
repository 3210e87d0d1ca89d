import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { projectRoot } from "alcap/dist/files/project";
import { freshHome, RUNS, recordsOf, startWorker, wholeGrid } from "./workers";

/** What another machine is: process numbers, mounts and a network of its own. Killed, it takes its processes with it. */
const ELSEWHERE = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "--net"];
const skip = spawnSync(ELSEWHERE[0] as string, [...ELSEWHERE.slice(1), "true"]).status === 0 ? false : "needs unshare, and root";

test("two workers that see nothing of each other but the folder make each run once, and both work", { skip }, async () => {
  const expected = await wholeGrid();
  const home = await freshHome();
  const workers = [startWorker(home, ELSEWHERE), startWorker(home, ELSEWHERE)];
  const begun = () => workers.flatMap((worker) => worker.begun.map(({ id }) => id));
  const alive = () => workers.some(({ process: { exitCode, signalCode } }) => exitCode === null && signalCode === null);
  while (alive() && begun().length <= RUNS) await sleep(50);
  for (const { process } of workers) if (begun().length > RUNS) process.kill("SIGKILL"); // they would take each other's runs for ever
  assert.deepEqual([begun().length, new Set(begun()).size], [RUNS, RUNS], begun().join(", "));
  assert.deepEqual(await Promise.all(workers.map(({ end }) => end)), [0, 0], workers.map(({ said }) => said()).join());
  assert.ok(workers.every((worker) => worker.begun.length > 0));
  assert.deepEqual(recordsOf(home), expected);

  const second = await freshHome();
  const [lost, other] = [startWorker(second, ELSEWHERE), startWorker(second, ELSEWHERE)];
  while (lost.begun.length === 0) await sleep(20);
  lost.process.kill("SIGKILL");
  assert.equal(await other.end, 0, other.said());
  const left = lost.begun.at(-1)?.id;
  assert.ok(
    other.begun.some(({ id }) => id === left),
    "the run of the worker that was killed is taken over",
  );
  assert.deepEqual(recordsOf(second), expected);
});

test("two machines of one name are two", { skip }, () => {
  const folder = mkdtempSync(path.join(tmpdir(), "alcap-boot-"));
  try {
    const boot = path.join(folder, "boot_id");
    writeFileSync(boot, "another start\n");
    const file = path.join(projectRoot(), "lib/dist/files/temporary.js");
    const say = `console.log(require(${JSON.stringify(file)}).machine)`;
    const [own, other] = [":", `mount --bind ${boot} /proc/sys/kernel/random/boot_id`].map(
      (before) =>
        spawnSync("unshare", ["--mount", "sh", "-c", `${before} && exec "$0" -e "$1"`, process.execPath, say], {
          encoding: "utf8",
        }).stdout,
    );
    assert.match(own ?? "", /^[0-9a-f]{12}$/m);
    assert.notEqual(own, other);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
