// Run by bounds.test.ts in a process of its own: opens files by one of the library's doors and prints what came of it, the longest time
// of one file in processor milliseconds, and the peak memory in MiB. `door FORMAT FILE…`, or `door FORMAT fuzz COUNT FILE…` for damaged copies.
import { readFileSync } from "node:fs";
import { decodeHere } from "alcap/dist/data/audio/decode";
import { excerptOf } from "alcap/dist/data/audio/load";
import { plainText } from "alcap/dist/data/text/plain";
import { loadTokeniser, type TokeniserFile } from "alcap/dist/data/text/tokeniser";
import { parseJson } from "alcap/dist/files/json";
import { readNpz } from "alcap/dist/files/npz";
import { readText } from "alcap/dist/files/read";
import { readSafetensors } from "alcap/dist/model/weights";
import { loadWeights } from "alcap/dist/model/weights/load";
import { readTorch } from "alcap/dist/model/weights/torch";
import { mutants } from "../data/mutate";

type Door = (bytes: Uint8Array, file: string) => unknown;
const doors: Readonly<Record<string, Door>> = {
  audio: async (bytes, file) => excerptOf(await decodeHere(file || bytes, "song", 15)).length,
  npz: (bytes) => Object.keys(readNpz(bytes)).length,
  safetensors: (bytes) => Object.keys(readSafetensors(bytes).tensors).length,
  torch: (bytes) => Object.keys(readTorch(bytes)).length,
  weights: async (_, file) => Object.keys((await loadWeights(file)).tensors).length,
  json: (bytes) => typeof parseJson(Buffer.from(bytes).toString("latin1"), "text"),
  tokeniser: (bytes) => {
    const file: unknown = parseJson(Buffer.from(bytes).toString("utf8"), "text");
    return loadTokeniser(file as TokeniserFile).vocabSize;
  },
  lyrics: (_, file) => {
    const [words = "", vocabulary = ""] = file.split(":");
    return loadTokeniser(vocabulary).encode(plainText(readText(words)), { maxLength: 105 }).length;
  },
};

async function main([format = "", ...rest]: readonly string[]): Promise<void> {
  for (const name of ["log", "warn", "error"] as const) if (name !== "log") console[name] = () => {};
  const door = doors[format]!;
  const fuzz = rest[0] === "fuzz";
  const files = fuzz ? rest.slice(2) : rest;
  const inputs = fuzz
    ? [
        ...mutants(
          files.map((file) => readFileSync(file)),
          Number(rest[1]),
          format,
        ),
      ].map((bytes) => ({ bytes, file: "" }))
    : files.map((file) => ({
        bytes: format === "audio" || format === "weights" || format === "lyrics" ? new Uint8Array() : readFileSync(file),
        file,
      }));
  const outcomes: string[] = [];
  let [slowest, refused, crashed] = [0, 0, ""];
  for (const { bytes, file } of inputs) {
    const before = process.cpuUsage();
    try {
      outcomes.push(String(await door(bytes, file)));
    } catch (error) {
      refused++;
      const { name, message, stack } = error as Error;
      outcomes.push(message);
      if (name !== "AlcapError") crashed = String(stack);
    }
    const { user, system } = process.cpuUsage(before);
    slowest = Math.max(slowest, (user + system) / 1000);
  }
  const peak = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(JSON.stringify({ outcomes: fuzz ? [] : outcomes, count: inputs.length, refused, crashed, slowest, peak }));
}

void main(process.argv.slice(2));
