// The face of the library: what a notebook imports from ".".
export * from "./data/audio";
export { melFilterbank, melSpectrogram } from "./data/audio/mel";
export type { SongbookDataSet } from "./data/corpus/layout/data-sets";
export { wordRuler } from "./data/corpus/layout/statistics";
export { prepareRecords, type RecordOptions } from "./data/corpus/source/si";
export * from "./data/songbook";
export { type CaptionValues, captionBatch, type Example, songBatch } from "./data/text/batch";
export { loadTokeniser, type Tokeniser, trainBpe } from "./data/text/tokeniser";
export * from "./engine";
export { AlcapError, type ErrorCode } from "./errors";
export { type Corpus, type Row, type SongText, songbookCorpus } from "./experiment/dataset/corpus";
export * from "./experiment/dataset/corpus-facts";
export { readPreparedCorpus } from "./experiment/dataset/prepared-corpus";
export { paperPreset } from "./experiment/preset/paper";
export type { CaptioningPlan, DecodingPlan, RunPlan, TrainingPlan } from "./experiment/preset/plan";
export { dataSetNames, type Preset, type PresetName, presetFromEnvironment, presetNamed } from "./experiment/preset/songbook";
export { denoisingTexts, obtainBaseModel } from "./experiment/pretrain/base-model";
export { type Bundle, bundleFolder, readBundle } from "./experiment/run/bundle";
export type { RunFacts, RunMaterial } from "./experiment/run/material";
export { obtainRuns } from "./experiment/run/obtain-runs";
export { openCaptioner, type SongCaption, type SongCaptioner } from "./experiment/run/open-captioner";
export { type PreparedPreset, preparedMaterial } from "./experiment/run/prepared-material";
export { type RunName, type RunRecipe, recipeDifferences, runId } from "./experiment/run/recipe";
export { type CaptionRecord, type RunRecord, readCaptions, readRecords } from "./experiment/run/records";
export { captionerOf, findWeights, obtainRun, readWeights, trainedWeights, trainRun } from "./experiment/run/run";
export { type Focus, type FusionMaps, focusOf, openFusionMaps, type SongMap } from "./experiment/run/scoring/attention";
export { obtainFocus, recordedFocus } from "./experiment/run/scoring/focus";
export {
  type Material,
  prepareMaterial,
  recordedRuns,
  type SongbookFacts,
  songbookFacts,
} from "./experiment/run/songbook-material";
export { runBundle, writeBundle } from "./experiment/run/write-bundle";
export { type Alignments, readAlignments } from "./experiment/study/alignments";
export { type Comparison, compareRuns } from "./experiment/study/compare";
export { type Endpoint, endpointOf, primaryEndpoints, secondaryEndpoints } from "./experiment/study/endpoints";
export { type FocusLevels, type FocusTest, focusOverReplicates } from "./experiment/study/focus-runs";
export { frameTable, runFrame } from "./experiment/study/frame";
export {
  type Arm,
  armMeans,
  corpusSeedOf,
  type GridRun,
  intervalOver,
  pairedDifferences,
  registered,
  registeredArm,
  runsOfArm,
} from "./experiment/study/grid-runs";
export {
  alignLinearCodes,
  type GradientSignal,
  gradientSignal,
  type LinearCodes,
  type LinearCodesPlan,
} from "./experiment/study/linear-codes";
export {
  type Cutoff,
  cutoffs,
  humanIndex,
  type IndexedSong,
  type SongRetrieval,
  songRetrieval,
} from "./experiment/study/retrieval";
export {
  type BothRetrievals,
  hundredAgain,
  indexedSongs,
  recallMeans,
  remembering,
  retrievalOfArm,
  retrieveBoth,
} from "./experiment/study/retrieval-runs";
export {
  counted,
  type Measure,
  measures,
  methodNames,
  resultRows,
  resultTable,
  textMeasures,
} from "./experiment/study/table";
export { alongDial, type Dial, type Level, paired, trendOver } from "./experiment/study/trend";
export {
  type ArmPair,
  compareArms,
  type Difference,
  type Outcome,
  type PrimaryVerdict,
  type Verdict,
  verdict,
} from "./experiment/study/verdict";
export {
  inReadableUnits,
  labelOf,
  primaryText,
  primaryWords,
  type VerdictTable,
  verdictTables,
} from "./experiment/study/verdict-text";
export {
  songsOfRun,
  type Writer,
  writers,
  type YardstickScores,
  yardstickRows,
  yardsticks,
} from "./experiment/study/yardsticks";
export { type Axes, readAxis } from "./experiment/sweep/axes";
export { cellsOf } from "./experiment/sweep/grid";
export { type Grid, grids } from "./experiment/sweep/grids";
export { obtainSweep, type RecordedRun, recordedSweep, shownRuns } from "./experiment/sweep/obtain";
export {
  type ChoicePair,
  changeName,
  changePairs,
  claimPairs,
  musicPair,
  type RecipeRow,
  recipeRows,
  recipeRuns,
} from "./experiment/sweep/recipe-rows";
export { obtainGrid, recordedMap } from "./experiment/sweep/recorded";
export { runsOfCells, type SweepRun } from "./experiment/sweep/runs";
export { type EncoderFile, readEncoder } from "./experiment/tagger/encoder-file";
export { attentionOverTime, type EncoderLayer, encoderLayers, type MusicAttention } from "./experiment/tagger/encoder-layers";
export type { EncoderRecord } from "./experiment/tagger/encoder-record";
export { obtainEncoderWeights } from "./experiment/tagger/songbook-encoder";
export {
  instrumentProbe,
  moodProbe,
  type NamedProbe,
  type TagFigure,
  type TagReport,
  tagReport,
} from "./experiment/tagger/tag-report";
export { encoderName } from "./experiment/tagger/train-encoder";
export { fingerprint } from "./files/fingerprint";
export { type Workspace, workspaceOf } from "./files/project";
export { type AlignmentLoss, alignmentLosses } from "./loss/alignment";
export { captionLoss } from "./loss/caption";
export { infoNCE, similarityMatrix } from "./loss/infonce";
export { sigmoidPairs } from "./loss/sigmoid-pairs";
export { tagLoss } from "./loss/tags";
export * from "./metric";
export { changedWords } from "./metric/text/changed-words";
export * from "./model/alcap";
export { bartDecoder, bartEncoder } from "./model/bart";
export type { Captioner, Method } from "./model/captioner";
export { type GreedyDecoder, greedyDecoder, type SongBatch } from "./model/decoding/greedy";
export { crossAttention, crossAttentionWeights } from "./model/fusion";
export { fusionMap } from "./model/fusion-map";
export { attentionWeights } from "./model/layers";
export { musicAttention, musicEncoder, musicFrontEnd, type Pooling, tagLogits } from "./model/music/music-encoder";
export { type MusicEncoder, openMusicEncoder } from "./model/music/open-encoder";
export { countParams, initialise, type Params, type ParamValues } from "./model/params";
export { loadWeights } from "./model/weights";
export * from "./notebook";
export * from "./paper";
export { type Progress, quiet, type Reporter, silent } from "./progress";
export * from "./recipe";
export { type EncoderFixture, encoderParity, testSignal } from "./verify/encoder";
export * from "./verify/metrics";
export { fixtureModel, type ModelFixture, modelParity } from "./verify/model";
