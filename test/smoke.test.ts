import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { writeWav } from "alcap/dist/data/audio";
import { presetNamed } from "alcap/dist/experiment/preset/songbook";
import { runId, runsOf } from "alcap/dist/experiment/run/recipe";
import { readRecord, recordIds } from "alcap/dist/experiment/run/records";
import { songbookFacts } from "alcap/dist/experiment/run/songbook-material";
import { projectRoot } from "alcap/dist/files/project";

// The main job on the smoke preset in a home of its own, by the command a user types. Its numbers mean nothing; its path is the real one.
process.env.ALCAP_THREADS = "1"; // part of the ids below
const home = mkdtempSync(path.join(tmpdir(), "alcap-smoke-"));
after(() => rmSync(home, { recursive: true, force: true }));

function alcap(...args: string[]) {
  const env = { ...process.env, ALCAP_HOME: home, ALCAP_THREADS: "1" };
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(projectRoot(), "lib/bin/alcap.js"), ...args], {
    env,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

const runs = path.join(home, "results/smoke/runs");
const facts = songbookFacts(presetNamed("smoke"));
const ids = runsOf(facts.preset).map((name) => runId(facts, name));
const file = (name: string) => path.join(runs, name);
const record = (id: string) => readRecord(runs, id);
/** Everything of the runs that does not depend on when and where they were made. */
const lasting = () =>
  ids.map((id) => [{ ...record(id), circumstances: null }, readFileSync(file(`${id}.captions.jsonl.gz`)).toString("base64")]);
/** As if the runs had not been made; what they share stays. */
function forget() {
  rmSync(runs, { recursive: true });
  const cache = path.join(home, "data/cache");
  for (const name of readdirSync(cache)) if (name.startsWith("run-")) rmSync(path.join(cache, name), { recursive: true });
}

test("reproduce --preset smoke: three runs, their captions, a table, the executed notebooks", { timeout: 480_000 }, () => {
  const { status, stdout, stderr } = alcap("reproduce", "--preset", "smoke", "--jobs", "2");
  assert.equal(status, 0, stderr);
  assert.match(stderr, /training 3 runs, 2 at once \d+\/\d+ · .*bart 2022/);
  for (const method of ["BART", "BART-fusion", "ALCAP"]) assert.match(stdout, new RegExp(`^${method} +2022 `, "m"));
  const own = readdirSync(runs).filter((name) => ids.some((id) => name.startsWith(`${id}.`))); // notebooks make replicates beside them
  assert.deepEqual(own.sort(), ids.flatMap((id) => [`${id}.captions.jsonl.gz`, `${id}.json`]).sort());
  for (const id of ids) {
    const { curve, metrics, parameters } = record(id);
    assert.ok(parameters > 10_000);
    const { caption = [] } = curve.losses;
    assert.ok((caption.at(-1) ?? 99) < (caption[0] ?? 0), "the caption loss falls");
    for (const [name, { mean, low, high }] of Object.entries(metrics)) {
      assert.ok(mean >= 0 && low <= mean && mean <= high, name);
      assert.ok(mean <= 1 || /nll/i.test(name), `${name} is a share, likelihoods are nats`);
    }
  }
  const executed = path.join(home, "results/smoke/notebooks");
  assert.deepEqual(
    readdirSync(executed),
    readdirSync(path.join(projectRoot(), "notebooks")).filter((name) => name.endsWith(".ipynb")),
  );
  for (const name of readdirSync(executed)) {
    const notebook = JSON.parse(readFileSync(path.join(executed, name), "utf8"));
    const outputs = JSON.stringify(notebook.cells.map(({ outputs }: { outputs?: unknown }) => outputs));
    assert.ok(!outputs.includes('"error"') && !outputs.includes("NOT "), `${name}: no cell failed and every check came out`);
    assert.ok(/as by hand|as expected/.test(outputs) && outputs.includes("image/png"), name);
  }
  const [lambda] = readdirSync(executed).filter((name) => name.startsWith("08"));
  assert.match(readFileSync(path.join(executed, lambda ?? ""), "utf8"), /held-out InfoNCE is \d/);
  assert.match(
    alcap("reproduce", "--preset", "smoke", "--only", "03").stdout,
    /1 of 1 notebooks are as they were executed before/,
  );
  const none = alcap("reproduce", "--preset", "smoke", "--only", "03,77");
  assert.deepEqual([none.status, none.stdout], [2, ""]);
});

test("one after another, runs have the bytes of those made side by side; a second reproduce reads them", {
  timeout: 240_000,
}, () => {
  const sideBySide = lasting();
  forget();
  const { status, stderr } = alcap("reproduce", "--preset", "smoke", "--no-notebooks", "--jobs", "1");
  assert.equal(status, 0, stderr);
  assert.doesNotMatch(stderr, /at once/);
  assert.deepEqual(lasting(), sideBySide);
  const times = () => ids.map((name) => statSync(file(`${name}.json`)).mtimeMs);
  const before = times();
  const again = alcap("reproduce", "--preset", "smoke", "--no-notebooks", "--retrain", "--jobs", "2");
  assert.equal(again.status, 0, again.stderr);
  assert.match(again.stdout, /All 3 runs were recorded: none was trained\./);
  assert.match(again.stderr, /training 3 runs/);
  assert.match(again.stdout, /Made anew\. Records: 3 of 3 equal what was recorded to the last digit/);
  assert.deepEqual(times(), before, "no record was written again");
});

/** Whether a process runs; one that has ended and was not asked for its result does not. */
function isAlive(pid: string): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
}

