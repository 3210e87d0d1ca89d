import assert from "node:assert/strict";
import { existsSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { openClaims } from "alcap/dist/files/claim";
import seedrandom from "seedrandom";
import { freshHome, RUNS, recordsOf, runsFolder, startWorker, type Worker, wholeGrid } from "./workers";

/** Processes that are killed at random moments; more by hand. */
const KILLS = Number(process.env.ALCAP_TEST_KILLS ?? 5);

const whole = wholeGrid();

test("two workers on one folder make each run once", async () => {
  const expected = await whole;
  const home = await freshHome();
  const workers = [startWorker(home), startWorker(home)];
  assert.deepEqual(await Promise.all(workers.map(({ end }) => end)), [0, 0]);
  const begun = workers.flatMap((worker) => worker.begun.map(({ id }) => id));
  assert.equal(begun.length, RUNS, begun.join(", "));
  assert.equal(new Set(begun).size, RUNS);
  assert.ok(workers.every((worker) => worker.begun.length > 0));
  assert.deepEqual(recordsOf(home), expected);
});

test(`${KILLS} kill -9 at random moments, of workers and of their runs' processes, change no byte of the records`, async (t) => {
  const expected = await whole;
  const home = await freshHome();
  const random = seedrandom(`${KILLS} kills`);
  const workers = [startWorker(home), startWorker(home)];
  let forgotten = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    await sleep(300 + 2500 * random());
    if (Object.keys(recordsOf(home)).length === 2 * RUNS) {
      forgotten += RUNS; // all done: make them again, from the trained weights or from nothing
      rmSync(runsFolder(home), { recursive: true, force: true });
      for (const name of readdirSync(path.join(home, "data", "cache")))
        if (name.startsWith("run-") && random() < 0.7) rmSync(path.join(home, "data", "cache", name), { recursive: true });
    }
    const at = Math.floor(2 * random());
    const worker = workers[at] as Worker;
    const run = worker.begun.at(-1);
    const victim = random() < 0.5 && run ? run.pid : worker.process.pid;
    try {
      process.kill(victim as number, "SIGKILL");
    } catch {
      // it had just ended
    }
    await sleep(50);
    workers.forEach(({ process: { exitCode, signalCode } }, i) => {
      if (exitCode !== null || signalCode !== null) workers[i] = startWorker(home);
    });
  }
  await Promise.all(workers.map(({ end }) => end));
  assert.equal(await startWorker(home).end, 0); // one that ended while records were taken away has not made them again
  t.diagnostic(`${forgotten} runs were made once more to have something to kill`);
  assert.deepEqual(recordsOf(home), expected);
});

test("a worker that was stopped and lost its claim writes nothing more of that run", async () => {
  const expected = await whole;
  const home = await freshHome();
  const worker = startWorker(home);
  const claimsFolder = path.join(home, "data", "cache", "claims");
  while (worker.begun.length === 0) await sleep(20);
  const [first = assert.fail()] = worker.begun;
  await sleep(600);
  for (const pid of [worker.process.pid as number, first.pid]) process.kill(pid, "SIGSTOP");
  const [name = assert.fail()] = readdirSync(claimsFolder).filter((one) => one.startsWith("run-"));
  const claims = openClaims(claimsFolder, { beat: 0.1, stale: 0.5 });
  let claim = claims.take(name);
  while (!claim) {
    await sleep(50);
    claim = claims.take(name);
  }
  for (const pid of [worker.process.pid as number, first.pid]) process.kill(pid, "SIGCONT");
  while (worker.begun.length < RUNS) await sleep(50); // it goes on with the other two
  await sleep(500);
  assert.ok(!existsSync(path.join(runsFolder(home), `${first.id}.json`)));
  claims.end();
  assert.equal(await worker.end, 0);
  assert.deepEqual(
    worker.begun.filter(({ id }) => id === first.id).length,
    2, // once more when it was given back
  );
  assert.deepEqual(recordsOf(home), expected);
});
