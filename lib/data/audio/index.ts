export { type Audio, decodeAudio } from "./decode";
export { type AudioFormat, sniffFormat } from "./format";
export { excerpt, loadAudio, loadExcerpt, toMono } from "./load";
export { resample, resampledLength, type Span } from "./resample";
export { readWav, writeWav } from "./wav";
