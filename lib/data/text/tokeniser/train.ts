import { AlcapError } from "../../../errors";
import { BYTE_LEVEL, byteLevelBpe, SPECIAL_TOKENS, type TokeniserFile } from "./file";
import { ByteLevelPreTokenizer } from "./huggingface";

/** Special tokens and the 256 bytes: the least a byte-level vocabulary holds. */
const BASE_SIZE = SPECIAL_TOKENS.length + 256;
/** Ids fit in 21 bits, so that a pair of them is one exact number. */
const RADIX = 2 ** 21;

/** A distinct word of the corpus: its symbols so far and how often it occurs. */
interface Word {
  symbols: number[];
  readonly count: number;
}

/** How often two neighbouring symbols occur, and the words where they may. */
interface Pair {
  count: number;
  readonly words: Set<number>;
}

/**
 * Trains byte-level BPE (Sennrich et al. 2016; byte level as GPT-2 and BART): the most frequent neighbours are joined until the vocabulary
 * is full or no pair occurs twice. Ties go to the pair with the lower ids, so the same texts give the same file.
 * Ids: `<s>` 0, `<pad>` 1, `</s>` 2, `<unk>` 3, `<mask>` 4, the 256 bytes, then the merges in order.
 *
 * @param vocabSize tokens in all, at least 261
 * @returns the content of a `tokenizer.json`
 * @throws AlcapError `usage` when `vocabSize` is out of range
 */
export function trainBpe(texts: Iterable<string>, { vocabSize }: { readonly vocabSize: number }): TokeniserFile {
  if (!Number.isInteger(vocabSize) || vocabSize < BASE_SIZE || vocabSize >= RADIX)
    throw new AlcapError(
      "usage",
      `A vocabulary of ${vocabSize} tokens was asked for.`,
      `Give a whole number from ${BASE_SIZE}: ${SPECIAL_TOKENS.length} special tokens and 256 bytes come first.`,
    );
  const tokens: string[] = [...SPECIAL_TOKENS, ...byteAlphabet()];
  const words = countWords(texts, new Map(tokens.map((token, id) => [token, id])));
  const pairs = countPairs(words);
  const merges: string[] = [];
  while (tokens.length < vocabSize) {
    const best = mostFrequent(pairs);
    if (best === undefined) break;
    const left = Math.floor(best / RADIX);
    const right = best % RADIX;
    merges.push(`${tokens[left]} ${tokens[right]}`);
    tokens.push(`${tokens[left]}${tokens[right]}`);
    merge(words, pairs, best, tokens.length - 1);
  }
  const vocab: Record<string, number> = Object.create(null); // a token may be called "__proto__"
  for (const [id, token] of tokens.entries()) vocab[token] = id;
  return byteLevelBpe(vocab, merges);
}

/** GPT-2's 256 characters that stand for bytes: printable ones for themselves, the rest from U+0100 on, in the order of their code points. */
function byteAlphabet(): string[] {
  const printable = (byte: number) => (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte !== 0xad);
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);
  const shown = bytes.filter(printable);
  const hidden = bytes.filter((byte) => !printable(byte)).map((_, n) => 0x100 + n);
  return [...shown, ...hidden].map((code) => String.fromCodePoint(code));
}

function countWords(texts: Iterable<string>, ids: ReadonlyMap<string, number>): Word[] {
  const split = new ByteLevelPreTokenizer(BYTE_LEVEL);
  const counts = new Map<string, number>();
  for (const text of texts) for (const word of split.pre_tokenize_text(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => ({ symbols: [...word].map((byte) => ids.get(byte)!), count }));
}

function countPairs(words: readonly Word[]): Map<number, Pair> {
  const pairs = new Map<number, Pair>();
  for (const [w, word] of words.entries()) addPairs(pairs, word, w, 1);
  return pairs;
}

/** Adds (`sign` 1) or takes away (−1) the pairs of one word. */
function addPairs(pairs: Map<number, Pair>, { symbols, count }: Word, w: number, sign: 1 | -1): void {
  for (let i = 0; i + 1 < symbols.length; i++) {
    const key = symbols[i]! * RADIX + symbols[i + 1]!;
    let pair = pairs.get(key);
    if (!pair) {
      pair = { count: 0, words: new Set() };
      pairs.set(key, pair);
    }
    pair.count += sign * count;
    if (sign > 0) pair.words.add(w);
    else if (pair.count === 0) pairs.delete(key);
  }
}

/** The pair that occurs most, at least twice; of equals, the one with the lower ids. */
function mostFrequent(pairs: ReadonlyMap<number, Pair>): number | undefined {
  let best: number | undefined;
  let most = 1;
  for (const [key, { count }] of pairs) {
    if (count > most || (count === most && best !== undefined && key < best)) {
      best = key;
      most = count;
    }
  }
  return best;
}

function merge(words: readonly Word[], pairs: Map<number, Pair>, key: number, id: number): void {
  const left = Math.floor(key / RADIX);
  const right = key % RADIX;
  for (const w of [...(pairs.get(key)?.words ?? [])]) {
    const word = words[w]!;
    addPairs(pairs, word, w, -1);
    word.symbols = joined(word.symbols, left, right, id);
    addPairs(pairs, word, w, 1);
  }
}

function joined(symbols: readonly number[], left: number, right: number, id: number): number[] {
  const result: number[] = [];
  for (let i = 0; i < symbols.length; i++) {
    const match = symbols[i] === left && symbols[i + 1] === right;
    result.push(match ? id : symbols[i]!);
    if (match) i++;
  }
  return result;
}
