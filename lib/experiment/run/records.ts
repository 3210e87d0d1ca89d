import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { gzipSync } from "fflate";
import type { z } from "zod";
import { AlcapError } from "../../errors";
import { readBytes, readText } from "../../files/read";
import { writeWhole } from "../../files/whole-file";
import type { Interval } from "../../metric/certainty";
import type { Curve } from "../../train/checkpoint";
import { idOf, type RunRecipe, recipeHash } from "./recipe";
import { captionSchema, recordSchema, scoresSchema } from "./schema";

// Written out, not inferred from the schema: the TypeScript of the notebook kernel does not follow zod's types.
/** The record of a run, as `recordSchema` has it: everything about it but the captions, which lie beside it. */
export interface RunRecord {
  readonly form: 2;
  readonly id: string;
  readonly preset: string;
  /** Names the recipe; the id ends in its first characters. */
  readonly recipeHash: string;
  readonly recipe: RunRecipe;
  readonly parameters: number;
  readonly engine: { readonly versions: Readonly<Record<string, string>>; readonly [setting: string]: unknown };
  /** Training losses of the steps in nats, five significant digits, means over stretches of a long run; held-out caption losses. */
  readonly curve: {
    readonly step: readonly number[];
    readonly losses: Readonly<Record<string, readonly number[]>>;
    readonly evaluations: { readonly step: readonly number[]; readonly score: readonly number[] };
  };
  /** The step whose parameters were used: the best held-out caption loss. */
  readonly best: { readonly step: number; readonly score: number };
  /** Mean over the test songs with a 95 % bootstrap interval. */
  readonly metrics: Readonly<Record<string, Interval>>;
  readonly diversity?: Diversity;
  /** Number and SHA-256 of the lines of captions, unpacked. */
  readonly captions: { readonly count: number; readonly sha256: string };
  /** What may differ between two runs of the same recipe. */
  readonly circumstances: {
    readonly code: string;
    readonly machine: string;
    readonly trainSeconds: number;
    readonly captionSeconds: number;
    readonly peakMemoryMiB: number;
  };
}

/** How varied captions are: distinct ones, distinct first four words, distinct words. */
export interface Diversity {
  readonly captions: number;
  readonly openings: number;
  readonly vocabulary: number;
}

/** One caption with what it is held against and its scores: shares of 1, or nats. */
export interface CaptionRecord {
  readonly song: string;
  readonly reference: string;
  readonly caption: string;
  /** Groups of songs that it is looked at in apart, such as `differs`. */
  readonly groups?: readonly string[];
  readonly scores: Readonly<Record<string, number>>;
}

/** Unpacked bytes that a run's captions have at most. */
const LARGEST = 1 << 28;

const recordFile = (folder: string, id: string) => path.join(folder, `${id}.json`);
const captionsFile = (folder: string, id: string) => path.join(folder, `${id}.captions.jsonl.gz`);

/**
 * Writes captions first and the record last, each whole, so that a record that can be read has its captions. Packed captions hold
 * no time: the same captions give the same bytes.
 *
 * @throws AlcapError `record` when another recipe has the place
 */
export function writeRecord(folder: string, record: Omit<RunRecord, "captions">, captions: readonly CaptionRecord[]): RunRecord {
  const file = recordFile(folder, record.id);
  if (
    existsSync(file) &&
    (parse(readText(file, { code: "record" }), file) as Partial<RunRecord>).recipeHash !== record.recipeHash
  )
    throw new AlcapError("record", `${file} is the record of another recipe.`, "Move it away; it is not overwritten.");
  const lines = new TextEncoder().encode(captionLines(captions));
  const { circumstances, ...rest } = record;
  const whole = { ...rest, captions: { count: captions.length, sha256: digest(lines) }, circumstances };
  const checked = checkRecord(JSON.parse(JSON.stringify(whole)), file);
  writeWhole(captionsFile(folder, record.id), gzipSync(lines, { level: 9, mtime: 0 }));
  writeWhole(file, inLines(whole));
  return checked;
}

