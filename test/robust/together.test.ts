import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { harm, type Job, lastingRecord, made, netease, newHome, si, songbook, start, withFetch } from "./commands";

/** With ALCAP_TOGETHER=1 two and four processes at once on every command that writes; without, two on the short ones. */
const ALL = Boolean(process.env.ALCAP_TOGETHER);
const COUNTS = ALL ? [2, 4] : [2];
const LONG = { timeout: 7_200_000 };
const SLOW = { ...LONG, skip: ALL ? false : "takes minutes; ALCAP_TOGETHER=1 runs it" };

/** Several processes with one command in one home: all succeed, and what they made is what one makes alone. */
async function together(t: TestContext, job: Job): Promise<void> {
  const home = await newHome(job);
  const { code, stderr } = await start(job, home);
  assert.equal(code, 0, stderr);
  const wanted = made(job, home);
  rmSync(home, { recursive: true });
  for (const count of COUNTS) {
    const shared = await newHome(job);
    const begun = performance.now();
    const ends = await Promise.all(Array.from({ length: count }, () => start(job, shared)));
    for (const end of ends) assert.equal(end.code, 0, `${count} at once: ${end.stderr.slice(-2000)}`);
    assert.equal(made(job, shared), wanted, `${count} at once`);
    assert.deepEqual(harm(shared), []);
    t.diagnostic(`${count} at once: ${((performance.now() - begun) / 1000).toFixed(1)} s`);
    rmSync(shared, { recursive: true });
  }
}

/** Several preparations at once: into places of their own all succeed; into one place one does, and the others are refused. */
async function prepared(job: Job): Promise<void> {
  for (const count of COUNTS) {
    const home = await newHome(job);
    const into = (name: string) => job.args(home).map((word) => (word === path.join(home, "out") ? path.join(home, name) : word));
    const apart = await Promise.all(Array.from({ length: count }, (_, i) => start(job, home, undefined, into(`apart${i}`))));
    for (const { code, stderr } of apart) assert.equal(code, 0, stderr);
    const digests = apart.map((_, i) => made({ ...job, makes: [`apart${i}`] }, home));
    assert.equal(new Set(digests).size, 1);
    const same = await Promise.all(Array.from({ length: count }, () => start(job, home)));
    assert.deepEqual(same.map(({ code }) => code).sort(), [0, ...Array.from({ length: count - 1 }, () => 2)]);
    for (const { code, stderr } of same)
      if (code === 2) assert.match(stderr, /is already there|is writing to|was made by someone else/);
    assert.equal(made(job, home), digests[0]);
    assert.deepEqual(harm(home), []);
    rmSync(home, { recursive: true });
  }
}

test("prepare si at once", LONG, () => prepared(si));
test("prepare netease at once", LONG, () => prepared(netease));
test("prepare songbook at once", LONG, () => prepared(songbook));
test("fetch at once", LONG, (t) => withFetch((job) => together(t, job)));

const runs = { makes: ["results/smoke/runs"], lasting: lastingRecord };
const smoke = ["--preset", "smoke"];
/** Training says how long it took; all else is the same. */
const weights = { lasting: (name: string, bytes: Buffer) => (name.endsWith(".safetensors") ? tensorsOf(bytes) : undefined) };
const tensorsOf = (bytes: Buffer) => bytes.subarray(8 + Number(bytes.readBigUInt64LE(0)));
const slow: Readonly<Record<string, Job>> = {
  "train-encoder": { args: () => ["train-encoder", ...smoke, "--out", "OUT"], makes: ["made"], ...weights },
  pretrain: { args: () => ["pretrain", ...smoke, "--out", "OUT"], makes: ["made"], ...weights },
  train: { args: () => ["train", ...smoke, "--jobs", "1"], ...runs },
  reproduce: { args: () => ["reproduce", ...smoke, "--no-notebooks", "--jobs", "1"], ...runs },
  sweep: { args: () => ["sweep", "lambda", ...smoke, "--set", "lambda=0,0.5", "--jobs", "1"], ...runs },
};
for (const [name, job] of Object.entries(slow))
  test(`${name} at once`, SLOW, (t) =>
    together(t, { ...job, args: (home) => job.args(home).map((word) => (word === "OUT" ? path.join(home, "made") : word)) }),
  );

test("runs keep at once", SLOW, async (t) => {
  const trained = await newHome(slow.train!);
  assert.equal((await start(slow.train!, trained)).code, 0);
  const [id = ""] = readdirSync(path.join(trained, "results/smoke/runs")).filter((name) => name.endsWith(".json"));
  const args = () => ["runs", "keep", ...smoke, path.basename(id, ".json")];
  const prepare = (home: string) => {
    for (const folder of ["data", "results"]) cpSync(path.join(trained, folder), path.join(home, folder), { recursive: true });
  };
  await together(t, { args, prepare, makes: ["results/smoke/checkpoints"] });
  rmSync(trained, { recursive: true });
});

test("the kernel installed at once by four", LONG, async () => {
  const home = await newHome(slow.train!);
  const script = 'require("alcap/dist/notebook/kernel/kernelspec").installKernelspec(process.argv[1])';
  const run = promisify(execFile);
  await Promise.all(
    Array.from({ length: 4 }, () => run(process.execPath, ["-e", script, path.join(home, "jupyter")], { cwd: __dirname })),
  );
  assert.equal(JSON.parse(readFileSync(path.join(home, "jupyter/kernels/tslab/kernel.json"), "utf8")).language, "typescript");
  assert.deepEqual(harm(home), []);
  rmSync(home, { recursive: true });
});
