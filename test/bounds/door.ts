// Run by bounds.test.ts in a process of its own: opens files by one of the library's doors and prints what came of it, the longest time
// of one file in processor milliseconds, and the peak memory in MiB. `door FORMAT FILE…`, or `door FORMAT fuzz COUNT FILE…` for damaged copies.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { decodeHere } from "alcap/dist/data/audio/decode";
import { excerptOf } from "alcap/dist/data/audio/load";
import { readAbout } from "alcap/dist/data/corpus/read/read";
import { plainText } from "alcap/dist/data/text/plain";
import { loadTokeniser, type TokeniserFile } from "alcap/dist/data/text/tokeniser";
import { readCaptions, readRecord } from "alcap/dist/experiment/run/records";
import { parseJson } from "alcap/dist/files/json";
import { readNpy, readNpz } from "alcap/dist/files/npz";
import { readText } from "alcap/dist/files/read";
import { readRows } from "alcap/dist/files/rows/read-rows";
import { parseCaptionLines, scorePairs } from "alcap/dist/metric/text/score";
import { loadWordNet } from "alcap/dist/metric/text/wordnet";
import { readBartShape } from "alcap/dist/model/bart-folder";
import { readSafetensors } from "alcap/dist/model/weights";
import { loadWeights } from "alcap/dist/model/weights/load";
import { readTorch } from "alcap/dist/model/weights/torch";
import { readNotebook } from "alcap/dist/notebook/kernel/ipynb";
import { checkpointFile } from "alcap/dist/train/checkpoint";
import { mutants } from "../data/mutate";

type Door = (bytes: Uint8Array, file: string) => unknown;

const scratch = mkdtempSync(path.join(tmpdir(), "alcap-door-"));
/** Puts an input where a door of paths finds it. */
function put(bytes: Uint8Array, name: string): string {
  const file = path.join(scratch, name);
  writeFileSync(file, bytes);
  return file;
}

const table =
  (name: string): Door =>
  async (bytes) => {
    let rows = 0;
    for await (const record of readRows(put(bytes, name))) if (!("kind" in record)) rows++;
    return rows;
  };

const doors: Readonly<Record<string, Door>> = {
  audio: async (bytes, file) => excerptOf(await decodeHere(file || bytes, "song", 15)).length,
  npy: (bytes) => readNpy(bytes).data.length,
  npz: (bytes) => Object.keys(readNpz(bytes)).length,
  safetensors: (bytes) => Object.keys(readSafetensors(bytes).tensors).length,
  torch: (bytes) => Object.keys(readTorch(bytes)).length,
  weights: async (_, file) => Object.keys((await loadWeights(file)).tensors).length,
  checkpoint: (bytes) => checkpointFile(put(bytes, "checkpoint.safetensors"), "recipe").load()?.step,
  json: (bytes) => typeof parseJson(Buffer.from(bytes).toString("latin1"), "text"),
  configuration: (bytes) => readBartShape(path.dirname(put(bytes, "config.json"))).width,
  corpus: (bytes) => readAbout(path.dirname(put(bytes, "corpus.json"))).schema,
  notebook: (bytes) => readNotebook(put(bytes, "a.ipynb")).cells.length,
  csv: table("a.csv"),
  jsonl: table("a.jsonl"),
  scores: (bytes) => {
    const file = put(bytes, "pairs.jsonl");
    return scorePairs(parseCaptionLines(readText(file), file), loadWordNet()).length;
  },
  tokeniser: (bytes) => {
    const file: unknown = parseJson(Buffer.from(bytes).toString("utf8"), "text");
    return loadTokeniser(file as TokeniserFile).vocabSize;
  },
  lyrics: (_, file) => {
    const [words = "", vocabulary = ""] = file.split(":");
    return loadTokeniser(vocabulary).encode(plainText(readText(words)), { maxLength: 105 }).length;
  },
};

/** A record whose captions are beside it, or the captions beside a whole record: whichever is damaged. */
function recordDoor(id: string, whole: Readonly<Record<"record" | "captions", Uint8Array>>, part: "record" | "captions"): Door {
  return (bytes) => {
    put(part === "record" ? bytes : whole.record, `${id}.json`);
    put(part === "captions" ? bytes : whole.captions, `${id}.captions.jsonl.gz`);
    return readCaptions(scratch, readRecord(scratch, id)).length;
  };
}

function doorOf(format: string, files: readonly string[]): Door {
  const part = format === "record" ? "record" : format === "captions" ? "captions" : undefined;
  const [file = ""] = files;
  if (part === undefined) return doors[format]!;
  const stem = file.replace(/(\.json|\.captions\.jsonl\.gz)$/, "");
  const whole = { record: readFileSync(`${stem}.json`), captions: readFileSync(`${stem}.captions.jsonl.gz`) };
  return recordDoor(path.basename(stem), whole, part);
}

interface Input {
  readonly bytes: Uint8Array;
  readonly file: string;
}

/** One at a time: all of them at once would be the memory that is measured. */
function* inputs(format: string, rest: readonly string[]): Generator<Input> {
  if (rest[0] === "fuzz") {
    const seeds = rest.slice(2).map((file) => readFileSync(file));
    for (const bytes of mutants(seeds, Number(rest[1]), format)) yield { bytes, file: "" };
  } else
    for (const file of rest)
      yield { bytes: ["audio", "weights", "lyrics"].includes(format) ? new Uint8Array() : readFileSync(file), file };
}

async function main([format = "", ...rest]: readonly string[]): Promise<void> {
  for (const name of ["log", "warn", "error"] as const) if (name !== "log") console[name] = () => {};
  const fuzz = rest[0] === "fuzz";
  const door = doorOf(format, fuzz ? rest.slice(2) : rest);
  const outcomes: string[] = [];
  let [count, slowest, slow, refused, crashed] = [0, 0, 0, 0, ""];
  for (const { bytes, file } of inputs(format, rest)) {
    const before = process.cpuUsage();
    let outcome = "";
    try {
      outcome = String(await door(bytes, file));
    } catch (error) {
      refused++;
      const { name, message, stack } = error as Error;
      outcome = message;
      if (name !== "AlcapError") crashed = `input ${count}: ${stack}`;
    }
    if (!fuzz) outcomes.push(outcome);
    const { user, system } = process.cpuUsage(before);
    if ((user + system) / 1000 > slowest) [slowest, slow] = [(user + system) / 1000, count];
    count++;
  }
  rmSync(scratch, { recursive: true, force: true });
  const peak = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(JSON.stringify({ outcomes, count, refused, crashed, slowest, slow, peak }));
}

void main(process.argv.slice(2));
