export { decodeAudio } from "./decode";
export { type AudioFormat, sniffFormat } from "./format";
export { excerpt, excerptOf, loadAudio, loadExcerpt, loadMiddle } from "./load";
export { type Preparation, type PreparedKind, type PrepareOptions, prepareAudio, type SongFile } from "./prepare";
export { resample, resampledLength, type Span } from "./resample";
export { type Audio, toMono } from "./sound";
export { readWav, writeWav } from "./wav";
