import { existsSync } from "node:fs";
import path from "node:path";
import { AlcapError } from "../../../errors";
import type { Encoding } from "../../../files/read";
import { readRows } from "../../../files/rows/read-rows";
import { quiet } from "../../../progress";
import { problemAt, songAndText } from "../layout/cells";
import type { Split } from "../layout/split";
import { releasedColumns, type Table, tables } from "../layout/variants";
import { assemble } from "../write/assemble";
import type { Draft } from "../write/draft";
import { type FindSounds, inDraft, keptSongs, type PrepareCorpus, type PreparedCorpus } from "../write/prepare";
import { keepLyrics } from "./lyrics";
import type { InterpretationFields } from "./si";

export interface ReleasedOptions extends PrepareCorpus {
  /** Folder with `df_full_train.csv`, `df_full_val.csv`, … and `df_test.csv`; variants that are not there are left out. */
  readonly folder: string;
  readonly fields?: Omit<InterpretationFields, "votes">;
  readonly encoding?: Encoding;
  readonly findSounds?: FindSounds;
}

/** Which tables of the released layout a folder holds. */
export function releasedTables(folder: string): readonly Table[] {
  return tables({ cut: "by votes" }).filter(({ file }) => existsSync(path.join(folder, file)));
}

/**
 * Takes the released tables over as they are cut: rows stay in their table. Rows of test songs in other tables are dropped as leaks;
 * repeated rows are kept and reported; songs that training and validation share are counted in `corpus.json`.
 *
 * @throws AlcapError `input` when the folder lacks the test table or all training tables, or one cannot be read
 */
export async function prepareReleased(options: ReleasedOptions): Promise<PreparedCorpus> {
  const [song, lyrics, text] = releasedColumns;
  const { folder, fields = { song, lyrics, text }, encoding = "utf-8", report = quiet } = options;
  const present = releasedTables(folder);
  for (const split of ["train", "test"] as const) {
    if (present.some((table) => table.split === split)) continue;
    const missing = split === "test" ? "df_test.csv" : "df_full_train.csv, df_not_negative_train.csv or df_positive_train.csv";
    throw new AlcapError("input", `${folder} holds no ${missing}.`, "Give the folder of the released tables.");
  }
  return inDraft(options, async (draft) => {
    const splitOf = new Map<string, Split>();
    for (const table of [...present].sort((a, b) => rank(b.split) - rank(a.split)))
      for (const id of await draftTable(draft, table, { folder, fields, encoding, report }))
        if (rank(table.split) > rank(splitOf.get(id))) splitOf.set(id, table.split);
    const { kept, ...sounds } = await keptSongs(draft, options.findSounds);
    return assemble(draft, {
      name: "si-released",
      options: { fields, encoding },
      tables: present,
      split: new Map(kept.map(({ id }) => [id, splitOf.get(id) ?? "train"])),
      testRows: "all",
      ruler: options.ruler,
      report,
      ...sounds,
    });
  });
}

/** A song in two splits counts for the higher: test before training before validation. */
function rank(split: Split | undefined): number {
  return split === "test" ? 3 : split === "train" ? 2 : split === "validation" ? 1 : 0;
}

type TableReading = Required<Pick<ReleasedOptions, "folder" | "fields" | "encoding" | "report">>;

/** Puts the usable rows of one table into the draft; gives the songs they are about. */
async function draftTable(
  draft: Draft,
  { file }: Table,
  { folder, fields, encoding, report }: TableReading,
): Promise<ReadonlySet<string>> {
  const songs = new Set<string>();
  const account = draft.account(file);
  const options = { encoding, required: Object.values(fields), progress: report(file) };
  for await (const record of readRows(path.join(folder, file), options)) {
    account.read++;
    const found = "kind" in record ? record : songAndText(record.cells, fields);
    if ("kind" in record || "kind" in found) {
      if ("kind" in found) draft.report(problemAt(file, record, found));
      continue;
    }
    const { song, text } = found;
    if (!keepLyrics(draft, file, record, song, { column: fields.lyrics, encoding })) continue;
    if (!draft.isNew(song, text, file)) {
      const problem = "the same interpretation of the same song again";
      draft.report(problemAt(file, record, { kind: "duplicate", column: fields.text, problem }, "kept"));
    }
    songs.add(song);
    draft.add({ song, text, source: file, row: record.row, line: record.line, table: file });
  }
  return songs;
}
