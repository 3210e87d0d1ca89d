import { mkdirSync } from "node:fs";
import path from "node:path";
import { quiet, type Reporter } from "../../../progress";
import { problemAt } from "../layout/cells";
import {
  type AudioSummary,
  type CorpusAbout,
  corpusFiles,
  type PreparedInterpretation,
  type PreparedSong,
} from "../layout/schema";
import { compareIds, type Split } from "../layout/split";
import type { Ruler } from "../layout/statistics";
import { holds, type Table } from "../layout/variants";
import type { Draft, DraftRow } from "./draft";
import { type CorpusWriter, corpusWriter, type SongCount } from "./writer";

/** How a song's sound gets into the corpus. */
export interface SongSounds {
  readonly ending: AudioSummary["ending"];
  /** Writes the sound of a song to a path. */
  readonly write: (song: string, file: string) => Promise<void> | void;
}

/** A draft's way to a corpus. */
export interface Assembly {
  readonly name: CorpusAbout["name"];
  readonly options: CorpusAbout["options"];
  readonly tables: readonly Table[];
  /** The split of every song that is kept; rows of other songs are dropped for want of sound. */
  readonly split: ReadonlyMap<string, Split>;
  /** Test rows: each song's one with the most votes, or all. */
  readonly testRows: "best" | "all";
  readonly ruler: Ruler;
  readonly sounds?: SongSounds;
  /** Why songs have no sound. */
  readonly failures?: ReadonlyMap<string, string>;
  /** What else is known of a song. */
  readonly more?: (song: string) => Pick<PreparedSong, "title">;
  readonly report?: Reporter;
}

/** Writes a draft out as a prepared corpus (data/README.md) and closes it. */
export async function assemble(draft: Draft, assembly: Assembly): Promise<CorpusAbout> {
  const { tables, ruler, sounds, name, options } = assembly;
  const songsOf = new Map(tables.map(({ file }) => [file, new Set<string>()]));
  const writer = corpusWriter(draft.folder, { tables, ruler, countSongs: ({ file }) => countIn(songsOf.get(file)!) });
  await writeRows(draft, assembly, writer);
  const total = await writeSongs(draft, assembly, writer);
  const about = {
    name,
    options,
    accounts: Object.fromEntries(draft.accounts),
    sharedSongs: countShared(tables, songsOf),
    ...(sounds && { audio: { ending: sounds.ending, files: total } }),
  };
  return writer.close(about, { [corpusFiles.problems]: draft.close() });
}

/** Counts songs whose rows lie scattered. */
const countIn = (songs: Set<string>): SongCount => ({ add: (song) => songs.add(song), count: () => songs.size });

async function writeRows(draft: Draft, assembly: Assembly, writer: CorpusWriter): Promise<void> {
  const total = [...draft.songs.values()].reduce((sum, { rows }) => sum + rows, 0);
  const progress = (assembly.report ?? quiet)("rows");
  let index = 0;
  for await (const row of draft.rows()) {
    const place = placeOf(row, index++, draft, assembly);
    progress(index, total);
    if (!place) continue;
    draft.account(row.source)[place]++;
    const { song, text, votes, playlist } = row;
    const line: PreparedInterpretation = { song, split: place, text, votes, playlist };
    const into = assembly.tables.filter((table) => belongs(row, place, table));
    writer.row(line, draft.lyrics.get(song) ?? "", into);
  }
}

/** The split of a row, or undefined when it is dropped. */
function placeOf(row: DraftRow, index: number, draft: Draft, assembly: Assembly): Split | "withheld" | undefined {
  const split = assembly.split.get(row.song);
  const drop = (kind: "audio" | "leak", problem: string) => {
    draft.report(problemAt(row.source, row, { kind, problem }));
    return undefined;
  };
  if (!split) return drop("audio", `${row.song} has no usable audio: ${assembly.failures?.get(row.song) ?? "none was found"}`);
  if (row.table !== undefined) {
    const own = assembly.tables.find(({ file }) => file === row.table)?.split ?? split;
    return split === "test" && own !== "test" ? drop("leak", `${row.song} is a song of the test split`) : own;
  }
  if (split !== "test" || assembly.testRows === "all") return split;
  return draft.songs.get(row.song)?.best === index ? "test" : "withheld";
}

function belongs(row: DraftRow, place: Split | "withheld", table: Table): boolean {
  return row.table === undefined ? holds(table, place, row.votes) : row.table === table.file;
}

/** Songs with rows in both training and validation. */
function countShared(tables: readonly Table[], songsOf: ReadonlyMap<string, ReadonlySet<string>>): number {
  const of = (split: Split) =>
    new Set(tables.filter((table) => table.split === split).flatMap(({ file }) => [...(songsOf.get(file) ?? [])]));
  const train = of("train");
  return [...of("validation")].filter((song) => train.has(song)).length;
}

/** Writes songs and their sounds; gives how many there are. */
async function writeSongs(
  draft: Draft,
  { split, sounds, more, report = quiet }: Assembly,
  writer: CorpusWriter,
): Promise<number> {
  const progress = report("songs");
  const ids = [...split.keys()].sort(compareIds);
  if (sounds) mkdirSync(path.join(draft.folder, corpusFiles.audio));
  for (const [done, id] of ids.entries()) {
    const audio = sounds && `${corpusFiles.audio}/${id}.${sounds.ending}`;
    if (sounds && audio) await sounds.write(id, path.join(draft.folder, audio));
    writer.song({ id, split: split.get(id)!, lyrics: draft.lyrics.get(id) ?? "", audio, ...more?.(id) });
    progress(done + 1, ids.length, id);
  }
  return ids.length;
}
