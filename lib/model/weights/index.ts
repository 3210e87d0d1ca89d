export { type FetchOptions, fetchModel } from "./fetch";
export { findKept, readKept, writeKept } from "./kept";
export { loadWeights, type Weights } from "./load";
export { findModel, MODELS, type ModelName, type ModelSource, modelName, requireModel } from "./models";
export { readSafetensors, type Safetensors, writeSafetensors } from "./safetensors";
export { demandFinite, type NamedTensor, type NamedTensors } from "./tensor";
export { readTorch } from "./torch";
