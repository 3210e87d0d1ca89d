/** What is wrong with a row, in the words of the report's sums. */
export type ProblemKind =
  | "syntax" // the row is not CSV or JSON
  | "fields" // it has too many or too few cells, or is no object
  | "encoding" // bytes that are not text
  | "id" // a song without a usable id
  | "text" // no interpretation or review
  | "votes" // votes that are no whole number
  | "lyrics" // no lyrics, or other lyrics than the song had before
  | "audio" // no sound for the song
  | "duplicate" // the same row again
  | "leak" // a training row of a test song
  | "unknown song" // an id that no other row knows
  | "no songs" // a playlist without songs
  | "not English" // a playlist with a song, or a review, in another language
  | "translation"; // a review that could not be translated

/** One finding, with its place. */
export interface Problem {
  readonly file: string;
  /** Row of a table (the header is row 1), line of JSON lines, item of a JSON array; the first is 1. */
  readonly row: number;
  /** Line of the file on which the row ends, where it is known. */
  readonly line?: number;
  readonly column?: string;
  readonly kind: ProblemKind;
  readonly problem: string;
  /** `dropped`: the row is not in the corpus. `kept`: it is, and the reader should know. */
  readonly effect: "dropped" | "kept";
}

/** Collects problems: all are counted, the first ten are remembered, each is handed on. */
export interface ProblemLog {
  readonly add: (problem: Problem) => void;
  readonly count: () => number;
  readonly first: () => readonly Problem[];
}

/** How many problems a message quotes. */
const QUOTED = 10;

/** @param each takes every problem as it comes, so that none needs to be held in memory */
export function problemLog(each: (problem: Problem) => void = () => {}): ProblemLog {
  const first: Problem[] = [];
  let count = 0;
  return {
    add: (problem) => {
      count++;
      if (first.length < QUOTED) first.push(problem);
      each(problem);
    },
    count: () => count,
    first: () => first,
  };
}

/** `songs.csv, row 3 (line 9), column votes: …` */
export function describeProblem({ file, row, line, column, problem, effect }: Problem): string {
  const place = [`${file}, row ${row}`, line !== undefined && line !== row && ` (line ${line})`, column && `, column ${column}`];
  return `${place.filter(Boolean).join("")}: ${problem}${effect === "kept" ? " (kept)" : ""}`;
}
