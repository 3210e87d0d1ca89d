import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import {
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { corpusSchema } from "alcap/dist/data/corpus/layout/schema";
import { trainBpe } from "alcap/dist/data/text/tokeniser";
import { type Value, value } from "alcap/dist/engine";
import { writeNpy, writeNpz } from "alcap/dist/files/npz";
import { projectRoot } from "alcap/dist/files/project";
import { writeSafetensors } from "alcap/dist/model/weights";
import { checkpointFile } from "alcap/dist/train/checkpoint";
import { fixture } from "../data/mutate";
import { constantFlac, deepHeader, packedZeros, repeatedOpcode, silentOpus, wavHead, wideInteger } from "./bombs";

/** Peak memory of a process with one door in it, MiB. */
const ALLOWED = 450;
const folder = mkdtempSync(path.join(tmpdir(), "alcap-bounds-"));
after(() => rmSync(folder, { recursive: true, force: true }));

interface Report {
  readonly outcomes: readonly string[];
  readonly count: number;
  readonly refused: number;
  readonly crashed: string;
  /** Processor milliseconds of the input that took longest, and which one it was. */
  readonly slowest: number;
  readonly slow: number;
  readonly peak: number;
}

async function through(door: string, ...words: readonly string[]): Promise<Report> {
  const { stdout } = await promisify(execFile)(process.execPath, [path.join(__dirname, "door.js"), door, ...words], {
    maxBuffer: 1 << 26,
  });
  const report: Report = JSON.parse(stdout);
  assert.equal(report.crashed, "", "an answer or an AlcapError");
  assert.ok(report.peak <= ALLOWED, `${door} ${words.join(" ")}: ${report.peak.toFixed(0)} MiB`);
  return report;
}

function put(name: string, bytes: Uint8Array): string {
  const file = path.join(folder, name);
  writeFileSync(file, bytes);
  return file;
}

/** An hour of an mp3 without a tag that would tell where its middle is. */
function hourOfMp3(): Buffer {
  const frames = readFileSync(fixture("audio/tone.mp3")).subarray(228);
  return Buffer.concat(Array.from({ length: 6600 }, () => frames));
}

function hourOfWav(): string {
  const file = path.join(folder, "hour.wav");
  const handle = openSync(file, "w");
  const bytes = 3600 * 176_400;
  writeSync(handle, wavHead(bytes));
  ftruncateSync(handle, 44 + bytes); // a hole: no space on the disk
  closeSync(handle);
  return file;
}

const songs: Readonly<Record<string, () => string>> = {
  "FLAC of constant frames": () => put("constant.flac", constantFlac(1500)),
  "FLAC of constant frames in eight channels": () => put("eight.flac", constantFlac(300, 8)),
  "Opus of packets that are not transmitted": () => put("silent.opus", silentOpus(60)),
  "an hour of mp3": () => put("hour.mp3", hourOfMp3()),
  "an hour of wav": hourOfWav,
};
for (const [what, make] of Object.entries(songs))
  test(`${what}: the excerpt, in bounded memory`, { timeout: 600_000 }, async (t) => {
    const { outcomes, peak } = await through("audio", make());
    assert.deepEqual(outcomes, ["240000"]);
    t.diagnostic(`${peak.toFixed(0)} MiB`);
  });

test("an archive that unpacks to much is refused before it is unpacked", async (t) => {
  const file = put("zeros.npz", packedZeros(80));
  const { outcomes, peak } = await through("npz", file);
  assert.match(outcomes[0] ?? "", /unpacks to more than 64 MiB/);
  assert.ok(peak < 150, `${peak} MiB`);
  t.diagnostic(`${peak.toFixed(0)} MiB`);
});

test("headers of nothing but brackets are refused", async (t) => {
  const large = await through("safetensors", put("large.safetensors", deepHeader(86 << 20)));
  assert.match(large.outcomes[0] ?? "", /past 16 MiB/);
  const small = [deepHeader(15 << 20), deepHeader(15 << 20, "[],"), deepHeader(15 << 20, '{"a":')];
  const { outcomes, peak } = await through("safetensors", ...small.map((bytes, i) => put(`${i}.safetensors`, bytes)));
  for (const outcome of outcomes) assert.match(outcome, /more parts, or more deeply nested|not JSON/);
  t.diagnostic(`${large.peak.toFixed(0)} and ${peak.toFixed(0)} MiB`);
});

test("pickles of one opcode over and over are refused", { timeout: 300_000 }, async (t) => {
  const many = 20 << 20;
  const pickles = [
    repeatedOpcode("N", many),
    repeatedOpcode("(", many),
    repeatedOpcode("}", many),
    repeatedOpcode("]", many),
    repeatedOpcode("\x94", many, "N"),
    repeatedOpcode("a", many, "]N"),
    wideInteger(),
  ];
  for (const [i, bytes] of pickles.entries()) {
    const { refused, peak } = await through("weights", put(`${i}.pth`, bytes));
    assert.equal(refused, 1);
    t.diagnostic(`${peak.toFixed(0)} MiB`);
  }
});

test("of a book only the tokens that are kept are made", async (t) => {
  const words = put("book.txt", Buffer.from("the river took my brother\n".repeat(400_000)));
  const vocabulary = put(
    "tokenizer.json",
    Buffer.from(JSON.stringify(trainBpe(["the river took my brother"], { vocabSize: 270 }))),
  );
  const { outcomes, peak } = await through("lyrics", `${words}:${vocabulary}`);
  assert.deepEqual(outcomes, ["105"]);
  t.diagnostic(`${peak.toFixed(0)} MiB`);
});

/** Damaged copies a format; 5,000 of each with ALCAP_FUZZ=5000. */
const COUNT = Number(process.env.ALCAP_FUZZ ?? 60);
const wave = Float32Array.from({ length: 600 }, (_, i) => Math.sin(i));
const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const runs = path.join(projectRoot(), "results/standard/runs");
const [run = ""] = readdirSync(runs).filter((name) => name.endsWith(".json"));
const configuration = {
  ...{ vocab_size: 300, d_model: 16, encoder_layers: 1, decoder_layers: 1, max_position_embeddings: 32, init_std: 0.02 },
  ...{ encoder_attention_heads: 2, decoder_attention_heads: 2, encoder_ffn_dim: 8, decoder_ffn_dim: 8 },
  ...{ dropout: 0.1, attention_dropout: 0, activation_dropout: 0 },
};
const pairs = ["a song of the sea", "it is about leaving home"].map((prediction) => ({
  prediction,
  reference: "leaving the sea",
}));
const description = {
  ...{ schema: corpusSchema, name: "si", options: { seed: 1 }, unit: "words", sharedSongs: 0, lyrics: {} },
  ...{ songs: { train: 1, validation: 1, test: 1 }, accounts: { "a.csv": { read: 3, train: 1, dropped: { votes: 2 } } } },
  ...{ tables: { "df_positive_train.csv": { rows: 1 } }, files: { "songs.jsonl": { bytes: 10, sha256: "0".repeat(64) } } },
};
const rows = 'id,lyrics,comment\nS1,"la, la\nla","about ""love"""\nS2,oh,more\n';
const trained = checkpointFile<{ w: Value }>(path.join(folder, "checkpoint.safetensors"), "recipe");
const state = { w: value(wave, [600]) };
trained.save({ step: 1, state, best: { step: 1, score: 1, state }, curve: { steps: [], evaluations: [] } });

const seeds: Readonly<Record<string, readonly [door: string, ...files: string[]]>> = {
  flac: ["audio", put("a.flac", constantFlac(2)), fixture("audio/tone.flac")],
  mp3: ["audio", fixture("audio/tone.mp3")],
  vorbis: ["audio", fixture("audio/tone.ogg"), fixture("audio/tone.oga")],
  opus: ["audio", put("a.opus", silentOpus(1)), fixture("audio/tone.opus")],
  wav: ["audio", put("a.wav", Buffer.concat([wavHead(4000), Buffer.alloc(4000, 7)]))],
  npy: [
    "npy",
    put("a.npy", writeNpy({ data: wave, shape: [600] })),
    put("b.npy", writeNpy({ data: new Float64Array(6), shape: [2, 3] })),
  ],
  npz: ["npz", put("a.npz", packedZeros(1)), put("b.npz", writeNpz({ a: { data: wave, shape: [600] } }))],
  safetensors: ["safetensors", put("a.safetensors", writeSafetensors({ w: { dtype: "float32", shape: [20, 30], data: wave } }))],
  checkpoint: ["checkpoint", trained.file],
  pickle: [
    "torch",
    fixture("weights/zip.pth"),
    fixture("weights/legacy.pth"),
    put("a.pth", repeatedOpcode("}", 300)),
    put("b.pth", wideInteger()),
  ],
  tokeniser: ["tokeniser", put("t.json", json(trainBpe(["ho ho"], { vocabSize: 262 })))],
  configuration: ["configuration", put("config.json", json(configuration))],
  corpus: ["corpus", put("corpus.json", json(description))],
  csv: ["csv", put("a.csv", Buffer.from(rows))],
  jsonl: ["jsonl", fixture("corpus/records.jsonl"), fixture("corpus/playlists.json")],
  scores: ["scores", put("pairs.jsonl", Buffer.from(pairs.map((pair) => `${JSON.stringify(pair)}\n`).join("")))],
  record: ["record", path.join(runs, run)],
  captions: ["captions", path.join(runs, run.replace(/\.json$/, ".captions.jsonl.gz"))],
  notebook: ["notebook", fixture("notebooks/good.ipynb")],
};
for (const [format, [door, ...files]] of Object.entries(seeds))
  test(`${COUNT} damaged ${format} files: an answer or one error, soon and in bounded memory`, {
    timeout: 3_600_000,
  }, async (t) => {
    const { count, refused, slowest, slow, peak } = await through(door, "fuzz", String(COUNT), ...files);
    assert.equal(count, COUNT);
    assert.ok(refused > 0, "some are beyond use");
    assert.ok(slowest < 1000, `${slowest.toFixed(0)} ms of processor time for input ${slow}`);
    t.diagnostic(`${refused} refused, ${slowest.toFixed(0)} ms at most, ${peak.toFixed(0)} MiB`);
  });
