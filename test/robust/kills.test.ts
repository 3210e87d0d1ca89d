import assert from "node:assert/strict";
import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import seedrandom from "seedrandom";
import { harm, type Job, lastingRecord, made, newHome, si, songbook, start, withFetch } from "./commands";

/** Kills of each command; 50 with ALCAP_KILLS=50, and then `reproduce` too. */
const KILLS = Number(process.env.ALCAP_KILLS ?? 3);

/** Kills a command at random moments of its time, and runs it again: nothing of the user's is lost, nothing is left, results are equal. */
async function killed(t: TestContext, what: string, job: Job): Promise<void> {
  const random = seedrandom(`kills/${what}`);
  const whole = await newHome(job);
  const { code, stderr, ms } = await start(job, whole);
  assert.equal(code, 0, stderr);
  const wanted = made(job, whole);
  assert.deepEqual(harm(whole), []);
  rmSync(whole, { recursive: true });
  let ended = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const home = await newHome(job);
    const at = random() * ms;
    const first = await start(job, home, at);
    if (first.code === 0) ended++;
    const second = first.code === 0 && existsSync(path.join(home, "out")) ? first : await start(job, home);
    const after = `kill ${kill} at ${at.toFixed(0)} of ${ms.toFixed(0)} ms`;
    assert.equal(second.code, 0, `${after}: ${second.stderr}`);
    assert.equal(made(job, home), wanted, after);
    assert.deepEqual(harm(home), [], after);
    rmSync(home, { recursive: true });
  }
  t.diagnostic(`${KILLS} kills within ${ms.toFixed(0)} ms, ${ended} after the end`);
}

const LONG = { timeout: 7_200_000 };
test("prepare si, killed and run again", LONG, (t) => killed(t, "si", si));
test("prepare songbook --audio npz, killed and run again", LONG, (t) => killed(t, "songbook", songbook));
test("fetch, killed and run again", LONG, (t) => withFetch((job) => killed(t, "fetch", job)));

/** Kills of one reproduction that goes on after each. */
const MANY = Number(process.env.ALCAP_KILLS_REPRODUCE ?? 10);

test("reproduce --preset smoke, killed again and again", {
  ...LONG,
  skip: process.env.ALCAP_KILLS ? false : "takes minutes; ALCAP_KILLS=50 runs it",
}, async (t) => {
  const job: Job = {
    args: () => ["reproduce", "--preset", "smoke", "--no-notebooks", "--jobs", "2"],
    makes: ["results/smoke/runs"],
    lasting: lastingRecord,
  };
  const random = seedrandom("kills/reproduce");
  const whole = await newHome(job);
  const { code, stderr, ms } = await start(job, whole);
  assert.equal(code, 0, stderr);
  const home = await newHome(job);
  let spent = 0;
  for (let kill = 0; kill < MANY; kill++) {
    const first = await start(job, home, (2 * random() * ms) / MANY);
    spent += first.ms;
    if (first.code === 0) rmSync(path.join(home, "results"), { recursive: true });
  }
  const last = await start(job, home);
  assert.equal(last.code, 0, last.stderr);
  assert.equal(made(job, home), made(job, whole));
  assert.deepEqual(harm(home), []);
  t.diagnostic(`${MANY} kills in ${(spent / 1000).toFixed(0)} s; alone ${(ms / 1000).toFixed(0)} s`);
  for (const folder of [home, whole]) rmSync(folder, { recursive: true });
});
