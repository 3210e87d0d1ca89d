import path from "node:path";
import { decode, type Encoding, readBytes } from "../../../files/read";
import type { FoundRecord } from "../../../files/rows/row";
import { type Cell, problemAt, textCell } from "../layout/cells";
import type { Draft } from "../write/draft";

/** Where lyrics come from: a column of the records, or a folder of `<id>.txt`. */
export interface LyricsSource {
  readonly column: string;
  readonly folder?: string;
  readonly encoding: Encoding;
}

/**
 * Puts a song's lyrics on the shelf. The first lyrics of a song stay; others are reported, and the row is kept.
 *
 * @returns false when the song has no lyrics; the row is then booked as dropped
 */
export function keepLyrics(draft: Draft, source: string, record: FoundRecord, song: string, from: LyricsSource): boolean {
  const known = draft.lyrics.get(song);
  if (from.folder !== undefined && known !== undefined) return true;
  const lyrics = from.folder === undefined ? textCell(record.cells, from.column, "lyrics") : fileCell(from, song);
  if ("kind" in lyrics) {
    if (known === undefined) draft.report(problemAt(source, record, lyrics));
    else draft.report(problemAt(source, record, { ...lyrics, problem: `${lyrics.problem}; an earlier row's are taken` }, "kept"));
    return known !== undefined;
  }
  if (known === undefined) draft.lyrics.put(song, lyrics.value);
  else if (known !== lyrics.value)
    draft.report(
      problemAt(
        source,
        record,
        { kind: "lyrics", column: from.column, problem: `not the lyrics that ${song} had before; the first are taken` },
        "kept",
      ),
    );
  return true;
}

function fileCell({ folder = "", column, encoding }: LyricsSource, song: string): Cell<string> {
  const file = `${song}.txt`;
  let bytes: Buffer;
  try {
    bytes = readBytes(path.join(folder, file));
  } catch {
    return { kind: "unknown song", column, problem: `there are no lyrics ${file}` };
  }
  const text = decode(bytes, encoding);
  if (text === undefined)
    return { kind: "encoding", column, problem: `${file} is not UTF-8 (--encoding latin1 reads older files)` };
  return textCell(new Map([[column, text.replace(/^\ufeff/, "")]]), column, "lyrics");
}
