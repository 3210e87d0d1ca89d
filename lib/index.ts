// The face of the library: what a notebook imports from "../lib".
export * from "./data/audio";
export { type CaptionValues, captionBatch, type Example, songBatch } from "./data/batch";
export type { SongbookDataSet } from "./data/corpus/data-sets";
export { melFilterbank, melSpectrogram } from "./data/mel";
export * from "./data/songbook";
export { loadTokeniser, type Tokeniser, trainBpe } from "./data/tokeniser";
export * from "./engine";
export { AlcapError, type ErrorCode } from "./errors";
export { type Bundle, bundleFolder, readBundle, writeBundle } from "./experiment/bundle";
export { captionSong, type SongCaption } from "./experiment/caption";
export { type Comparison, compareRuns } from "./experiment/compare";
export { type Corpus, type Row, type SongText, songbookCorpus } from "./experiment/corpus";
export * from "./experiment/corpus-facts";
export { attentionOverTime, type EncoderLayer, encoderLayers, type MusicAttention } from "./experiment/encoder-layers";
export { type EncoderFixture, encoderParity, testSignal } from "./experiment/encoder-parity";
export type { HearingRecord } from "./experiment/hearing-record";
export { type Material, prepareMaterial, type RunMaterial } from "./experiment/material";
export { paperPreset } from "./experiment/paper-preset";
export type { CaptioningPlan, DecodingPlan, RunPlan, TrainingPlan } from "./experiment/plan";
export { readPreparedCorpus } from "./experiment/prepared-corpus";
export { type PreparedPreset, preparedMaterial } from "./experiment/prepared-material";
export { dataSetNames, type Preset, type PresetName, presetFromEnvironment, presetNamed } from "./experiment/presets";
export { obtainReader } from "./experiment/reading";
export { type CaptionRecord, type RunRecord, readCaptions, readRecords } from "./experiment/records";
export { captionerOf, obtainRun, obtainRuns, type RunName, runId } from "./experiment/run";
export { type Measure, measures, methodNames, paperTable1, resultRows, resultTable, textMeasures } from "./experiment/table";
export {
  instrumentProbe,
  moodProbe,
  type NamedProbe,
  type TagFigure,
  type TagReport,
  tagReport,
} from "./experiment/tag-report";
export { type Workspace, workspaceOf } from "./experiment/workspace";
export { captionLoss } from "./loss/caption";
export { infoNCE, similarityMatrix } from "./loss/infonce";
export { tagLoss } from "./loss/tags";
export * from "./metric";
export * from "./model/alcap";
export { bartDecoder, bartEncoder } from "./model/bart";
export { type GreedyDecoder, greedyDecoder, type SongBatch } from "./model/decode";
export { crossAttention, crossAttentionWeights } from "./model/fusion";
export { attentionWeights } from "./model/layers";
export { musicAttention, musicEncoder, musicFrontEnd, tagLogits } from "./model/music-encoder";
export { countParams, initialise, type Params, type ParamValues } from "./model/params";
export { loadWeights } from "./model/weights";
export * from "./notebook";
export { type Progress, quiet, type Reporter, silent } from "./progress";
export * from "./recipe";
