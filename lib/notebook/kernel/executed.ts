import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { fingerprint, sha256Of } from "../../files/fingerprint";
import { parseJson } from "../../files/json";
import { isFile, isFolder, readBytes, readText } from "../../files/read";
import { writeWhole } from "../../files/whole-file";
import { readNotebook } from "./ipynb";

/** What was executed: from which inputs, and the bytes that came of it. */
const entry = z.strictObject({ inputs: z.string(), output: z.string() });
const schema = z.record(z.string(), entry);
type Entry = z.infer<typeof entry>;

/** Remembers in a file which notebooks were executed from what. Losing it costs no more than executing them again. */
export interface ExecutedNotebooks {
  /** Whether the notebook that stands at `out` was made from these inputs and is as it was written. */
  isCurrent(out: string, inputs: string): boolean;
  remember(out: string, inputs: string): void;
}

export function executedNotebooks(file: string): ExecutedNotebooks {
  const known = new Map<string, Entry>(Object.entries(readEntries(file)));
  return {
    isCurrent(out, inputs) {
      const found = known.get(path.basename(out));
      return found?.inputs === inputs && existsSync(out) && sha256Of(out) === found.output;
    },
    remember(out, inputs) {
      known.set(path.basename(out), { inputs, output: sha256Of(out) });
      writeWhole(file, `${JSON.stringify(Object.fromEntries([...known].sort(([a], [b]) => (a < b ? -1 : 1))), null, 1)}\n`);
    },
  };
}

/** The entries of the file; none where it is damaged. */
function readEntries(file: string): Readonly<Record<string, Entry>> {
  if (!existsSync(file)) return {};
  try {
    return schema.parse(parseJson(readText(file), file));
  } catch {
    return {};
  }
}

/**
 * Names what a notebook's outputs are made from: its cells, and whatever else the caller says.
 *
 * @param rest of the library, the preset and its records, as plain data
 */
export function notebookInputs(file: string, rest: unknown): string {
  const cells = readNotebook(file).cells.map(({ cell_type, metadata, source }) => [cell_type, metadata, source]);
  return fingerprint([cells, rest]);
}

/** Names the content of files and of all files below folders, of one ending where it is given; what is not there is empty. */
export function contentOf(places: readonly string[], ending = ""): string {
  const hash = createHash("sha256");
  for (const place of places) {
    for (const file of filesAt(place, ending)) {
      hash.update(`${path.relative(place, file)}\0`);
      hash.update(readBytes(file));
    }
  }
  return hash.digest("hex");
}

function filesAt(place: string, ending: string): string[] {
  if (!isFolder(place)) return isFile(place) ? [place] : [];
  return readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile() && one.name.endsWith(ending))
    .map((one) => path.join(one.parentPath, one.name))
    .sort();
}
