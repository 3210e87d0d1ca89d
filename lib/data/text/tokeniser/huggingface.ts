/** The part of `@huggingface/tokenizers` that is used. The package holds CommonJS code but types for ES modules only. */
interface HuggingFaceTokenizers {
  readonly Tokenizer: new (file: object, config: object) => HuggingFaceTokenizer;
  readonly ByteLevelPreTokenizer: new (config: object) => { pre_tokenize_text(text: string): string[] };
}

export interface HuggingFaceTokenizer {
  encode(text: string): { ids: number[] };
  decode(ids: number[], options: { skip_special_tokens: boolean }): string;
  token_to_id(token: string): number | undefined;
  get_vocab(withAddedTokens: boolean): Map<string, number>;
}

const loaded: HuggingFaceTokenizers = require("@huggingface/tokenizers");

export const { Tokenizer, ByteLevelPreTokenizer } = loaded;
