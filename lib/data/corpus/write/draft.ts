import { createHash } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { textLines } from "../../../files/rows/json";
import { type Problem, type ProblemKind, type ProblemLog, problemLog } from "../../../files/rows/problems";
import { type FileSum, textFile } from "../../../files/text-file";
import { corpusFiles } from "../layout/schema";
import { type TextShelf, textShelf } from "./shelf";

/** One usable interpretation or review, on its way into a corpus. */
export interface DraftRow {
  readonly song: string;
  readonly text: string;
  /** The account it is booked on: a file's name. */
  readonly source: string;
  readonly row: number;
  readonly line?: number;
  readonly votes?: number;
  readonly playlist?: string;
  /** The released table it must go into. */
  readonly table?: string;
}

/** What the rows of one song have come to. */
export interface SongTally {
  rows: number;
  /** Most votes of a row, and the first row (in the order of the draft) that has them. */
  votes: number;
  best: number;
}

/** Numbers of one source while it is being read. */
export interface OpenAccount {
  read: number;
  train: number;
  validation: number;
  test: number;
  withheld: number;
  readonly dropped: Partial<Record<ProblemKind, number>>;
}

/** Everything read from the sources, on disk: rows, lyrics by song, problems. Memory holds a few words a song and 16 bytes a row. */
export interface Draft {
  /** The corpus' folder, still under its temporary name. */
  readonly folder: string;
  /** For files that are not part of the corpus. */
  readonly work: string;
  readonly lyrics: TextShelf;
  readonly problems: ProblemLog;
  readonly songs: ReadonlyMap<string, SongTally>;
  readonly account: (source: string) => OpenAccount;
  /** Logs a problem and, where the row is dropped, books it. */
  report(problem: Problem): void;
  add(row: DraftRow): void;
  /** True the first time a pair of song and text comes within a scope. */
  isNew(song: string, text: string, scope?: string): boolean;
  readonly accounts: ReadonlyMap<string, OpenAccount>;
  /** The rows in the order they were added; no row can be added any more. */
  rows(): AsyncGenerator<DraftRow>;
  /** Removes what is not part of the corpus and gives the sum of the problems' file; can be called again. */
  close(): FileSum;
}

/** Opens an empty draft in a corpus' (temporary) folder. */
export function openDraft(folder: string): Draft {
  const work = path.join(folder, ".work");
  mkdirSync(work);
  const spoolFile = path.join(work, "rows.jsonl");
  const spool = textFile(spoolFile);
  const lyrics = textShelf(path.join(work, "lyrics"));
  const problemFile = textFile(path.join(folder, corpusFiles.problems));
  const problems = problemLog((problem) => problemFile.write(`${JSON.stringify(problem)}\n`));
  const songs = new Map<string, SongTally>();
  const accounts = new Map<string, OpenAccount>();
  const seen = new Set<string>();
  let rows = 0;
  const account = (source: string) => {
    const open = accounts.get(source) ?? { read: 0, train: 0, validation: 0, test: 0, withheld: 0, dropped: {} };
    accounts.set(source, open);
    return open;
  };
  return {
    folder,
    work,
    lyrics,
    problems,
    songs,
    accounts,
    account,
    report: (problem) => {
      problems.add(problem);
      const { dropped } = account(problem.file);
      if (problem.effect === "dropped") dropped[problem.kind] = (dropped[problem.kind] ?? 0) + 1;
    },
    add: (row) => {
      spool.write(`${JSON.stringify(row)}\n`);
      count(songs, row, rows++);
    },
    isNew: (song, text, scope = "") => {
      const key = createHash("sha256").update(`${scope}\0${song}\0${text}`).digest("base64url").slice(0, 22);
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    },
    async *rows() {
      spool.close();
      for await (const { text = "" } of textLines(spoolFile)) yield JSON.parse(text) as DraftRow;
    },
    close: () => {
      spool.close();
      lyrics.close();
      rmSync(work, { recursive: true, force: true });
      return problemFile.close();
    },
  };
}

function count(songs: Map<string, SongTally>, { song, votes = 0 }: DraftRow, index: number): void {
  const tally = songs.get(song);
  if (!tally) songs.set(song, { rows: 1, votes, best: index });
  else {
    tally.rows++;
    if (votes > tally.votes) {
      tally.votes = votes;
      tally.best = index;
    }
  }
}
