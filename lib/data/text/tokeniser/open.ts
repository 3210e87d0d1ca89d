import { AlcapError } from "../../../errors";
import { quoted } from "../../../files/quoted";
import type { TokeniserFile } from "./file";
import { type HuggingFaceTokenizer, Tokenizer } from "./huggingface";

/** Text to ids and back. */
export interface Tokeniser {
  /**
   * Ids with the special tokens around them (`<s> … </s>` for BART). A text that is too long loses its end; the closing token stays.
   * As in HuggingFace's code, a special token's name written in the text stands for that token.
   */
  encode(text: string, options?: { readonly maxLength?: number }): Int32Array;
  /** Text again, without special tokens, spaces as they were. Bytes that are no UTF-8 become U+FFFD. */
  decode(ids: Iterable<number>): string;
  /** One more than the highest id: the rows of an embedding. */
  readonly vocabSize: number;
  readonly bos: number;
  readonly eos: number;
  readonly pad: number;
  readonly unk: number;
  /** −1 in vocabularies without one. */
  readonly mask: number;
}

/** Names of the special tokens: BART's and RoBERTa's, then BERT's. */
const NAMES = {
  bos: ["<s>", "[CLS]"],
  eos: ["</s>", "[SEP]"],
  pad: ["<pad>", "[PAD]"],
  unk: ["<unk>", "[UNK]"],
  mask: ["<mask>", "[MASK]"],
} as const;

/**
 * A tokeniser from the content of its `tokenizer.json`, wherever that comes from.
 *
 * @param name the file, for messages
 * @throws AlcapError `data` when it is not a tokeniser
 */
export function openTokeniser(file: TokeniserFile, name: string): Tokeniser {
  if (!isTokeniser(file)) throw notOne(name);
  const { model: _, ...rules } = file;
  checkPatterns(rules, name);
  let tokenizer: HuggingFaceTokenizer;
  let closing: number;
  try {
    tokenizer = new Tokenizer(file, { clean_up_tokenization_spaces: false });
    closing = tokenizer.encode("").ids.length;
  } catch (cause) {
    throw new AlcapError("data", `${name} is not a tokeniser that can be read.`, "Give a HuggingFace tokenizer.json.", { cause });
  }
  const find = (names: readonly string[]) => names.map((token) => tokenizer.token_to_id(token)).find((id) => id !== undefined);
  const special = (names: readonly string[]) => {
    const id = find(names);
    if (id === undefined)
      throw new AlcapError("data", `${name} has no token ${names.join(" or ")}.`, "Give the tokeniser of a BART or BERT model.");
    return id;
  };
  const eos = special(NAMES.eos);
  const ofBytes = typeOf(file.pre_tokenizer) === "ByteLevel"; // then no character is without a token
  let [vocabSize, longest] = [0, 0];
  for (const [token, id] of tokenizer.get_vocab(true)) {
    vocabSize = Math.max(vocabSize, id + 1);
    longest = Math.max(longest, String(token).length); // a file may name none
  }
  return {
    encode: (text, { maxLength = Number.POSITIVE_INFINITY } = {}) => {
      const { ids } = tokenizer.encode(ofBytes ? beginning(text, maxLength * longest) : text);
      if (ids.length <= maxLength) return Int32Array.from(ids);
      if (maxLength < closing)
        throw new AlcapError("usage", `A text cannot fit in ${maxLength} tokens.`, `Allow at least ${closing}.`);
      return Int32Array.from([...ids.slice(0, maxLength - 1), eos]);
    },
    decode: (ids) => {
      const list = [...ids];
      return list.length === 0 ? "" : tokenizer.decode(list, { skip_special_tokens: true });
    },
    vocabSize,
    bos: special(NAMES.bos),
    eos,
    pad: special(NAMES.pad),
    unk: special(NAMES.unk),
    mask: find(NAMES.mask) ?? -1,
  };
}

const typeOf = (part: unknown) => (typeof part === "object" && part !== null && "type" in part ? part.type : undefined);

/** Characters of a word that is not cut. */
const LONGEST_WORD = 1000;

/**
 * Enough of a text for all tokens that are kept, so that a book is not tokenised for its first lines: it ends with a word, beyond the
 * characters that the tokens can stand for.
 */
function beginning(text: string, characters: number): string {
  const enough = characters + 2 * LONGEST_WORD;
  if (text.length <= enough) return text;
  const cut = text.slice(0, enough);
  return cut.replace(/\s\S{0,1000}$/, "");
}

/** The splitting into words that GPT-2, BART and RoBERTa have, where a file writes it out. */
const GPT2_WORDS = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

/** Throws `AlcapError` "data" for a file with a pattern of its own: a pattern can be made to run for ever. */
function checkPatterns(part: unknown, name: string): void {
  if (typeof part !== "object" || part === null) return;
  for (const [key, value] of Object.entries(part)) {
    if (key === "Regex" && value !== GPT2_WORDS)
      throw new AlcapError(
        "data",
        `${name} splits words by the pattern ${quoted(String(value))}; only that of byte-level BPE is run.`,
        "Give a tokeniser of BART's or BERT's kind.",
      );
    checkPatterns(value, name);
  }
}

export const notOne = (name: string) =>
  new AlcapError("data", `${name} is not a HuggingFace tokenizer.json.`, "Give the file of that name from the model's folder.");

export function isTokeniser(json: unknown): json is TokeniserFile {
  if (typeof json !== "object" || json === null || !("model" in json) || !("added_tokens" in json)) return false;
  return typeof json.model === "object" && json.model !== null && Array.isArray(json.added_tokens);
}
