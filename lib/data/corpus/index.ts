/** The real corpora and the Songbook as prepared corpora: one layout on disk for all (data/README.md). */
export { type Encoding, encodings } from "./bytes";
export { type SongbookDataSet, songbookDataSets, tablesOf } from "./data-sets";
export { type EnglishTest, type EnglishVerdict, englishTest, plainLyrics } from "./english";
export { type NeteaseOptions, neteaseExcerpt, prepareNetease } from "./netease";
export { mostCollected, type Playlist, type PlaylistFields, playlistFields } from "./playlists";
export type { FindSounds, FoundSounds, PrepareCorpus, PreparedCorpus } from "./prepare";
export { describeProblem, type Problem, type ProblemKind } from "./problems";
export { type CaptionRow, type PreparedLine, readAbout, readInterpretations, readSongs, readTable } from "./read";
export { prepareReleased, type ReleasedOptions, releasedTables } from "./released";
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
} from "./schema";
export { type InterpretationFields, interpretationFields, prepareRecords, type RecordOptions } from "./si";
export { prepareSongbook, type SongbookCorpusOptions, type SongEmbedder } from "./songbook";
export { playlistsFolder } from "./songbook-playlists";
export { type SoundsOptions, soundsFrom } from "./sounds";
export { type HeldOut, neteaseSizes, proportional, splits } from "./split";
export { type LengthSummary, type Ruler, wordRuler } from "./statistics";
export { sha256Of } from "./sums";
export { identityTranslator, localTranslator, type Translator } from "./translate";
export { inVariant, releasedColumns, type Table, tables, type Variant, variants } from "./variants";
export { type CorpusCheck, type Finding, verifyCorpus } from "./verify";
