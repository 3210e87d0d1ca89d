export type { TokeniserFile } from "./file";
export { loadTokeniser, type Tokeniser } from "./load";
export { trainBpe } from "./train";
