import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import path from "node:path";
import {
  type CaptionRow,
  type CorpusAbout,
  corpusFiles,
  type PreparedLine,
  type PreparedSong,
  playlistsFolder,
  readAbout,
  readSongs,
  readTable,
  type Variant,
  variants,
} from "../../data/corpus";
import type { Split, Truth } from "../../data/songbook";
import { AlcapError } from "../../errors";
import { type Progress, silent } from "../../progress";
import type { Corpus, Row, SongText } from "./corpus";

/** How data sets of a corpus are called before their cut: the paper's names, or Songbook's. */
const families: Readonly<Record<CorpusAbout["name"], string>> = {
  si: "si",
  "si-released": "si",
  netease: "ncm-review",
  songbook: "songbook",
  "songbook-playlists": "songbook-playlists",
};

const cutNames: Readonly<Record<Variant, string>> = { full: "full", not_negative: "nonnegative", positive: "positive" };

/** A data set of a prepared corpus: its tables by split. */
interface DataSet {
  readonly name: string;
  readonly tables: Readonly<Record<Split, string>>;
}

/** The data sets that a prepared corpus holds: `si-full`, `si-nonnegative`, `si-positive`; `ncm-review`. */
function dataSetsOf({ name, tables }: CorpusAbout): DataSet[] {
  const family = families[name];
  const cut = (variant: Variant): DataSet => ({
    name: `${family}-${cutNames[variant]}`,
    tables: { train: `df_${variant}_train.csv`, validation: `df_${variant}_val.csv`, test: "df_test.csv" },
  });
  const whole: DataSet = { name: family, tables: { train: "df_train.csv", validation: "df_val.csv", test: "df_test.csv" } };
  return [...variants.map(cut), whole].filter((one) => Object.values(one.tables).every((file) => Object.hasOwn(tables, file)));
}

/** The folder of a data set: a prepared Songbook keeps its playlists in a folder of their own. */
export function dataSetFolder(corpus: string, dataSet: string | undefined): string {
  const part = path.join(corpus, playlistsFolder);
  return dataSet === "songbook-playlists" && existsSync(path.join(part, corpusFiles.about)) ? part : corpus;
}

/** The name of the data set that a prepared corpus is trained on: the one asked for, or its only one. */
function chosen(about: CorpusAbout, folder: string, asked: string | undefined): DataSet {
  const known = dataSetsOf(about);
  const parts = about.parts?.includes(playlistsFolder) ? ["songbook-playlists"] : [];
  const found = asked === undefined && known.length === 1 ? known[0] : known.find(({ name }) => name === asked);
  if (found) return found;
  const problem = asked === undefined ? `${folder} holds several data sets.` : `${folder} holds no data set "${asked}".`;
  throw new AlcapError("usage", problem, `Choose one of ${[...known.map(({ name }) => name), ...parts].join(", ")}.`);
}

/**
 * Reads a data set in its folder, as `alcap prepare` wrote it; lyrics are held once a song. Songs come with their truth where the
 * corpus is a Songbook.
 *
 * @param dataSet `si-positive` and the like; may be left out where there is one only
 * @throws AlcapError `usage` when there is no such data set, `data` when a file is damaged
 */
export async function readPreparedCorpus(
  folder: string,
  dataSet: string | undefined,
  progress: Progress = silent,
): Promise<Corpus<SongText>> {
  const about = readAbout(folder);
  const { name, tables } = chosen(about, folder, dataSet);
  const songs = new Map<string, SongText>();
  const hash = createHash("sha256");
  for await (const line of readSongs(folder)) {
    const song = contentOf(line, corpusFiles.songs);
    songs.set(song.id, songText(song, about));
    hash.update(JSON.stringify([song.id, song.split, song.lyrics, song.truth ?? null]));
  }
  const total = Object.values(tables).reduce((sum, file) => sum + (about.tables[file]?.rows ?? 0), 0);
  let done = 0;
  const read = async (split: Split): Promise<Row<SongText>[]> => {
    const rows: Row<SongText>[] = [];
    const file = tables[split];
    for await (const line of readTable(folder, file)) {
      const { song: id, text } = contentOf<CaptionRow>(line, file);
      const song = songs.get(id);
      if (!song) throw damaged(file, line.row, `names the song ${id}, which ${corpusFiles.songs} does not hold`);
      rows.push({ song, text });
      hash.update(JSON.stringify([split, id, text]));
      progress(++done, Math.max(total, done), "rows read");
    }
    if (rows.length > 0) return rows;
    throw new AlcapError("data", `${file} holds no row.`, "Prepare a corpus with rows in every split.");
  };
  const rows = { train: await read("train"), validation: await read("validation"), test: await read("test") };
  return { name, songs: [...songs.values()], rows, hash: hash.digest("hex").slice(0, 12) };
}

/** A Songbook's truth was written by this library; other corpora have none. */
const songText = ({ id, split, lyrics, truth }: PreparedSong, { name }: CorpusAbout): SongText =>
  name.startsWith("songbook") && truth ? { id, split, lyrics, truth: truth as Truth } : { id, split, lyrics };

function contentOf<T>(line: PreparedLine<T>, file: string): T {
  if ("value" in line) return line.value;
  throw damaged(file, line.row, line.problem);
}

const damaged = (file: string, row: number, problem: string) =>
  new AlcapError("data", `${file}, row ${row}: ${problem}.`, "Run `alcap verify data` on the folder, and prepare it again.");
