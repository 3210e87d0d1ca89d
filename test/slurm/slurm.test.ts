// A job array on a real Slurm of one machine. Takes root on Debian with a package archive; elsewhere it is skipped.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { presetNamed } from "alcap/dist/experiment/preset/songbook";
import { cellsOf } from "alcap/dist/experiment/sweep/grid";
import { grids } from "alcap/dist/experiment/sweep/grids";
import { runsOfCells } from "alcap/dist/experiment/sweep/runs";
import { projectRoot } from "alcap/dist/files/project";
import { smokeHome } from "../experiment/sweep/smoke-home";

const folder = mkdtempSync(path.join(tmpdir(), "alcap-slurm-"));
const machine = (word: string) =>
  spawnSync(path.join(projectRoot(), "scripts/slurm/one-machine.sh"), [word, folder], { encoding: "utf8" });
const started = machine("start");
const reason = started.stderr.trim().split("\n").at(-1) ?? "";
if (started.status !== 0 && started.status !== 3) assert.fail(started.stderr);
const skip = started.status === 3 ? reason : false;
const slurm = { ...process.env, SLURM_CONF: started.stdout.trim() };
const homes: string[] = [];
after(() => {
  if (!skip) machine("stop");
  for (const one of [folder, ...homes]) rmSync(one, { recursive: true, force: true, maxRetries: 5 });
});

function said(home: string, program: string, ...words: string[]): string {
  const { status, stdout, stderr } = spawnSync(program, words, { env: { ...slurm, ALCAP_HOME: home }, encoding: "utf8" });
  assert.equal(status, 0, `${program} ${words.join(" ")}: ${stderr}`);
  return stdout;
}

const set = ["--set", "dataSet=songbook-positive,songbook-playlists", "--set", "replicate=1"];
const submit = (home: string) =>
  said(
    home,
    process.execPath,
    path.join(projectRoot(), "lib/bin/alcap.js"),
    "sweep",
    "table1",
    "--slurm",
    "--preset",
    "smoke",
    ...set,
  );

/** Waits until something is so, at most two minutes. */
async function until(what: string, so: () => boolean | undefined): Promise<void> {
  for (const end = Date.now() + 120_000; Date.now() < end; await sleep(100)) if (so()) return;
  assert.fail(`${what}: not within two minutes\n${readdirSync(folder)}`);
}

const queue = (home: string) => said(home, "squeue", "-h", "-o", "%i %T").trim();
const logsOf = (home: string) => path.join(home, "data/cache/slurm");
const recordedIn = (home: string) =>
  existsSync(path.join(home, "results/smoke/runs"))
    ? readdirSync(path.join(home, "results/smoke/runs")).filter((name) => name.endsWith(".json"))
    : [];

/** Where a task tells how far its run is. */
const log = (home: string, job: string, task: number) => {
  const file = path.join(logsOf(home), `${job}_${task}.txt`);
  return existsSync(file) ? readFileSync(file, "utf8") : "";
};

const ids = () => {
  const set = { dataSet: ["songbook-positive", "songbook-playlists"], replicate: [1] } as const;
  return runsOfCells(cellsOf(grids.table1, presetNamed("smoke"), set)).map(({ id }) => `${id}.json`);
};

/** What the kernel says of a process. */
const named = (pid: string, file: string) => {
  const at = `/proc/${pid}/${file}`;
  return existsSync(at) ? readFileSync(at, "utf8") : "";
};

/** The numbers of the array and of the job after it. */
const jobsIn = (words: string) =>
  (/job array (\d+)[\s\S]*Table: job (\d+)/.exec(words) ?? assert.fail(words)).slice(1, 3) as [string, string];

test("a job array makes every run, whatever is killed meanwhile, and prints the table", { skip, timeout: 400_000 }, async () => {
  const home = await smokeHome();
  homes.push(home);
  const [runs, table] = jobsIn(submit(home));
  await until("the first run trains", () => /training \S+ [3-9]\//.test(log(home, runs, 0)));
  // One process is killed: its task starts it again. One task is cancelled: it is submitted again. The node is drained meanwhile.
  for (const words of ["run-process.js", "task 1$"]) {
    const pids = said(home, "pgrep", "-f", words).trim().split("\n");
    const own = pids.find((pid) => named(pid, "comm") === "node\n" && named(pid, "environ").includes(`ALCAP_HOME=${home}`));
    process.kill(Number(own ?? assert.fail(words)), "SIGKILL");
  }
  said(home, "scancel", `${runs}_2`);
  const node = said(home, "sinfo", "-h", "-o", "%n").trim();
  said(home, "scontrol", "update", `nodename=${node}`, "state=drain", "reason=test");
  await sleep(2000);
  said(home, "scontrol", "update", `nodename=${node}`, "state=resume");
  await until("the queue is empty", () => queue(home) === "");
  const first = readFileSync(path.join(logsOf(home), `${table}.txt`), "utf8");
  assert.match(first, /5 of 6 runs are recorded; 1 missing/);
  const [again, tableAgain] = jobsIn(submit(home));
  assert.match(said(home, "scontrol", "show", "job", again), /ArrayTaskId=2\b/); // the open run alone
  await until("the queue is empty again", () => queue(home) === "");
  assert.deepEqual(recordedIn(home).sort(), ids().sort());
  assert.match(
    readFileSync(path.join(logsOf(home), `${tableAgain}.txt`), "utf8"),
    /^run +method[\s\S]*6 of 6 runs are recorded/m,
  );
});
