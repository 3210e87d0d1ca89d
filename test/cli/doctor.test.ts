import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { measuredCommand } from "alcap/dist/bench/measured-command";
import { type Check, node } from "alcap/dist/cli/doctor/checks";
import { projectRoot } from "alcap/dist/files/project";

/** The doctor as a process of its own. */
function doctor(env: NodeJS.ProcessEnv, ...words: string[]) {
  const file = path.join(projectRoot(), "lib/bin/alcap.js");
  return spawnSync(process.execPath, [file, "doctor", ...words], { encoding: "utf8", env: { ...process.env, ...env } });
}

const report = (text: string) => JSON.parse(text) as { healthy: boolean; checks: Check[] };

test("alcap doctor names what is there, and for all that is missing one command", () => {
  const home = mkdtempSync(path.join(tmpdir(), "alcap-doctor-"));
  try {
    const { status, stdout, stderr } = doctor({ ALCAP_HOME: home, PATH: "", HF_HUB_CACHE: home }, "--json");
    assert.equal(status, 0, stderr);
    const { healthy, checks } = report(stdout);
    assert.ok(healthy);
    const named = (name: string) => checks.find((one) => one.name === name) ?? assert.fail(`no line on ${name}`);
    for (const name of ["node", "engine, cpu", "threads", "notebook kernel", "base, quick"]) assert.ok(named(name).ok, name);
    for (const name of ["jupyter", "slurm", "bart-base", "sentence-bert", "data sets"]) assert.ok(!named(name).ok, name);
    for (const { ok, mend, name } of checks) assert.equal(mend === null, ok, name);
    assert.equal(named("bart-base").mend, "npx alcap fetch bart-base");
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});

test("what everything needs decides the exit code", () => {
  const { status, stdout } = doctor({ ALCAP_THREADS: "100000" });
  assert.equal(status, 1);
  assert.match(stdout, /^MISSING {2}threads .*\n +unset ALCAP_THREADS$/m);
  assert.ok(node("20.19.0").ok && node("22.1.0").ok);
  assert.equal(node("20.18.3").mend, "nvm install 20.19");
});

test("alcap doctor takes less than two seconds of the processor", async () => {
  const { cpuMs } = await measuredCommand("doctor");
  assert.ok(cpuMs < 2000, `${cpuMs} ms`);
});
