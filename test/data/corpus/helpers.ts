import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import { type Account, addsUp, type CorpusAbout, wordRuler } from "alcap/dist/data/corpus";
import { readRows } from "alcap/dist/files/rows/read-rows";
import type { ReadRecord } from "alcap/dist/files/rows/row";

/** A committed file of hand-made records. */
export const fixture = (...parts: string[]) => path.join(__dirname, "../../../fixtures/corpus", ...parts);

/** A folder that goes when the test ends. */
export function scratch(t: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), "alcap-corpus-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function put(folder: string, name: string, content: string | Uint8Array): string {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
}

export const ruler = wordRuler;

export async function collectRecords(file: string, options: Parameters<typeof readRows>[1] = {}): Promise<ReadRecord[]> {
  const records: ReadRecord[] = [];
  for await (const record of readRows(file, options)) records.push(record);
  return records;
}

export interface JsonLine {
  readonly [name: string]: unknown;
}

export function jsonLines(folder: string, name: string): JsonLine[] {
  const text = readFileSync(path.join(folder, name), "utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as JsonLine);
}

/** The one account of a corpus made from one source; fails where the books are wrong. */
export function onlyAccount({ accounts }: CorpusAbout): Account {
  const [first, ...more] = Object.values(accounts);
  if (!first || more.length > 0) throw new Error(`${Object.keys(accounts).length} accounts`);
  if (!addsUp(first)) throw new Error(`the account does not add up: ${JSON.stringify(first)}`);
  return first;
}