/** A line a caption, then one with the columns of scores. */
function captionLines(captions: readonly CaptionRecord[]): string {
  const names = [...new Set(captions.flatMap(({ scores }) => Object.keys(scores)))];
  const columns = Object.fromEntries(names.map((name) => [name, captions.map(({ scores }) => scores[name] ?? null)]));
  const lines = [...captions.map(({ scores: _, ...caption }) => caption), ...(captions.length > 0 ? [{ columns }] : [])];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** JSON with a line for each field and each column of numbers. */
const inLines = (record: object) =>
  `${JSON.stringify(record, null, 1).replace(/\[\s+([-\d.e,\s]+?)\s+\]/g, (_, list: string) => `[${list.replace(/\s+/g, "")}]`)}\n`;

/** The record of a recipe, whatever weights there are; undefined when there is none. */
export function findRecord(folder: string, recipe: RunRecipe): RunRecord | undefined {
  const id = idOf(recipe);
  if (!existsSync(recordFile(folder, id))) return undefined;
  const record = readRecord(folder, id);
  return record.recipeHash === recipeHash(recipe) ? record : undefined;
}

/**
 * Reads a record.
 *
 * @throws AlcapError `record` naming the field that is missing or not as `recordSchema` has it, or a recipe that is not the id's
 */
export function readRecord(folder: string, id: string): RunRecord {
  const file = recordFile(folder, id);
  const record = checkRecord(parse(readText(file, { code: "record" }), file), file);
  if (!existsSync(captionsFile(folder, id))) throw broken(captionsFile(folder, id), "is missing");
  if (record.id !== id) throw broken(file, `has the id ${record.id}`);
  return record;
}

/** Ids of the records in a folder, in order. */
export const recordIds = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith(".json"))
        .map((name) => name.slice(0, -".json".length))
        .sort()
    : [];

/** All records of a folder, in order of id. Which of them belong to a preset is said by `recordedRuns`. */
export const readRecords = (folder: string): RunRecord[] => recordIds(folder).map((id) => readRecord(folder, id));

/**
 * The captions of a run, in test order.
 *
 * @throws AlcapError `record` when they are not those that the record was written with
 */
export function readCaptions(folder: string, { id, captions }: Pick<RunRecord, "id" | "captions">): CaptionRecord[] {
  const file = captionsFile(folder, id);
  const lines = unpacked(file);
  if (digest(lines) !== captions.sha256) throw broken(file, `does not hold the ${captions.count} captions of its record`);
  const all = new TextDecoder().decode(lines).trimEnd().split("\n");
  const inColumns = all.length > captions.count;
  const { columns } = inColumns ? (checked(scoresSchema, parse(all.pop() ?? "", file), file) as Columns) : { columns: {} };
  return all.map((line, i) => {
    const { scores, ...rest } = checked(captionSchema, parse(line, file), `${file}, line ${i + 1}`) as CaptionRecord;
    const own = Object.entries(columns).flatMap(([name, column]) => (column[i] == null ? [] : [[name, column[i]] as const]));
    return { ...rest, scores: scores ?? Object.fromEntries(own) };
  });
}

type Columns = { readonly columns: Readonly<Record<string, readonly (number | null)[]>> };

function unpacked(file: string): Uint8Array {
  try {
    return gunzipSync(readBytes(file), { maxOutputLength: LARGEST });
  } catch (cause) {
    throw broken(file, "cannot be read and unpacked", cause);
  }
}

/** A record of the form that is written here, whose hash and id are its recipe's. */
function checkRecord(data: unknown, file: string): RunRecord {
  const record = checked(recordSchema, data, file) as RunRecord;
  if (record.recipeHash !== recipeHash(record.recipe) || record.id !== idOf(record.recipe))
    throw broken(file, "names another recipe than it holds (recipeHash, id)");
  return record;
}

function checked(schema: z.ZodType, data: unknown, what: string): unknown {
  const { success, data: value, error } = schema.safeParse(data);
  if (success) return value;
  const { path: field, message } = error.issues[0] as z.core.$ZodIssue;
  throw broken(
    what,
    `is no record of a run as \`alcap runs schema\` describes it: ${field.join(".") || "all of it"}: ${message}`,
  );
}

function parse(json: string, file: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw broken(file, "is not valid JSON", cause);
  }
}

const broken = (file: string, problem: string, cause?: unknown) =>
  new AlcapError("record", `${file} ${problem}.`, "Delete it, or restore it by git; the run can be made again.", { cause });

/** Points of a curve that a record keeps, at most: with three losses they fill 20 KB. */
const CURVE_POINTS = 700;

/** A curve as columns; of a long one, means over equal stretches. */
export function curveColumns({ steps, evaluations }: Curve): RunRecord["curve"] {
  const stretch = Math.max(1, Math.ceil(steps.length / CURVE_POINTS));
  const parts = Array.from({ length: Math.ceil(steps.length / stretch) }, (_, i) => steps.slice(i * stretch, (i + 1) * stretch));
  const mean = (part: Curve["steps"], name: string) =>
    part.reduce((sum, { losses }) => sum + (losses[name] ?? Number.NaN), 0) / part.length;
  const names = Object.keys(steps[0]?.losses ?? {});
  return {
    step: parts.map((part) => part.at(-1)?.step ?? 0),
    losses: Object.fromEntries(names.map((name) => [name, parts.map((part) => Number(mean(part, name).toPrecision(5)))])),
    evaluations: { step: evaluations.map(({ step }) => step), score: evaluations.map(({ score }) => score) },
  };
}
