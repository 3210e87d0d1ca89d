export { type FetchOptions, fetchModel } from "./fetch";
export { loadWeights, type Weights } from "./load";
export { findModel, MODELS, type ModelName, type ModelSource, modelName, requireModel } from "./models";
export { readSafetensors, type Safetensors, writeSafetensors } from "./safetensors";
export type { NamedTensor, NamedTensors } from "./tensor";
export { readTorch } from "./torch";
