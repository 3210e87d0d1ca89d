import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { AlcapError } from "../../errors";
import { writeWhole } from "../../files/whole-file";
import type { Interval } from "../../metric/certainty";
import type { Method } from "../../model/captioner";
import type { Curve } from "../../train/checkpoint";

/** One caption with what it is held against and its scores, each between 0 and 1. */
export interface CaptionRecord {
  readonly song: string;
  readonly reference: string;
  readonly caption: string;
  readonly scores: Readonly<Record<string, number>>;
}

/** The record of a run: everything about it but the captions, which lie beside it. */
export interface RunRecord {
  readonly id: string;
  readonly preset: string;
  readonly dataset: string;
  readonly method: Method;
  readonly seed: number;
  /** Changes whenever anything that decides the run's numbers does. */
  readonly recipeHash: string;
  readonly recipe: unknown;
  readonly dataHash: string;
  readonly parameters: number;
  readonly engine: unknown;
  readonly curve: Curve;
  /** The step whose parameters were used: the best held-out caption loss. */
  readonly best: { readonly step: number; readonly score: number };
  /** Mean over the test songs with a 95 % bootstrap interval. */
  readonly metrics: Readonly<Record<string, Interval>>;
  /** What may differ between two runs of the same recipe: the machine and how long it took. */
  readonly circumstances: {
    readonly machine: string;
    readonly trainSeconds: number;
    readonly captionSeconds: number;
    readonly peakMemoryMiB: number;
  };
}

const recordFile = (folder: string, id: string) => path.join(folder, `${id}.json`);
const captionsFile = (folder: string, id: string) => path.join(folder, `${id}.captions.jsonl`);

/** Writes captions first and the record last, each whole, so that a record that can be read has its captions. */
export function writeRecord(folder: string, record: RunRecord, captions: readonly CaptionRecord[]): void {
  writeWhole(captionsFile(folder, record.id), captions.map((caption) => `${JSON.stringify(caption)}\n`).join(""));
  writeWhole(recordFile(folder, record.id), `${JSON.stringify(record, null, 1)}\n`);
}

/** Reads a record; undefined when there is none or when it belongs to another recipe. */
export function findRecord(folder: string, id: string, recipeHash: string): RunRecord | undefined {
  if (!existsSync(recordFile(folder, id)) || !existsSync(captionsFile(folder, id))) return undefined;
  const record = parse<RunRecord>(readFileSync(recordFile(folder, id), "utf8"), recordFile(folder, id));
  return record.recipeHash === recipeHash ? record : undefined;
}

/** All records of a preset, in order of id. */
export function readRecords(folder: string): RunRecord[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => parse<RunRecord>(readFileSync(path.join(folder, name), "utf8"), path.join(folder, name)));
}

/** The captions of a run, in test order. */
export function readCaptions(folder: string, id: string): CaptionRecord[] {
  const file = captionsFile(folder, id);
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.length > 0)
    .map((line) => parse<CaptionRecord>(line, file));
}

function parse<T>(text: string, file: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new AlcapError("record", `${file} is not valid JSON.`, "Delete it; the run is made again.", { cause });
  }
}
