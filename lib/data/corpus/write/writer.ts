import path from "node:path";
import { csvLine } from "../../../files/rows/csv";
import { type FileSum, type TextFile, textFile } from "../../../files/text-file";
import { type CorpusAbout, corpusFiles, corpusSchema, type PreparedInterpretation, type PreparedSong } from "../layout/schema";
import type { Split } from "../layout/split";
import { type Lengths, lengths, type Ruler } from "../layout/statistics";
import { releasedColumns, type Table } from "../layout/variants";
import { writeDatasheet } from "./datasheet";

/** Counts the songs of a table. */
export interface SongCount {
  add(song: string): void;
  count(): number;
}

/** Counts songs whose rows follow one another: nothing is held but the last. */
export function rowsBySong(): SongCount {
  let last: string | undefined;
  let songs = 0;
  return {
    add: (song) => {
      if (song !== last) songs++;
      last = song;
    },
    count: () => songs,
  };
}

export interface WriterOptions {
  readonly tables: readonly Table[];
  readonly ruler: Ruler;
  /** How the songs of a table are counted. */
  readonly countSongs: (table: Table) => SongCount;
}

/** What `corpus.json` says that the writer cannot count. */
export type AboutCorpus = Pick<CorpusAbout, "name" | "options" | "accounts" | "sharedSongs" | "audio" | "embeddings" | "parts">;

/** The files of a corpus while rows and songs are written; nothing that grows with them is held. */
export interface CorpusWriter {
  /** Writes an interpretation, and a line of each of these tables. */
  row(row: PreparedInterpretation, lyrics: string, tables: readonly Table[]): void;
  /** Writes a song; songs come in the order of their ids. */
  song(song: PreparedSong): void;
  /** Writes `corpus.json` and the datasheet. `files` are those that others wrote. */
  close(about: AboutCorpus, files: Readonly<Record<string, FileSum>>): CorpusAbout;
}

interface OpenTable {
  readonly file: string;
  readonly out: TextFile;
  readonly comment: Lengths;
  readonly songs: SongCount;
  rows: number;
}

/** Opens the files of a corpus (data/README.md) in a folder that holds none of them. */
export function corpusWriter(folder: string, { tables, ruler, countSongs }: WriterOptions): CorpusWriter {
  const open = (name: string) => textFile(path.join(folder, name));
  const openTables = new Map(tables.map((table) => [table.file, openTable(table, open(table.file), countSongs(table))]));
  const interpretations = open(corpusFiles.interpretations);
  const songs = open(corpusFiles.songs);
  const counts: Record<Split, number> = { train: 0, validation: 0, test: 0 };
  const lyricsLengths = lengths();
  return {
    row: (row, lyrics, into) => {
      interpretations.write(`${JSON.stringify(row)}\n`);
      for (const { file } of into) addTo(openTables.get(file)!, row, lyrics, ruler);
    },
    song: (song) => {
      songs.write(`${JSON.stringify(song)}\n`);
      counts[song.split]++;
      lyricsLengths.add(ruler.length(song.lyrics));
    },
    close: (about, others) => {
      const files: Record<string, FileSum> = { [corpusFiles.interpretations]: interpretations.close() };
      for (const { file, out } of openTables.values()) files[file] = out.close();
      files[corpusFiles.songs] = songs.close();
      const { unit } = ruler;
      return describe(open, {
        schema: corpusSchema,
        ...about,
        songs: counts,
        unit,
        lyrics: lyricsLengths.summary(),
        tables: Object.fromEntries([...openTables.values()].map(summary)),
        files: { ...files, ...others },
      });
    },
  };
}

function openTable({ file }: Table, out: TextFile, songs: SongCount): OpenTable {
  out.write(csvLine(releasedColumns));
  return { file, out, comment: lengths(), songs, rows: 0 };
}

function addTo(table: OpenTable, { song, text }: PreparedInterpretation, lyrics: string, ruler: Ruler): void {
  table.out.write(csvLine([song, lyrics, text]));
  table.comment.add(ruler.length(text));
  table.songs.add(song);
  table.rows++;
}

const summary = ({ file, rows, songs, comment }: OpenTable) =>
  [file, { rows, songs: songs.count(), comment: comment.summary() }] as const;

/** Writes the datasheet, then `corpus.json`, which names its sum. */
function describe(open: (name: string) => TextFile, about: CorpusAbout): CorpusAbout {
  const sheet = open(corpusFiles.datasheet);
  sheet.write(writeDatasheet(about));
  const whole: CorpusAbout = { ...about, files: { ...about.files, [corpusFiles.datasheet]: sheet.close() } };
  const last = open(corpusFiles.about);
  last.write(`${JSON.stringify(whole, null, 1)}\n`);
  last.close();
  return whole;
}

/** An empty list of problems: nothing that is generated can be wrong. */
export function noProblems(folder: string): FileSum {
  return textFile(path.join(folder, corpusFiles.problems)).close();
}
