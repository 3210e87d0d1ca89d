import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, mock, test } from "node:test";
import { run } from "alcap/dist/cli/train/index";
import { readAbout } from "alcap/dist/data/corpus";
import { songbookCorpus } from "alcap/dist/experiment/dataset/corpus";
import { presetNamed } from "alcap/dist/experiment/preset/songbook";
import { type RunRecord, readCaptions, readRecord, recordIds } from "alcap/dist/experiment/run/records";
import { projectRoot } from "alcap/dist/files/project";
import { readSafetensors } from "alcap/dist/model/weights";
import { tinyBartFolder, tinyCorpus } from "./tiny-corpus";

// The paper's preset by the command a user types, on 25 songs and a BART of width 16: every part is there, its numbers mean nothing.
process.env.ALCAP_THREADS = "1";
const home = mkdtempSync(path.join(tmpdir(), "alcap-train-"));
const corpus = path.join(home, "corpus");
const bart = path.join(home, "bart");
before(async () => {
  await tinyCorpus(corpus);
  tinyBartFolder(bart, corpus);
});
after(() => rmSync(home, { recursive: true, force: true }));

/** Rows of the corpus's table of positive interpretations. */
const trainingRows = () => readAbout(corpus).tables["df_positive_train.csv"]?.rows ?? 0;
const stepsOfEpoch = () => Math.floor(trainingRows() / 8);

const paper = ["--preset", "paper", "--data", corpus, "--dataset", "songbook-positive", "--bart", bart, "--seed", "2020"];
const small = ["--batch", "8", "--micro-batch", "4", "--epochs", "3", "--lyrics-tokens", "24", "--caption-tokens", "16"];

/** The command in this process, its output caught, with a home of its own. */
async function train(name: string, ...args: string[]): Promise<string> {
  process.env.ALCAP_HOME = path.join(home, name);
  let said = "";
  const log = mock.method(console, "log", (text: string) => {
    said += `${text}\n`;
  });
  const bar = mock.method(process.stderr, "write", () => true);
  try {
    assert.equal(await run(args), 0);
    return said;
  } finally {
    log.mock.restore();
    bar.mock.restore();
  }
}

const runs = (name: string, preset = "paper") => path.join(home, name, "results", preset, "runs");
/** The only id of a home's runs that begins so. */
function idIn(folder: string, start: string): string {
  const [id = "", ...more] = recordIds(folder).filter((one) => one.startsWith(`${start}.`));
  assert.ok(id !== "" && more.length === 0, `${folder}: ${start}`);
  return id;
}
const captions = (name: string, start: string) =>
  readFileSync(path.join(runs(name), `${idIn(runs(name), start)}.captions.jsonl.gz`));
const record = (name: string, start: string, preset?: string): Omit<RunRecord, "circumstances"> => {
  const { circumstances: _, ...rest } = readRecord(runs(name, preset), idIn(runs(name, preset), start));
  return rest;
};
/** The trained tensors of a home's only run. */
function weights(name: string) {
  const cache = path.join(home, name, "data/cache");
  const [folder = "", ...more] = readdirSync(cache).filter((one) => one.startsWith("run-"));
  assert.equal(more.length, 0);
  return readSafetensors(readFileSync(path.join(cache, folder, "model.safetensors"))).tensors;
}

const id = "songbook-positive.alcap.λ0.02.s2020";

test("train --preset paper: trains with Adafactor in micro-batches, samples captions, writes record and captions", async () => {
  const said = await train("whole", ...paper, ...small, "--method", "alcap");
  assert.match(said, new RegExp(`${trainingRows()} training, \\d+ validation, 3 test rows`));
  assert.match(said, /^ALCAP +2020 /m);
  const { recipe, curve, best, metrics, parameters } = record("whole", id);
  const { training, decoding, text } = recipe;
  assert.deepEqual([training.microBatch, training.vocabularyRows], [4, 512]);
  assert.equal(decoding.kind === "beams" && decoding.topP, 0.92);
  assert.equal(training.optimiser.name, "adafactor");
  assert.equal(text.attentionDropout, 0.1);
  assert.equal(curve.step.length, 3 * stepsOfEpoch());
  const scores = curve.evaluations.score;
  assert.equal(scores.length, 3);
  assert.equal(best.score, Math.min(...scores), "the best evaluation's parameters are used");
  assert.ok((scores.at(-1) ?? 9) < (scores[0] ?? 0), "the held-out loss falls");
  assert.ok(parameters > 10_000 && metrics.meteor && metrics.rouge1F1 && metrics.rouge1);
  assert.equal(readCaptions(runs("whole"), record("whole", id)).length, 3);
});

