/** The real corpora and the Songbook as prepared corpora: one layout on disk for all (data/README.md). */

export { sha256Of } from "../../files/fingerprint";
export { type Encoding, encodings } from "../../files/read";
export { describeProblem, type Problem, type ProblemKind } from "../../files/rows/problems";
export { type SongbookDataSet, songbookDataSets, tablesOf } from "./layout/data-sets";
export {
  type Account,
  type AudioSummary,
  addsUp,
  type CorpusAbout,
  corpusFiles,
  corpusSchema,
  type EmbeddingSummary,
  type PreparedInterpretation,
  type PreparedSong,
  type TableSummary,
} from "./layout/schema";
export { type HeldOut, proportional, splits } from "./layout/split";
export { type LengthSummary, type Ruler, wordRuler } from "./layout/statistics";
export { inVariant, releasedColumns, type Table, tables, type Variant, variants } from "./layout/variants";
export { type CaptionRow, type PreparedLine, readAbout, readInterpretations, readSongs, readTable } from "./read/read";
export { type CorpusCheck, type Finding, verifyCorpus } from "./read/verify";
export { playlistsFolder } from "./songbook/playlists";
export { prepareSongbook, type SongbookCorpusOptions, type SongEmbedder } from "./songbook/prepare";
export { type EnglishTest, type EnglishVerdict, englishTest, plainLyrics } from "./source/english";
export { type NeteaseOptions, neteaseExcerpt, prepareNetease } from "./source/netease";
export { mostCollected, type Playlist, type PlaylistFields, playlistFields } from "./source/playlists";
export { prepareReleased, type ReleasedOptions, releasedTables } from "./source/released";
export { type InterpretationFields, interpretationFields, prepareRecords, type RecordOptions } from "./source/si";
export { identityTranslator, localTranslator, type Translator } from "./source/translate";
export type { FindSounds, FoundSounds, PrepareCorpus, PreparedCorpus } from "./write/prepare";
export { type SoundsOptions, soundsFrom } from "./write/sounds";
