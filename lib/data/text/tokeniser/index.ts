export type { TokeniserFile } from "./file";
export { loadTokeniser } from "./load";
export type { Tokeniser } from "./open";
export { trainBpe } from "./train";