test("killed while it trains and started again, a run has the bytes of one that ran through", { timeout: 120_000 }, async () => {
  const env = { ...process.env, ALCAP_HOME: path.join(home, "killed") };
  const alcap = path.join(projectRoot(), "lib/bin/alcap.js");
  const child = spawn(process.execPath, [alcap, "train", ...paper, ...small, "--method", "alcap"], { env });
  const signal = await new Promise((resolve) => {
    child.stderr.on("data", (text: Buffer) => {
      const done = Number(/training alcap, seed 2020 (\d+)\//.exec(String(text))?.[1] ?? 0);
      if (done > stepsOfEpoch()) child.kill("SIGKILL");
    });
    child.on("exit", (_, by) => resolve(by));
  });
  assert.equal(signal, "SIGKILL");
  assert.deepEqual(recordIds(runs("killed")), []);
  await train("killed", ...paper, ...small, "--method", "alcap");
  assert.deepEqual(record("killed", id), record("whole", id));
  assert.deepEqual(captions("killed", id), captions("whole", id));
  assert.deepEqual(weights("killed"), weights("whole"));
});

test("λ = 0 is BART-fusion to the byte", async () => {
  await train("zero", ...paper, ...small, "--method", "alcap", "--method", "bart-fusion", "--lambda", "0", "--jobs", "2");
  await train("fusion", ...paper, ...small, "--method", "bart-fusion");
  assert.deepEqual(weights("zero"), weights("fusion"));
  const fusion = "songbook-positive.bart-fusion.s2020";
  assert.deepEqual(captions("zero", fusion), captions("fusion", fusion));
  assert.deepEqual(record("zero", fusion), record("fusion", fusion), "and the same run");
  assert.notDeepEqual(weights("fusion"), weights("whole"));
});

test("BART reads neither λ nor music, and needs no representations", async () => {
  const silent = await tinyCorpus(path.join(home, "silent"));
  rmSync(path.join(silent, "audio_embs_15_16000"), { recursive: true });
  const wordless = paper.map((word) => (word === corpus ? silent : word));
  await train("bart", ...paper, ...small, "--method", "bart");
  await train("deaf", ...wordless, ...small, "--method", "bart", "--lambda", "0.5");
  assert.deepEqual(weights("deaf"), weights("bart"));
  const bartId = "songbook-positive.bart.s2020";
  assert.deepEqual(captions("deaf", bartId), captions("bart", bartId));
  assert.deepEqual(record("deaf", bartId), record("bart", bartId));
  await assert.rejects(train("deaf", ...wordless, ...small, "--method", "alcap"), { code: "data", message: /--encoder FILE/ });
});

test("--out, the released recipe, and a second run that reads what is there", async () => {
  const out = path.join(home, "elsewhere");
  const args = [...paper, ...small, "--method", "bart-fusion", "--recipe", "released", "--decoding-batch", "2", "--out", out];
  await train("out", ...args);
  const folder = path.join(out, "runs");
  const found = readRecord(folder, idIn(folder, "songbook-positive.bart-fusion.s2020"));
  assert.equal(readCaptions(folder, found).length, 2, "the last partial batch is dropped");
  assert.equal(found.curve.evaluations.score.length, 1, "evaluated every fifth epoch and at the end");
  const file = path.join(folder, `${found.id}.json`);
  const first = readFileSync(file);
  rmSync(path.join(home, "out/data/cache"), { recursive: true });
  await train("out", ...args);
  assert.deepEqual(readFileSync(file), first, "a record is read without weights");
  await train("out", ...args, "--weights");
  assert.ok(Object.keys(weights("out")).length > 0, "which are trained again where they are asked for");
  assert.deepEqual(readFileSync(file), first);
});

test("a run of another recipe gets a record of its own, and the one before stays as it was", async () => {
  const bartRun = [...paper, "--method", "bart", ...small];
  await train("other", ...bartRun);
  const [first = "", ...none] = recordIds(runs("other"));
  const before = readFileSync(path.join(runs("other"), `${first}.json`));
  await train("other", ...bartRun, "--epochs", "1");
  assert.deepEqual(none, []);
  assert.equal(recordIds(runs("other")).length, 2);
  assert.deepEqual(readFileSync(path.join(runs("other"), `${first}.json`)), before);
});

test("what is missing or makes no sense is said before anything is trained", async () => {
  const cases: [string[], string, RegExp][] = [
    [["--preset", "paper"], "usage", /--data DIR/],
    [["--preset", "paper", "--data", corpus, "--bart", bart], "usage", /songbook-full, songbook-nonnegative, songbook-positive/],
    [["--preset", "paper", "--data", bart, "--bart", bart], "data", /corpus\.json is missing/],
    [["--preset", "paper", "--data", corpus], "weights", /alcap fetch bart-base/],
    [["--preset", "paper", "--data", corpus, "--bart", corpus], "weights", /There is no file .*config\.json/],
    [[...paper, ...small, "--micro-batch", "3"], "usage", /micro-batches of 3/],
    [[...paper, ...small, "--lyrics-tokens", "64"], "usage", /64 tokens of lyrics do not fit 40 positions/],
    [[...paper, ...small, "--recipe", "released"], "usage", /fill no batch of 12/],
    [[...paper, "--encoder", bart, "--representations", corpus], "usage", /not both/],
    [[...paper, "--method", "gpt"], "usage", /no method "gpt"/],
    [[...paper, "--epochs", "0"], "usage", /--epochs is "0"/],
    [[...paper, "--seed", "1.5"], "usage", /--seed is "1\.5"/],
    [[...paper, "--seed=-1"], "usage", /--seed is "-1"/],
    [[...paper, "--seed", ""], "usage", /--seed is ""/],
    [[...paper, "--lambda", " "], "usage", /--lambda is " "/],
    [[...paper, "--epochs", "1e99"], "usage", /--epochs is "1e99"/],
    [[...paper, "--out", path.join(bart, "config.json", "deeper")], "input", /Nothing can be written to/],
    [[...paper, "--json"], "usage", /--json means nothing without --dry-run/],
    [["--preset", "smoke", "--batch", "3"], "usage", /--batch means nothing/],
    [["--preset", "smoke", "--dataset", "si-full"], "usage", /no data set of Songbook/],
    [["--preset", "tiny"], "usage", /no preset "tiny"/],
  ];
  for (const [args, code, message] of cases)
    await assert.rejects(train("none", ...args), { name: "AlcapError", code, message }, args.join(" "));
  assert.ok(!existsSync(runs("none")));
});

test("--dry-run counts the rows of a prepared corpus and the sizes of its BART", async () => {
  const json = JSON.parse(await train("dry", ...paper.slice(0, -2), ...small, "--dry-run", "--json")) as Record<string, unknown>;
  assert.deepEqual([json.corpus, json.rows, json.steps], ["songbook-positive", trainingRows(), 3 * stepsOfEpoch()]);
  assert.ok((json.parameters as { all: number }).all < 1e6);
});

test("train --preset smoke --dataset songbook-full trains on the rows that positive leaves out", {
  timeout: 120_000,
}, async () => {
  const said = await train("songbook", "--preset", "smoke", "--dataset", "songbook-full", "--method", "bart", "--epochs", "1");
  const rows = Number(/(\d+) training/.exec(said)?.[1]);
  const { corpus: options, dataSet } = presetNamed("smoke");
  const { recipe, curve } = record("songbook", "songbook-full.bart.s2022", "smoke");
  assert.equal(recipe.data.set, "songbook-full");
  assert.equal(curve.step.length, Math.floor(rows / 8));
  assert.ok(rows > songbookCorpus({ corpus: options, dataSet }).rows.train.length, "more rows than the positive cut");
});
