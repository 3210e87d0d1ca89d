import type { ProblemKind } from "../../../files/rows/problems";
import type { FileSum } from "../../../files/text-file";
import type { Split } from "./split";
import type { LengthSummary } from "./statistics";

/** The layout of a prepared corpus, described in data/README.md; a change of the layout changes the name. */
export const corpusSchema = "alcap-corpus/1";

/** Files of every prepared corpus, beside its tables. */
export const corpusFiles = {
  about: "corpus.json",
  datasheet: "DATASHEET.md",
  songs: "songs.jsonl",
  interpretations: "interpretations.jsonl",
  problems: "problems.jsonl",
  audio: "audio",
  /** Representations of the frozen music encoder, as the released folder is called. */
  embeddings: "audio_embs_15_16000",
  /** SHA-256 of every other file, as `sha256sum` writes them. */
  sums: "SHA256SUMS",
} as const;

/** A line of `songs.jsonl`. */
export interface PreparedSong {
  readonly id: string;
  readonly split: Split;
  readonly lyrics: string;
  /** Path within the corpus, `audio/<id>.npz` or `.wav`. */
  readonly audio?: string;
  readonly title?: string;
  readonly tags?: readonly string[];
  /** Hidden causes, where the corpus knows them. */
  readonly truth?: object;
}

/** A line of `interpretations.jsonl`. Of a test song one interpretation is the reference, the others are `withheld`. */
export interface PreparedInterpretation {
  readonly song: string;
  readonly split: Split | "withheld";
  readonly text: string;
  readonly votes?: number;
  /** The playlist it was written for. */
  readonly playlist?: string;
  readonly listener?: string;
  /** What the corpus knows of how it came about. */
  readonly truth?: object;
}

/** Where every record of the source went: `read` = `train` + `validation` + `test` + `withheld` + all of `dropped`. */
export interface Account {
  readonly read: number;
  readonly train: number;
  readonly validation: number;
  readonly test: number;
  readonly withheld: number;
  readonly dropped: Readonly<Partial<Record<ProblemKind, number>>>;
}

/** One table in numbers. */
export interface TableSummary {
  readonly rows: number;
  readonly songs: number;
  /** Lengths of the interpretations. */
  readonly comment: LengthSummary;
}

/** How audio is kept: 15 s from the middle, mono, 16 kHz. */
export interface AudioSummary {
  readonly ending: "npz" | "wav";
  readonly files: number;
}

/** Representations of songs: `audio_embs_15_16000/<id>.npz`, float32 under the key `a`. */
export interface EmbeddingSummary {
  readonly files: number;
  /** Positions and width of one song's, `[M, D]`. */
  readonly shape: readonly number[];
  /** SHA-256 of the encoder's weight file. */
  readonly encoder: string;
}

/** `corpus.json`. */
export interface CorpusAbout {
  readonly schema: typeof corpusSchema;
  readonly name: "si" | "si-released" | "netease" | "songbook" | "songbook-playlists";
  /** What it was made with: paths are left out, so that the same data gives the same bytes anywhere. */
  readonly options: Readonly<Record<string, unknown>>;
  /** By source file, or one for a generated corpus. */
  readonly accounts: Readonly<Record<string, Account>>;
  readonly songs: Readonly<Record<Split, number>>;
  /** Songs whose rows lie in both training and validation tables; only a released layout can have them. */
  readonly sharedSongs: number;
  /** Unit of all lengths. */
  readonly unit: string;
  readonly lyrics: LengthSummary;
  readonly tables: Readonly<Record<string, TableSummary>>;
  readonly audio?: AudioSummary;
  readonly embeddings?: EmbeddingSummary;
  /** Folders within this one that are prepared corpora of their own. */
  readonly parts?: readonly string[];
  readonly files: Readonly<Record<string, FileSum>>;
}

/** Whether an account's numbers add up. */
export function addsUp({ read, train, validation, test, withheld, dropped }: Account): boolean {
  return read === train + validation + test + withheld + Object.values(dropped).reduce((sum, count) => sum + count, 0);
}
