// Gives committed run records the present form and the names that encoder and base model have now, and proves that nothing else of
// them changed: captions byte for byte, every score and metric. A record is adopted only where what the preset would do now (data,
// λ, epochs, batch, rate, lengths, decoding) is what the record says was done.
// Usage: node scripts/convert-records.mjs results/standard/runs standard results/trials/quick-seeds quick
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(import.meta.url);
const lib = (file) => require(`../lib/dist/experiment/${file}`);
const { presetNamed } = lib("preset/songbook");
const { songbookFacts } = lib("run/songbook-material");
const { recipeOf, recipeHash, idOf, recipeDifferences } = lib("run/recipe");
const { readRecord, readCaptions, writeRecord, curveColumns } = lib("run/records");
const { RECORD_FORM } = lib("run/schema");

/** Fields that must not differ; what else does is printed. */
const MUST_AGREE =
  /^(method|seed|data\.|alignment\.|fusion\.|caption\.|training\.(batch|epochs|schedule|optimiser|lyricsTokens|captionTokens|dropout)|text\.|decoding|lastBatch|engine\.)/;

const lines = (captions) => captions.map((caption) => `${JSON.stringify(caption)}\n`).join("");
let counts = { records: 0, captions: 0, scores: 0, metrics: 0, losses: 0 };
const args = process.argv.slice(2);
for (let i = 0; i < args.length; i += 2) for (const name of recordsOf(args[i])) convert(args[i], name, args[i + 1]);
console.log(
  `${counts.records} records: ${counts.captions} captions and ${counts.scores} scores the same to the byte, ` +
    `${counts.metrics} numbers of metrics the same, ${counts.losses} losses the same to five digits.`,
);

function recordsOf(folder) {
  return readdirSync(folder).filter((name) => name.endsWith(".json"));
}

function convert(folder, name, presetName) {
  const file = path.join(folder, name);
  const old = JSON.parse(readFileSync(file, "utf8"));
  const before = old.form === RECORD_FORM ? presentForm(folder, old) : earlierForm(folder, file, old);
  const { recipe, captions, curve, metrics } = before;
  process.env.ALCAP_THREADS = String(recipe.engine.threads); // part of the encoder's name too
  const now = recipeOf(songbookFacts(presetNamed(presetName)), { method: recipe.method, seed: recipe.seed });
  for (const { field, a, b } of recipeDifferences(recipe, now)) {
    assert.ok(!MUST_AGREE.test(field), `${file}: ${field} was ${JSON.stringify(a)} and is ${JSON.stringify(b)} now`);
    console.log(`${name}: ${field} ${JSON.stringify(a)} → ${JSON.stringify(b)}`);
  }
  const { parameters, engine, best, circumstances } = old;
  const id = idOf(now);
  const record = {
    form: RECORD_FORM,
    id,
    preset: presetName,
    recipeHash: recipeHash(now),
    recipe: now,
    parameters,
    engine,
    curve,
  };
  writeRecord(folder, { ...record, best, metrics, circumstances: { code: before.code, ...circumstances } }, captions);
  const after = readRecord(folder, id);
  const written = readCaptions(folder, after);
  assert.equal(lines(written), before.text, `${file}: captions`);
  assert.deepEqual(after.metrics, metrics, `${file}: metrics`);
  assert.deepEqual([after.best, after.parameters], [best, parameters]);
  for (const [loss, column] of Object.entries(before.losses))
    assert.deepEqual(
      after.curve.losses[loss],
      column.map((value) => Number(value.toPrecision(5))),
    );
  for (const one of before.files) if (!path.basename(one).startsWith(`${id}.`)) rmSync(one);
  counts = {
    records: counts.records + 1,
    captions: counts.captions + written.length,
    scores: counts.scores + written.reduce((sum, { scores }) => sum + Object.keys(scores).length, 0),
    metrics: counts.metrics + 3 * Object.keys(metrics).length,
    losses: counts.losses + Object.values(before.losses).reduce((sum, column) => sum + column.length, 0),
  };
  console.log(`${name} → ${id}`);
}

function presentForm(folder, record) {
  const captions = readCaptions(folder, record);
  const { recipe, curve, metrics, id, circumstances } = record;
  const files = [path.join(folder, `${id}.json`), path.join(folder, `${id}.captions.jsonl.gz`)];
  return { recipe, captions, curve, metrics, files, text: lines(captions), losses: curve.losses, code: circumstances.code };
}

/** Records as they were before they had a form: the recipe nested by part, curves step by step, captions unpacked. */
function earlierForm(folder, file, { id, recipe, curve, metrics }) {
  const captionsFile = path.join(folder, `${id}.captions.jsonl`);
  assert.ok(existsSync(captionsFile), captionsFile);
  const text = readFileSync(captionsFile, "utf8");
  const captions = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const { method, text: shape, recipe: parts } = recipe.captioner;
  const { dropout: _, ...sizes } = shape;
  const flat = {
    method,
    seed: recipe.seed,
    data: { set: recipe.dataSet, hash: recipe.data },
    baseModel: recipe.pretrained,
    ...(method !== "bart" && { encoder: recipe.encoder, fusion: parts.fusion }),
    text: sizes,
    ...(method === "alcap" && { alignment: parts.alignment }),
    caption: parts.caption,
    training: recipe.training,
    decoding: recipe.decoding,
    decodingBatch: recipe.decodingBatch,
    lastBatch: recipe.lastBatch,
    engine: recipe.engine,
  };
  const names = Object.keys(curve.steps[0].losses);
  const losses = Object.fromEntries(names.map((name) => [name, curve.steps.map((step) => step.losses[name])]));
  const { stdout } = spawnSync("git", ["log", "-1", "--format=%h", "--", file], { encoding: "utf8" });
  return {
    recipe: flat,
    captions,
    curve: curveColumns(curve),
    metrics,
    files: [file, captionsFile],
    text,
    losses,
    code: stdout.trim(),
  };
}
