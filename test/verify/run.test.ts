import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { presetNamed } from "alcap/dist/experiment/preset/songbook";
import { type RunRecord, readCaptions, readRecords } from "alcap/dist/experiment/run/records";
import { projectRoot } from "alcap/dist/files/project";
import { compareRecords, presetOfRecipe, presetsOfRun } from "alcap/dist/verify/run";
import { someRecord } from "../experiment/run/some-record";
import { smokeHome } from "../experiment/sweep/smoke-home";

const written = someRecord();
const record: RunRecord = {
  ...written,
  captions: { count: 2, sha256: "1".repeat(64) },
  curve: { ...written.curve, losses: { loss: [2, 1], caption: [1.5, 0.75], alignment: [0.5, 0.25] } },
  circumstances: { ...written.circumstances, machine: "2 cores (Some Processor), 8 GiB, Linux x64, Node 20" },
};

const elsewhere = (one: RunRecord): RunRecord => {
  const { circumstances } = one;
  return { ...one, circumstances: { ...circumstances, machine: circumstances.machine.replace(/\(.*\)/, "(Another Processor)") } };
};
/** With every loss changed by a share of itself. */
const strayed = (one: RunRecord, share: number): RunRecord => {
  const losses = Object.fromEntries(
    Object.entries(one.curve.losses).map(([name, column]) => [name, column.map((loss) => loss * (1 + share))]),
  );
  return { ...one, curve: { ...one.curve, losses } };
};
const withMood = (one: RunRecord, change: number): RunRecord => {
  const { mean, low, high } = one.metrics.mood ?? assert.fail();
  return { ...one, metrics: { ...one.metrics, mood: { mean: mean + change, low: low + change, high: high + change } } };
};
const fields = (made: RunRecord) => compareRecords(record, made).differences.map(({ field }) => field);

test("on one type of processor circumstances may differ and nothing else", () => {
  const other = { ...record, circumstances: { ...record.circumstances, code: "another", trainSeconds: 1, peakMemoryMiB: 2 } };
  assert.deepEqual(compareRecords(record, other), { ...compareRecords(record, record), differences: [], passed: true });
  const close = compareRecords(record, strayed(record, 1e-9));
  assert.ok(close.exact && !close.passed);
  assert.deepEqual(fields({ ...record, captions: { ...record.captions, sha256: "0".repeat(64) } }), ["captions.sha256"]);
  assert.deepEqual(fields({ ...record, parameters: record.parameters + 1 }), ["parameters"]);
});

test("between types of processor losses have a tolerance and means their intervals", () => {
  const passes = (made: RunRecord) => {
    const { exact, passed, differences } = compareRecords(record, elsewhere(made));
    assert.ok(!exact);
    return { passed, count: differences.length };
  };
  const { mean = 0, low = 0 } = record.metrics.mood ?? {};
  assert.deepEqual(passes(record), { passed: true, count: 0 });
  assert.deepEqual(passes(strayed(record, 5e-4)), { passed: true, count: 3 });
  assert.deepEqual(passes(strayed(record, 2e-3)), { passed: false, count: 3 });
  assert.ok(passes(withMood(record, (mean - low) / 2)).passed);
  assert.ok(!passes(withMood(record, 2 * (mean - low))).passed);
  assert.ok(passes({ ...record, captions: { ...record.captions, sha256: "0".repeat(64) } }).passed);
  assert.ok(!passes({ ...record, captions: { ...record.captions, count: 1 } }).passed);
  assert.ok(!passes({ ...record, parameters: record.parameters + 1 }).passed);
});

test("a preset takes over what a record's recipe says of the run", () => {
  const { recipe } = record;
  const preset = presetOfRecipe(presetNamed("smoke"), { ...recipe, training: { ...recipe.training, epochs: 7 } });
  assert.equal(preset.captioning.epochs, 7);
  assert.equal(preset.lyricsTokens, recipe.training.lyricsTokens);
  assert.equal(preset.corpus.songs, presetNamed("smoke").corpus.songs);
});

test("the corpus of a recorded run is known by its captions, whatever replicate it is", () => {
  const folder = path.join(projectRoot(), "results/standard/runs");
  const preset = presetNamed("standard");
  for (const [seed, control] of [[2022], [2029], [2021, "true-mood"]] as const) {
    const [record = assert.fail()] = readRecords(folder).filter(
      ({ recipe: { method, ...rest } }) => method === "alcap" && rest.seed === seed && rest.control === control,
    );
    const [first = assert.fail()] = presetsOfRun(record, readCaptions(folder, record), preset);
    assert.deepEqual(first.corpus, { ...preset.corpus, seed: 100 + seed - 2019 });
    assert.deepEqual([first.control, first.comments, first.start], [control, undefined, undefined]);
  }
});

test("alcap verify run trains a run again and says which fields are not its record's", async () => {
  const home = await smokeHome();
  const alcap = (...words: string[]) =>
    spawnSync(process.execPath, [path.join(projectRoot(), "lib/bin/alcap.js"), ...words], {
      env: { ...process.env, ALCAP_HOME: home },
      encoding: "utf8",
    });
  try {
    const set = ["--set", "dataSet=songbook-playlists", "--set", "method=alcap", "--set", "λ=0.5"];
    assert.equal(alcap("sweep", "lambda", "--preset", "smoke", ...set, "--set", "replicate=2", "--jobs", "1").status, 0); // corpus seed 8
    const runs = path.join(home, "results/smoke/runs");
    const [{ id } = assert.fail()] = readRecords(runs);
    const same = alcap("verify", "run", id);
    assert.equal(same.status, 0, same.stderr);
    assert.match(same.stdout, /same type of processor[\s\S]*no field differs/);
    const file = path.join(runs, `${id}.json`);
    const text = readFileSync(file, "utf8");
    writeFileSync(
      file,
      text.replace(/("caption": \[)\d/, (_, before: string) => `${before}9`),
    );
    const other = alcap("verify", "run", id, "--json");
    assert.equal(other.status, 1, other.stderr);
    const { differences } = JSON.parse(other.stdout) as { differences: { field: string }[] };
    assert.deepEqual(
      differences.map(({ field }) => field),
      ["curve.losses.caption"],
    );
    const wrong = alcap("verify", "run", id, "--set", "corpusSeed=9");
    assert.equal(wrong.status, 1);
    assert.match(wrong.stderr, /gives the recipe of .*data\.hash/);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});