test("Ctrl-C ends all runs that go side by side; started again they end with the same bytes", { timeout: 480_000 }, async () => {
  const whole = lasting();
  forget();
  const args = [path.join(projectRoot(), "lib/bin/alcap.js"), "train", "--preset", "smoke", "--jobs", "2"];
  const parent = spawn(process.execPath, args, { env: { ...process.env, ALCAP_HOME: home, ALCAP_THREADS: "1" } });
  const children = () => readFileSync(`/proc/${parent.pid}/task/${parent.pid}/children`, "utf8").trim().split(" ");
  let running: string[] = [];
  const signal = await new Promise((resolve) => {
    parent.stderr.on("data", (text: Buffer) => {
      if (running.length > 0 || !/at once [1-9]/.test(String(text))) return;
      running = process.platform === "linux" ? children() : [""];
      parent.kill("SIGINT");
    });
    parent.on("close", (_, by) => resolve(by));
  });
  assert.equal(signal, "SIGINT");
  assert.ok(recordIds(runs).length < ids.length, "it was stopped before its end");
  if (process.platform === "linux") {
    assert.equal(running.length, 2);
    for (let waited = 0; running.some(isAlive) && waited < 50; waited++) await new Promise((resolve) => setTimeout(resolve, 100));
    assert.ok(!running.some(isAlive), "no process goes on");
  }
  assert.equal(alcap("train", "--preset", "smoke", "--jobs", "2").status, 0);
  assert.deepEqual(lasting(), whole);
});

const scratch = (name: string, content: Uint8Array | string) => {
  writeFileSync(path.join(home, name), content);
  return path.join(home, name);
};
const caption = (...args: string[]) => alcap("caption", ...args, "--model", path.join(home, "data/models/alcap-smoke"));

test("caption: sensible answers for 0.2 s of audio and silence, no caption without words", () => {
  const lyrics = scratch("lyrics.txt", "soy un fantasma que\nse asusta de sí mismo\ncuando pasa por delante de un espejo\n");
  const tone = Float32Array.from({ length: 3200 }, (_, i) => 0.5 * Math.sin(i / 5));
  const short = caption(scratch("short.wav", writeWav(tone, 16_000)), "--lyrics", lyrics, "--json");
  assert.equal(short.status, 0, short.stderr);
  const answer = JSON.parse(short.stdout) as { caption: string; trainedOn: string; notes: string[] };
  assert.ok(answer.caption.length > 0 && answer.trainedOn.includes("songbook-positive"));
  assert.match(answer.notes.join(" "), /0\.2 s long/);
  const silent = caption(scratch("silence.wav", writeWav(new Float32Array(16_000 * 16), 16_000)), "--lyrics", lyrics);
  assert.equal(silent.status, 0);
  assert.match(silent.stdout, /silent/);
  assert.match(silent.stdout, /on real songs its captions are naive/);
  assert.match(silent.stdout, /do not seem to be English/);
  for (const words of ["", " \n\n", "…\n- - -\n"]) {
    const wordless = caption(path.join(home, "short.wav"), "--lyrics", scratch("empty.txt", words));
    assert.deepEqual([wordless.status, wordless.stdout], [1, ""], "no caption is better than one of nothing");
    assert.match(wordless.stderr, /lyrics hold no words/);
  }
});

test("caption: what cannot be captioned is one line on stderr and the right exit code", () => {
  const lyrics = scratch("words.txt", "la la la\n");
  const wrong: [string[], number, RegExp][] = [
    [[path.join(home, "missing.mp3"), "--lyrics", lyrics], 1, /no file|does not exist/],
    [[scratch("text.mp3", "this is text\n"), "--lyrics", lyrics], 1, /not mp3, wav, flac or ogg/],
    [[scratch("bytes.wav", "RIFF????WAVE"), "--lyrics", lyrics], 1, /bytes\.wav/],
    [[path.join(home, "short.wav"), "--lyrics", path.join(home, "none.txt")], 1, /does not exist/],
    [[path.join(home, "short.wav"), "--lyrics", scratch("latin.txt", Uint8Array.of(0xe9, 0x0a))], 1, /not UTF-8/],
    [[path.join(home, "short.wav")], 2, /--lyrics is missing/],
    [[], 2, /SONG is missing/],
    [["a.mp3", "--nonsense"], 2, /nonsense/],
  ];
  for (const [args, code, message] of wrong) {
    const { status, stdout, stderr } = caption(...args);
    assert.equal(status, code, `${args.join(" ")}: ${stderr}`);
    assert.match(stderr, message);
    assert.equal(stderr.trim().split("\n").length, 1, stderr);
    assert.equal(stdout, "");
  }
});

test("the command line: help, unknown commands and presets", () => {
  assert.equal(alcap("--help").status, 0);
  assert.equal(alcap().status, 2);
  assert.equal(alcap("sing").status, 2);
  assert.equal(alcap("reproduce", "--preset", "__proto__").status, 2);
});
