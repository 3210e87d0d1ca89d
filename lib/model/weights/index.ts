export { loadWeights, type Weights } from "./load";
export { readSafetensors, type Safetensors, writeSafetensors } from "./safetensors";
export type { NamedTensor, NamedTensors } from "./tensor";
export { readTorch } from "./torch";
