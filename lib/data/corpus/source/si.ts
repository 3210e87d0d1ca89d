import path from "node:path";
import type { Encoding } from "../../../files/read";
import { readRows } from "../../../files/rows/read-rows";
import { quiet, type Reporter } from "../../../progress";
import { problemAt, songAndText, votesCell } from "../layout/cells";
import { drawSplits, type HeldOut } from "../layout/split";
import { tables } from "../layout/variants";
import { assemble } from "../write/assemble";
import type { Draft } from "../write/draft";
import { distinctNames, type FindSounds, inDraft, keptSongs, type PrepareCorpus, type PreparedCorpus } from "../write/prepare";
import { readIdList } from "./id-list";
import { keepLyrics } from "./lyrics";

/** The columns of interpretation records. Public copies differ: name theirs here. */
export interface InterpretationFields {
  readonly song: string;
  /** The interpretation. */
  readonly text: string;
  readonly votes: string;
  /** The song's lyrics; not needed where they come from a folder. */
  readonly lyrics: string;
}

/** The names of the released tables, and votes. */
export const interpretationFields: InterpretationFields = {
  song: "music4all_id",
  text: "comment",
  votes: "votes",
  lyrics: "lyrics",
};

export interface RecordOptions extends PrepareCorpus {
  readonly files: readonly string[];
  readonly fields?: InterpretationFields;
  readonly encoding?: Encoding;
  /** Folder of `<id>.txt`, as Music4All's `lyrics`; without it the records carry the lyrics. */
  readonly lyrics?: string;
  readonly held: HeldOut;
  readonly seed: number;
  /** File with the ids of the test songs, one a line, or a table with them; without it they are drawn. */
  readonly testSongs?: string;
  readonly findSounds?: FindSounds;
}

/**
 * Cuts the Song Interpretation corpus out of interpretation records with votes (JSON lines, a JSON array or CSV): the three variants of
 * the paper (section 5.1), with validation and test songs of their own. The reference of a test song is its interpretation with the most
 * votes, the earlier of equals. The same interpretation of the same song counts once.
 *
 * @throws AlcapError `input` when a file cannot be read, `data` when no row is usable, `usage` when there are too few songs
 */
export async function prepareRecords(options: RecordOptions): Promise<PreparedCorpus> {
  const { files, fields = interpretationFields, encoding = "utf-8", lyrics, held, seed, testSongs, report = quiet } = options;
  distinctNames(files);
  return inDraft(options, async (draft) => {
    for (const file of files) await draftRecords(draft, file, { fields, encoding, lyrics, report });
    const { kept, ...sounds } = await keptSongs(draft, options.findSounds);
    const fixed = testSongs === undefined ? undefined : await readIdList(testSongs, fields.song, draft);
    return assemble(draft, {
      name: "si",
      options: { fields, encoding, held, seed, testSongs: fixed ? "given" : "drawn", lyrics: lyrics ? "folder" : "records" },
      tables: tables({ cut: "by votes" }),
      split: drawSplits(kept, held, seed, fixed),
      testRows: "best",
      ruler: options.ruler,
      report,
      ...sounds,
    });
  });
}

interface Reading {
  readonly fields: InterpretationFields;
  readonly encoding: Encoding;
  readonly lyrics?: string;
  readonly report: Reporter;
}

async function draftRecords(draft: Draft, file: string, { fields, encoding, lyrics, report }: Reading): Promise<void> {
  const source = path.basename(file);
  const required = [fields.song, fields.text, fields.votes, ...(lyrics === undefined ? [fields.lyrics] : [])];
  const account = draft.account(source);
  for await (const record of readRows(file, { encoding, required, progress: report(source) })) {
    account.read++;
    const found = "kind" in record ? record : interpretation(record.cells, fields);
    if ("kind" in record || "kind" in found) {
      if ("kind" in found) draft.report(problemAt(source, record, found));
    } else if (!draft.isNew(found.song, found.text)) {
      const repeated = {
        kind: "duplicate",
        column: fields.text,
        problem: "the same interpretation of the same song again",
      } as const;
      draft.report(problemAt(source, record, repeated));
    } else if (keepLyrics(draft, source, record, found.song, { column: fields.lyrics, folder: lyrics, encoding })) {
      draft.add({ ...found, source, row: record.row, line: record.line });
    }
  }
}

/** The cells of one record, or the first that cannot be used. */
function interpretation(cells: ReadonlyMap<string, unknown>, fields: InterpretationFields) {
  const found = songAndText(cells, fields);
  if ("kind" in found) return found;
  const votes = votesCell(cells, fields.votes);
  return "kind" in votes ? votes : { ...found, votes: votes.value };
}
