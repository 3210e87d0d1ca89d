/** HuggingFace's `tokenizer.json`, as far as this library writes it; read back, the rest is passed on to its tokenizer code untouched. */
export interface TokeniserFile {
  readonly version?: string;
  readonly added_tokens: readonly AddedToken[];
  readonly normalizer: unknown;
  readonly pre_tokenizer: unknown;
  readonly post_processor: unknown;
  readonly decoder: unknown;
  readonly model: {
    readonly type: string;
    readonly vocab: unknown;
    readonly [option: string]: unknown;
  };
  readonly [option: string]: unknown;
}

export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly single_word: boolean;
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  readonly normalized: boolean;
  readonly special: boolean;
}

/** BART's special tokens in BART's order; `<mask>` swallows the space before it. */
export const SPECIAL_TOKENS = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"] as const;

/** GPT-2's splitting of text into words of bytes. */
export const BYTE_LEVEL = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true } as const;

/**
 * A byte-level BPE tokeniser as BART's: GPT-2 words, `<s> … </s>` around each text.
 *
 * @param vocab token → id, special tokens included
 * @param merges pairs in order of rank, `"left right"`
 */
export function byteLevelBpe(vocab: Readonly<Record<string, number>>, merges: readonly string[]): TokeniserFile {
  const id = (token: string) => vocab[token] ?? -1;
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: SPECIAL_TOKENS.filter((token) => Object.hasOwn(vocab, token)).map((content) => ({
      id: id(content),
      content,
      single_word: false,
      lstrip: content === "<mask>",
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: BYTE_LEVEL,
    post_processor: {
      type: "RobertaProcessing",
      sep: ["</s>", id("</s>")],
      cls: ["<s>", id("<s>")],
      trim_offsets: true,
      add_prefix_space: false,
    },
    decoder: BYTE_LEVEL,
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: "",
      end_of_word_suffix: "",
      fuse_unk: false,
      vocab,
      merges,
    },
  };
}
