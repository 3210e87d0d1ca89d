import { existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { sha256Of } from "../../../files/fingerprint";
import { readText } from "../../../files/read";
import { textLines } from "../../../files/rows/json";
import { textFile } from "../../../files/text-file";
import { type Progress, silent } from "../../../progress";
import { corpusFiles, corpusSchema } from "./schema";

/** Every file of a folder and its folders, in the order of their names; memory holds the names of one folder. */
export function* filesIn(folder: string, inside = ""): Generator<string> {
  for (const name of readdirSync(path.join(folder, inside)).sort()) {
    const file = inside === "" ? name : `${inside}/${name}`;
    if (statSync(path.join(folder, file)).isDirectory()) yield* filesIn(folder, file);
    else yield file;
  }
}

/**
 * Writes `SHA256SUMS` over all other files of a folder, in the format of `sha256sum`.
 *
 * @returns the SHA-256 of that file: it names every byte of the corpus
 */
export function writeSums(folder: string, progress: Progress = silent): string {
  let total = 0;
  for (const _ of filesIn(folder)) total++;
  const out = textFile(path.join(folder, corpusFiles.sums));
  let done = 0;
  for (const file of filesIn(folder)) {
    if (file === corpusFiles.sums) continue;
    out.write(`${sha256Of(path.join(folder, file))}  ${file}\n`);
    progress(++done, total, file);
  }
  return out.close().sha256;
}

/**
 * Compares a folder with its `SHA256SUMS`.
 *
 * @param known files that were looked at already
 * @param add takes a file and what is wrong with it
 */
export async function checkSums(
  folder: string,
  known: ReadonlySet<string>,
  add: (file: string, problem: string) => void,
): Promise<void> {
  const list = path.join(folder, corpusFiles.sums);
  if (!existsSync(list)) return add(corpusFiles.sums, "is missing");
  const found = filesIn(folder);
  const next = () => {
    const { value } = found.next();
    return value === corpusFiles.sums ? (found.next().value as string | undefined) : (value as string | undefined);
  };
  let file = next();
  // Both lists have the same order, so they are read side by side.
  for await (const { text = "" } of textLines(list)) {
    const [sum = "", listed = ""] = text.split("  ");
    while (file !== undefined && order(file, listed) < 0) {
      add(file, "is not part of the corpus");
      file = next();
    }
    if (file !== listed) {
      if (!known.has(listed)) add(listed, "is missing");
      continue;
    }
    if (!known.has(file) && sha256Of(path.join(folder, file)) !== sum) add(file, "has another SHA-256 than when it was written");
    file = next();
  }
  for (; file !== undefined; file = next()) add(file, "is not part of the corpus");
}

/**
 * Why a folder is not a prepared corpus and nothing else, or undefined: only such a folder may be removed for a new one.
 * Files are compared by name, not by content.
 */
export function notOurs(folder: string): string | undefined {
  const about = path.join(folder, corpusFiles.about);
  if (
    !existsSync(about) ||
    !readText(about)
      .slice(0, 1 << 16)
      .includes(`"${corpusSchema}"`)
  )
    return "is no prepared corpus";
  const list = path.join(folder, corpusFiles.sums);
  if (!existsSync(list)) return `lacks ${corpusFiles.sums}, which names its files`;
  const named = new Set(
    readText(list)
      .split("\n")
      .map((line) => line.slice(line.indexOf("  ") + 2)),
  );
  const foreign = [...filesIn(folder)].filter((file) => file !== corpusFiles.sums && !named.has(file));
  if (foreign.length === 0) return undefined;
  return `holds ${foreign.length} files that are no part of the corpus, such as ${foreign[0]}`;
}

/** Order of `filesIn`: folder by folder. */
function order(a: string, b: string): number {
  const [left, right] = [a.split("/"), b.split("/")];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    if (left[i] !== right[i]) return left[i]! < right[i]! ? -1 : 1;
  }
  return left.length - right.length;
}
