import { porterStem } from "./porter";

/** How much of one text is found in the other, all three in 0 to 1. */
export interface Overlap {
  /** Matches over what the prediction holds: punishes saying too much. */
  readonly precision: number;
  /** Matches over what the reference holds: what the released evaluator of ALCAP reports; rewards long predictions. */
  readonly recall: number;
  /** Harmonic mean of the two, 0 when both are 0. */
  readonly f1: number;
}

export interface RougeScores {
  /** Overlap of words. */
  readonly rouge1: Overlap;
  /** Overlap of pairs of neighbouring words. */
  readonly rouge2: Overlap;
  /** Longest common subsequence of words over the whole text. */
  readonly rougeL: Overlap;
}

export interface RougeOptions {
  /** Porter-stem words of more than three letters before they are compared. Default: false, as in HuggingFace's defaults. */
  readonly stem?: boolean;
}

/**
 * ROUGE-1, ROUGE-2 and ROUGE-L of one prediction against one reference (Lin, 2004), as the reference scorer `rouge_score` computes them.
 *
 * With `c(g, x)` the count of n-gram `g` in text `x`: matches `= Σ_g min(c(g, prediction), c(g, reference))`,
 * precision `= matches / Σ_g c(g, prediction)`, recall `= matches / Σ_g c(g, reference)`, F1 `= 2PR / (P + R)`.
 * ROUGE-L takes the length of the longest common subsequence for matches. A text without words scores 0.
 */
export function rouge(prediction: string, reference: string, options: RougeOptions = {}): RougeScores {
  return rougeOfTokens(rougeTokens(prediction, options), rougeTokens(reference, options));
}

/** The words ROUGE compares: lower case, runs of `a–z` and `0–9`; every other character separates. */
export function rougeTokens(text: string, options: RougeOptions = {}): readonly string[] {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return options.stem ? words.map((word) => (word.length > 3 ? porterStem(word) : word)) : words;
}

/** {@link rouge} of texts that are already split into words. */
export function rougeOfTokens(prediction: readonly string[], reference: readonly string[]): RougeScores {
  const ids = new Map<string, number>();
  const predicted = numberWords(prediction, ids);
  const expected = numberWords(reference, ids);
  const words = ids.size;
  return {
    rouge1: overlap(commonWords(predicted, expected, words), predicted.length, expected.length),
    rouge2: overlap(commonBigrams(predicted, expected, words), predicted.length - 1, expected.length - 1),
    rougeL: overlap(longestCommonSubsequence(predicted, expected, words), predicted.length, expected.length),
  };
}

/** Gives equal words equal numbers from 0 upwards, adding new ones to `ids`. */
function numberWords(tokens: readonly string[], ids: Map<string, number>): Int32Array {
  const numbers = new Int32Array(tokens.length);
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    const id = ids.get(token) ?? ids.size;
    if (id === ids.size) ids.set(token, id);
    numbers[i] = id;
  }
  return numbers;
}

function overlap(matches: number, predicted: number, expected: number): Overlap {
  const precision = matches / Math.max(predicted, 1);
  const recall = matches / Math.max(expected, 1);
  return { precision, recall, f1: matches === 0 ? 0 : (2 * precision * recall) / (precision + recall) };
}

/** Words the two texts share, each counted as often as in the text that has fewer. */
function commonWords(predicted: Int32Array, expected: Int32Array, words: number): number {
  const left = new Int32Array(words);
  for (let i = 0; i < expected.length; i++) left[expected[i]!]!++;
  let matches = 0;
  for (let i = 0; i < predicted.length; i++) if (left[predicted[i]!]!-- > 0) matches++;
  return matches;
}

/** {@link commonWords} for pairs of neighbouring words. */
function commonBigrams(predicted: Int32Array, expected: Int32Array, words: number): number {
  const left = new Map<number, number>();
  for (let i = 1; i < expected.length; i++) {
    const pair = expected[i - 1]! * words + expected[i]!;
    left.set(pair, (left.get(pair) ?? 0) + 1);
  }
  let matches = 0;
  for (let i = 1; i < predicted.length; i++) {
    const pair = predicted[i - 1]! * words + predicted[i]!;
    const count = left.get(pair) ?? 0;
    if (count === 0) continue;
    left.set(pair, count - 1);
    matches++;
  }
  return matches;
}

/** Table columns worked on at once: 30, so that a sum of two such words and a carry stays a 32-bit integer. */
const blockBits = 30;

/**
 * Length of the longest common subsequence, bit-parallel (Hyyrö, Bit-parallel LCS-length computation revisited, 2004).
 * A bit of `row` is 0 where the table's row steps up. Blocks of columns are done one after the other,
 * handing on one carry per row, so memory is linear: 16,000 × 16,000 words take about 20 ms.
 */
function longestCommonSubsequence(rows: Int32Array, columns: Int32Array, words: number): number {
  const carries = new Uint8Array(rows.length);
  const places = new Int32Array(words); // bit mask of each word's places in the block
  let length = 0;
  for (let start = 0; start < columns.length; start += blockBits) {
    const bits = Math.min(blockBits, columns.length - start);
    for (let i = 0; i < bits; i++) places[columns[start + i]!]! |= 1 << i;
    const ones = 2 ** blockBits - 1;
    let row = ones;
    for (let j = 0; j < rows.length; j++) {
      const match = places[rows[j]!]!;
      const sum = row + (row & match) + carries[j]!;
      carries[j] = sum >>> blockBits;
      row = (sum & ones) | (row & ~match);
    }
    for (let i = 0; i < bits; i++) {
      if (((row >>> i) & 1) === 0) length++;
      places[columns[start + i]!] = 0;
    }
  }
  return length;
}
