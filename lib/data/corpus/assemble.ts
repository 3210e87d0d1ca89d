import { mkdirSync } from "node:fs";
import path from "node:path";
import { quiet, type Reporter } from "../../progress";
import { problemAt } from "./cells";
import { csvLine } from "./csv";
import { writeDatasheet } from "./datasheet";
import type { Draft, DraftRow } from "./draft";
import {
  type AudioSummary,
  type CorpusAbout,
  corpusFiles,
  corpusSchema,
  type PreparedInterpretation,
  type PreparedSong,
  type TableSummary,
} from "./schema";
import { compareIds, type Split } from "./split";
import { type Lengths, lengths, type Ruler } from "./statistics";
import { type FileSum, type TextFile, textFile } from "./text-file";
import { inVariant, releasedColumns, type Table } from "./variants";

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
  readonly more?: (song: string) => Pick<PreparedSong, "title" | "tags" | "truth">;
  readonly report?: Reporter;
}

/** Writes a draft out as a prepared corpus (data/README.md) and closes it. */
export async function assemble(draft: Draft, assembly: Assembly): Promise<CorpusAbout> {
  const files: Record<string, FileSum> = {};
  const open = (name: string) => textFile(path.join(draft.folder, name));
  const rows = await writeRows(draft, assembly, open, files);
  const songs = await writeSongs(draft, assembly, open(corpusFiles.songs));
  files[corpusFiles.songs] = songs.sum;
  const { sounds, ruler, name, options } = assembly;
  files[corpusFiles.problems] = draft.close();
  const about: CorpusAbout = {
    schema: corpusSchema,
    name,
    options,
    accounts: Object.fromEntries(draft.accounts),
    songs: songs.counts,
    sharedSongs: rows.sharedSongs,
    unit: ruler.unit,
    lyrics: songs.lyrics.summary(),
    tables: rows.summaries,
    ...(sounds && { audio: { ending: sounds.ending, files: songs.total } }),
    files,
  };
  const sheet = open(corpusFiles.datasheet);
  sheet.write(writeDatasheet(about));
  files[corpusFiles.datasheet] = sheet.close();
  const last = open(corpusFiles.about);
  last.write(`${JSON.stringify(about, null, 1)}\n`);
  last.close();
  return about;
}

interface OpenTable extends Table {
  readonly out: TextFile;
  readonly comment: Lengths;
  readonly songs: Set<string>;
  rows: number;
}

async function writeRows(
  draft: Draft,
  assembly: Assembly,
  open: (name: string) => TextFile,
  files: Record<string, FileSum>,
): Promise<{ summaries: Record<string, TableSummary>; sharedSongs: number }> {
  const tables = assembly.tables.map((table): OpenTable => {
    const out = open(table.file);
    out.write(csvLine(releasedColumns));
    return { ...table, out, comment: lengths(), songs: new Set(), rows: 0 };
  });
  const all = open(corpusFiles.interpretations);
  const total = [...draft.songs.values()].reduce((sum, { rows }) => sum + rows, 0);
  const progress = (assembly.report ?? quiet)("rows");
  let index = 0;
  for await (const row of draft.rows()) {
    const place = placeOf(row, index++, draft, assembly);
    progress(index, total);
    if (!place) continue;
    draft.account(row.source)[place]++;
    const { song, text, votes, playlist, listener } = row;
    const line: PreparedInterpretation = { song, split: place, text, votes, playlist, listener };
    all.write(`${JSON.stringify(line)}\n`);
    for (const table of tables) if (belongs(row, place, table)) addTo(table, row, draft, assembly.ruler);
  }
  files[corpusFiles.interpretations] = all.close();
  for (const { file, out } of tables) files[file] = out.close();
  const summaries = tables.map(({ file, rows, songs, comment }) => [
    file,
    { rows, songs: songs.size, comment: comment.summary() },
  ]);
  return { summaries: Object.fromEntries(summaries), sharedSongs: countShared(tables) };
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
  if (row.table !== undefined) return row.table === table.file;
  return place === table.split && (table.variant === undefined || inVariant(table.variant, row.votes ?? 0));
}

function addTo(table: OpenTable, { song, text }: DraftRow, draft: Draft, ruler: Ruler): void {
  table.out.write(csvLine([song, draft.lyrics.get(song) ?? "", text]));
  table.comment.add(ruler.length(text));
  table.songs.add(song);
  table.rows++;
}

/** Songs with rows in both training and validation. */
function countShared(tables: readonly OpenTable[]): number {
  const of = (split: Split) => new Set(tables.filter((table) => table.split === split).flatMap(({ songs }) => [...songs]));
  const train = of("train");
  return [...of("validation")].filter((song) => train.has(song)).length;
}

async function writeSongs(
  draft: Draft,
  { split, sounds, ruler, more, report = quiet }: Assembly,
  out: TextFile,
): Promise<{ sum: FileSum; counts: Record<Split, number>; total: number; lyrics: Lengths }> {
  const counts: Record<Split, number> = { train: 0, validation: 0, test: 0 };
  const lyrics = lengths();
  const progress = report("songs");
  const ids = [...split.keys()].sort(compareIds);
  if (sounds) mkdirSync(path.join(draft.folder, corpusFiles.audio));
  for (const [done, id] of ids.entries()) {
    const text = draft.lyrics.get(id) ?? "";
    const audio = sounds && `${corpusFiles.audio}/${id}.${sounds.ending}`;
    if (sounds && audio) await sounds.write(id, path.join(draft.folder, audio));
    const song: PreparedSong = { id, split: split.get(id)!, lyrics: text, audio, ...more?.(id) };
    out.write(`${JSON.stringify(song)}\n`);
    counts[song.split]++;
    lyrics.add(ruler.length(text));
    progress(done + 1, ids.length, id);
  }
  return { sum: out.close(), counts, total: ids.length, lyrics };
}
