import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { AlcapError } from "../../../errors";
import { sha256Of } from "../../../files/fingerprint";
import { readNpz } from "../../../files/npz";
import { readBytes, withSource } from "../../../files/read";
import { type Progress, silent } from "../../../progress";
import { isWav, wavFrames } from "../../audio/wav";
import { digest, type KnownSongs, knownSongs } from "../layout/known-songs";
import { addsUp, type CorpusAbout, corpusFiles } from "../layout/schema";
import { type Split, splits } from "../layout/split";
import { checkSums } from "../layout/sums";
import { inVariant, type Table, tables } from "../layout/variants";
import { isSound } from "../write/sounds";
import { type PreparedLine, readAbout, readInterpretations, readSongs, readTable } from "./read";

/** What is wrong with a corpus. */
export interface Finding {
  readonly file: string;
  readonly row?: number;
  readonly problem: string;
}

/** Songs, table rows and audio files. */
export interface Checked {
  readonly songs: number;
  readonly rows: number;
  readonly audio: number;
}

export interface CorpusCheck {
  readonly about: CorpusAbout;
  readonly findings: number;
  /** The first ten. */
  readonly first: readonly Finding[];
  /** What was looked at: the corpus itself under ".", and each one within it. */
  readonly checked: Readonly<Record<string, Checked>>;
}

/** Collects findings. */
interface Findings {
  readonly add: (file: string, problem: string, row?: number) => void;
  readonly all: () => { readonly findings: number; readonly first: readonly Finding[] };
}

/**
 * Checks a prepared corpus and those within it: sizes and SHA-256 of its files, every song, row, sound and representation, that splits share
 * no song, that the variants follow from the votes, and that all counts add up. Memory holds some tens of bytes a song.
 *
 * @throws AlcapError `data` when the folder is no prepared corpus
 */
export async function verifyCorpus(folder: string, progress: Progress = silent): Promise<CorpusCheck> {
  const found = collectFindings();
  const { about, checked: own } = await checkOne(folder, found, progress);
  const checked: Record<string, Checked> = { ".": own };
  for (const part of about.parts ?? []) {
    const inPart: Findings = { ...found, add: (file, problem, row) => found.add(`${part}/${file}`, problem, row) };
    const inner = await checkOne(path.join(folder, part), inPart, progress).catch((error: unknown) =>
      found.add(part, error instanceof AlcapError ? error.message : String(error)),
    );
    if (inner) checked[part] = inner.checked;
  }
  return { about, ...found.all(), checked };
}

/** Checks one corpus without those within it. */
async function checkOne(
  folder: string,
  found: Findings,
  progress: Progress,
): Promise<{ readonly about: CorpusAbout; readonly checked: Checked }> {
  const about = readAbout(folder);
  await checkFiles(folder, about, found);
  const { songs, audio } = await checkSongs(folder, about, found, progress);
  const votes = await checkInterpretations(folder, about, songs, found);
  let rows = 0;
  for (const table of listedTables(about))
    rows += await checkTable(folder, table, { about, songs, votes, found }).catch((error: unknown) => {
      found.add(table.file, error instanceof AlcapError ? error.message : String(error));
      return 0;
    });
  for (const [source, account] of Object.entries(about.accounts))
    if (!addsUp(account)) found.add(corpusFiles.about, `the account of ${source} does not add up`);
  return { about, checked: { songs: songs.count(), rows, audio } };
}

function collectFindings(): Findings {
  const first: Finding[] = [];
  let findings = 0;
  return {
    add: (file, problem, row) => {
      if (findings++ < 10) first.push({ file, problem, ...(row !== undefined && { row }) });
    },
    all: () => ({ findings, first }),
  };
}

async function checkFiles(folder: string, { files }: CorpusAbout, found: Findings): Promise<void> {
  for (const [name, { bytes, sha256 }] of Object.entries(files)) {
    const file = path.join(folder, name);
    if (!existsSync(file)) found.add(name, "is missing");
    else if (statSync(file).size !== bytes) found.add(name, `has ${statSync(file).size} bytes, not ${bytes}`);
    else if (sha256Of(file) !== sha256) found.add(name, "has another SHA-256 than when it was written");
  }
  await checkSums(folder, new Set(Object.keys(files)), found.add);
}

function usable<T>(line: PreparedLine<T>, file: string, found: Findings): T | undefined {
  if ("value" in line) return line.value;
  found.add(file, line.problem, line.row);
  return undefined;
}

