import path from "node:path";
import { AlcapError } from "../../../errors";
import { readJsonFile } from "../../../files/json";
import { textLines } from "../../../files/rows/json";
import { readRows } from "../../../files/rows/read-rows";
import { isSafeId } from "../layout/cells";
import { type CorpusAbout, corpusFiles, corpusSchema, type PreparedInterpretation, type PreparedSong } from "../layout/schema";
import { splits } from "../layout/split";
import { releasedColumns } from "../layout/variants";

/** A row of a prepared table. */
export interface CaptionRow {
  readonly song: string;
  readonly lyrics: string;
  readonly text: string;
}

/** A line of a prepared file: its number, and what is wrong with it where something is. */
export type PreparedLine<T> = { readonly row: number; readonly value: T } | { readonly row: number; readonly problem: string };

/**
 * Reads `corpus.json` of a prepared corpus.
 *
 * @throws AlcapError `data` when the folder is no prepared corpus of this layout
 */
export function readAbout(folder: string): CorpusAbout {
  const file = path.join(folder, corpusFiles.about);
  const advice = "Give the folder that `alcap prepare` wrote, or run it again.";
  let about: unknown;
  try {
    about = readJsonFile(file);
  } catch (cause) {
    throw new AlcapError("data", `${file} is missing or is not JSON.`, advice, { cause });
  }
  if (typeof about === "object" && about !== null && "schema" in about && about.schema === corpusSchema && isAbout(about))
    return about;
  throw new AlcapError("data", `${file} does not describe a corpus of the layout ${corpusSchema}.`, advice);
}

/** Whether all parts that are used are there; their content is what `verifyCorpus` checks. */
function isAbout(about: object): about is CorpusAbout {
  const parts = ["accounts", "songs", "lyrics", "tables", "files", "options"];
  const tree = new Map<string, unknown>(Object.entries(about));
  const isTree = (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value);
  const branches = (name: string) => Object.entries(Object(tree.get(name)) as Record<string, unknown>);
  return (
    parts.every((part) => isTree(tree.get(part))) &&
    ["accounts", "tables", "files"].every((part) =>
      branches(part).every(([name, value]) => isTree(value) && isPlainName(name)),
    ) &&
    branches("accounts").every(([, account]) => isTree(Object(account).dropped)) &&
    isPartList(tree.get("parts"))
  );
}

/** Folders of this one. */
function isPartList(parts: unknown): boolean {
  return parts === undefined || (Array.isArray(parts) && parts.every((part) => typeof part === "string" && isPlainName(part)));
}

/** A name without a path; every file of a corpus that `corpus.json` lists lies in its folder. */
function isPlainName(name: string): boolean {
  return path.basename(name) === name && !name.includes("\\") && name !== ".." && name !== "." && name !== "";
}

/** The songs of a prepared corpus, one at a time. */
export async function* readSongs(folder: string): AsyncGenerator<PreparedLine<PreparedSong>> {
  for await (const { row, text } of textLines(path.join(folder, corpusFiles.songs))) {
    const cells = parseObject(text);
    if (!cells) yield { row, problem: "not a JSON object" };
    else if (!isSong(cells)) yield { row, problem: "lacks a usable id, split or lyrics" };
    else yield { row, value: cells };
  }
}

function isSong(line: object): line is PreparedSong {
  const { id, split, lyrics, audio } = line as Partial<Record<keyof PreparedSong, unknown>>;
  const sound = audio === undefined || audio === `audio/${id}.npz` || audio === `audio/${id}.wav`;
  return typeof id === "string" && isSafeId(id) && splits.some((name) => name === split) && typeof lyrics === "string" && sound;
}

/** The interpretations of a prepared corpus, those that are withheld too. */
export async function* readInterpretations(folder: string): AsyncGenerator<PreparedLine<PreparedInterpretation>> {
  for await (const { row, text } of textLines(path.join(folder, corpusFiles.interpretations))) {
    const line = parseObject(text);
    if (line && isInterpretation(line)) yield { row, value: line };
    else yield { row, problem: "lacks a usable song, split, text or votes" };
  }
}

function isInterpretation(line: object): line is PreparedInterpretation {
  const { song, split, text, votes } = line as Partial<Record<keyof PreparedInterpretation, unknown>>;
  const place = split === "withheld" || splits.some((name) => name === split);
  return typeof song === "string" && typeof text === "string" && place && (votes === undefined || Number.isSafeInteger(votes));
}

function parseObject(text: string | undefined): object | undefined {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The rows of a prepared table, e.g. `df_positive_train.csv`.
 *
 * @throws AlcapError `input` when it is missing or its quotes are broken
 */
export async function* readTable(folder: string, file: string): AsyncGenerator<PreparedLine<CaptionRow>> {
  const [song, lyrics, text] = releasedColumns;
  for await (const record of readRows(path.join(folder, file), { required: releasedColumns })) {
    const { row } = record;
    if ("kind" in record) yield { row, problem: record.problem };
    else {
      const cell = (name: string) => String(record.cells.get(name));
      yield { row, value: { song: cell(song), lyrics: cell(lyrics), text: cell(text) } };
    }
  }
}