async function checkSongs(
  folder: string,
  about: CorpusAbout,
  found: Findings,
  progress: Progress,
): Promise<{ songs: KnownSongs; audio: number }> {
  const file = corpusFiles.songs;
  const songs = knownSongs();
  const counts: Record<Split, number> = { train: 0, validation: 0, test: 0 };
  const total = splits.reduce((sum, split) => sum + about.songs[split], 0);
  let audio = 0;
  if (!existsSync(path.join(folder, file))) return { songs, audio };
  for await (const line of readSongs(folder)) {
    const song = usable(line, file, found);
    if (!song) continue;
    if (songs.splitOf(song.id)) found.add(file, `${song.id} again`, line.row);
    if (song.lyrics.trim() === "") found.add(file, `${song.id} has no lyrics`, line.row);
    if (about.audio && song.audio === undefined) found.add(file, `${song.id} has no audio`, line.row);
    if (song.audio !== undefined) {
      audio++;
      if (!(await holdsSound(path.join(folder, song.audio)))) found.add(song.audio, "is missing or holds no samples");
    }
    if (about.embeddings && !holdsStates(folder, song.id, about.embeddings.shape))
      found.add(`${corpusFiles.embeddings}/${song.id}.npz`, `is missing or holds no array ${about.embeddings.shape.join(" × ")}`);
    songs.add(song.id, song.split, song.lyrics);
    counts[song.split]++;
    progress(line.row, total, song.id);
  }
  for (const split of splits)
    if (counts[split] !== about.songs[split])
      found.add(file, `holds ${counts[split]} ${split} songs, corpus.json says ${about.songs[split]}`);
  if (about.audio && audio !== about.audio.files)
    found.add(file, `names ${audio} audio files, corpus.json says ${about.audio.files}`);
  return { songs, audio };
}

async function holdsSound(file: string): Promise<boolean> {
  if (file.endsWith(".npz")) return isSound(file);
  try {
    return await withSource(file, (source) => isWav(source) && wavFrames(source, file) > 0);
  } catch {
    return false;
  }
}

function holdsStates(folder: string, id: string, shape: readonly number[]): boolean {
  try {
    const file = path.join(folder, corpusFiles.embeddings, `${id}.npz`);
    const states = readNpz(readBytes(file), file).a;
    return (
      states !== undefined && states.shape.join() === shape.join() && states.data.every((x) => Number.isFinite(Math.fround(x)))
    );
  } catch {
    return false;
  }
}

/** Rows that each table must have, from the interpretations' splits and votes. */
async function checkInterpretations(
  folder: string,
  about: CorpusAbout,
  songs: KnownSongs,
  found: Findings,
): Promise<ReadonlyMap<string, number> | undefined> {
  const file = corpusFiles.interpretations;
  const own = listedTables(about);
  const expected = new Map(own.map((table) => [table.file, 0]));
  const counts = { train: 0, validation: 0, test: 0, withheld: 0 };
  if (!existsSync(path.join(folder, file))) return undefined;
  for await (const line of readInterpretations(folder)) {
    const one = usable(line, file, found);
    if (!one) continue;
    counts[one.split]++;
    const split = songs.splitOf(one.song);
    if (!split) found.add(file, `${one.song} is not in songs.jsonl`, line.row);
    else if (split !== (one.split === "withheld" ? "test" : one.split) && about.name !== "si-released")
      found.add(file, `${one.song} is a song of the ${split} split, its row of ${one.split}`, line.row);
    for (const table of own)
      if (one.split === table.split && (table.variant === undefined || inVariant(table.variant, one.votes ?? 0)))
        expected.set(table.file, (expected.get(table.file) ?? 0) + 1);
  }
  const booked = Object.values(about.accounts);
  for (const place of ["train", "validation", "test", "withheld"] as const) {
    const sum = booked.reduce((all, account) => all + account[place], 0);
    if (sum !== counts[place]) found.add(file, `holds ${counts[place]} rows of ${place}, the accounts of corpus.json say ${sum}`);
  }
  return about.name === "si-released" ? undefined : expected; // released records carry no votes
}

function listedTables(about: CorpusAbout): readonly Table[] {
  const known = [...tables({ cut: "by votes" }), ...tables({ cut: "none" }).slice(0, 2)];
  return known.filter(({ file }) => Object.hasOwn(about.tables, file));
}

interface TableContext {
  readonly about: CorpusAbout;
  readonly songs: KnownSongs;
  readonly votes: ReadonlyMap<string, number> | undefined;
  readonly found: Findings;
}

async function checkTable(folder: string, table: Table, { about, songs, votes, found }: TableContext): Promise<number> {
  const { file } = table;
  const inTable = new Set<number>();
  let rows = 0;
  if (!existsSync(path.join(folder, file))) return rows;
  for await (const line of readTable(folder, file)) {
    rows++;
    const row = usable(line, file, found);
    if (!row) continue;
    const split = songs.splitOf(row.song);
    inTable.add(digest(row.song));
    if (!split) found.add(file, `${row.song} is not in songs.jsonl`, line.row);
    else if (!songs.hasLyrics(row.song, row.lyrics)) found.add(file, `not the lyrics of ${row.song} in songs.jsonl`, line.row);
    else if (!mayHold(table, split, about)) found.add(file, `${row.song} is a song of the ${split} split`, line.row);
    if (row.text.trim() === "") found.add(file, "an empty comment", line.row);
  }
  const said = about.tables[file];
  if (said?.rows !== rows) found.add(file, `holds ${rows} rows, corpus.json says ${said?.rows}`);
  if (said?.songs !== inTable.size) found.add(file, `holds ${inTable.size} songs, corpus.json says ${said?.songs}`);
  const expected = votes?.get(file);
  if (expected !== undefined && expected !== rows) found.add(file, `holds ${rows} rows, the votes ask for ${expected}`);
  return rows;
}

/** Test songs are only in the test table; in a released layout training and validation may share songs. */
function mayHold({ split }: Table, songSplit: Split, { name }: CorpusAbout): boolean {
  return split === songSplit || (name === "si-released" && split === "validation" && songSplit === "train");
}
