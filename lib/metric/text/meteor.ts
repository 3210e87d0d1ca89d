import { porterStem } from "./porter";
import { wordTokenize } from "./word-tokenize";
import type { SynonymDictionary } from "./wordnet";

/** The weights of METEOR; the defaults are NLTK's and the paper's. */
export interface MeteorOptions {
  /** Weight of recall against precision in the harmonic mean. Default 0.9: recall counts nine times. */
  readonly alpha?: number;
  /** How steeply the penalty grows with fragmentation. Default 3. */
  readonly beta?: number;
  /** The largest penalty. Default 0.5. */
  readonly gamma?: number;
}

/** Scores one tokenised prediction against one tokenised reference, 0 to 1. */
export type MeteorScorer = (prediction: readonly string[], reference: readonly string[]) => number;

/**
 * METEOR of one prediction against one reference (Banerjee and Lavie, 2005; Lavie and Agarwal, 2007), equal to NLTK's `single_meteor_score`.
 *
 * Words are matched one to one in three passes: equal words, equal Porter stems, WordNet synonyms. With `m` matches in `c` chunks
 * (runs that are adjacent in both texts), precision `P = m / predicted words` and recall `R = m / reference words`:
 * `METEOR = (1 − γ (c/m)^β) · PR / (αP + (1 − α)R)`. Without a match it is 0. A perfect match still has one chunk and scores `1 − γ/m^β`.
 *
 * Both texts are tokenised by {@link wordTokenize}, each as one line. For many pairs make one {@link meteorScorer}.
 */
export function meteor(
  prediction: string,
  reference: string,
  dictionary: SynonymDictionary,
  options: MeteorOptions = {},
): number {
  return meteorScorer(dictionary, options)(wordTokenize(prediction), wordTokenize(reference));
}

/** {@link meteor} for many pairs of token lists: remembers the stem and the synonyms of every word it has met. */
export function meteorScorer(
  dictionary: SynonymDictionary,
  { alpha = 0.9, beta = 3, gamma = 0.5 }: MeteorOptions = {},
): MeteorScorer {
  let vocabulary = emptyVocabulary(dictionary);
  return (prediction, reference) => {
    if (vocabulary.words.length > rememberedWords) vocabulary = emptyVocabulary(dictionary);
    const { matches, chunks } = countChunks(align(prediction, reference, vocabulary));
    if (matches === 0) return 0;
    const precision = matches / prediction.length;
    const recall = matches / reference.length;
    const mean = (precision * recall) / (alpha * precision + (1 - alpha) * recall);
    return (1 - gamma * (chunks / matches) ** beta) * mean;
  };
}

/**
 * METEOR's alignment: for each predicted token its partner's place in the reference, or −1.
 *
 * As in NLTK, each pass walks the prediction from its end and takes the last free partner, the second and third pass see stems only,
 * and synonyms are looked up for the predicted word's stem. Takes linear time.
 */
export function alignWords(
  prediction: readonly string[],
  reference: readonly string[],
  dictionary: SynonymDictionary,
): Int32Array {
  return align(prediction, reference, emptyVocabulary(dictionary));
}

const none = -1;
/** A scorer starts a new vocabulary beyond this, so that it takes bounded memory on a corpus of any size. */
const rememberedWords = 200_000;

/** The words met so far, numbered in the order they were met; stems are words too. */
interface Vocabulary {
  readonly dictionary: SynonymDictionary;
  /** Token as it is written to the number of its lower-case form. */
  readonly numbers: Map<string, number>;
  readonly words: string[];
  /** Word to its stem, or `none` while that is not known yet. */
  readonly stems: number[];
  readonly synonyms: (readonly string[] | undefined)[];
  /** Word to the last free place it has in the reference at hand; all `none` between pairs. */
  latest: Int32Array;
}

function emptyVocabulary(dictionary: SynonymDictionary): Vocabulary {
  return { dictionary, numbers: new Map(), words: [], stems: [], synonyms: [], latest: new Int32Array(0) };
}

function numberOf(token: string, vocabulary: Vocabulary): number {
  const known = vocabulary.numbers.get(token);
  if (known !== undefined) return known;
  const lower = token.toLowerCase();
  const number = vocabulary.numbers.get(lower) ?? vocabulary.words.length;
  if (number === vocabulary.words.length) {
    vocabulary.words.push(lower);
    vocabulary.stems.push(none);
    vocabulary.numbers.set(lower, number);
  }
  if (token !== lower) vocabulary.numbers.set(token, number);
  return number;
}

function numbersOf(tokens: readonly string[], vocabulary: Vocabulary): Int32Array {
  const numbers = new Int32Array(tokens.length);
  for (let i = 0; i < tokens.length; i++) numbers[i] = numberOf(tokens[i]!, vocabulary);
  return numbers;
}

function stemOf(word: number, vocabulary: Vocabulary): number {
  const known = vocabulary.stems[word]!;
  if (known !== none) return known;
  const stem = numberOf(porterStem(vocabulary.words[word]!), vocabulary);
  vocabulary.stems[word] = stem;
  return stem;
}

function synonymsOf(stem: number, vocabulary: Vocabulary): readonly string[] {
  const known = vocabulary.synonyms[stem];
  if (known !== undefined) return known;
  const synonyms = vocabulary.dictionary.synonyms(vocabulary.words[stem]!);
  vocabulary.synonyms[stem] = synonyms;
  return synonyms;
}

/** Both texts as the passes see them, and what is matched so far. */
interface Texts {
  readonly predicted: Int32Array;
  readonly expected: Int32Array;
  /** For each predicted word its partner's place, or `none`. */
  readonly partners: Int32Array;
  /** 1 for reference words that have a partner. */
  readonly taken: Uint8Array;
}

function align(prediction: readonly string[], reference: readonly string[], vocabulary: Vocabulary): Int32Array {
  const texts: Texts = {
    predicted: numbersOf(prediction, vocabulary),
    expected: numbersOf(reference, vocabulary),
    partners: new Int32Array(prediction.length).fill(none),
    taken: new Uint8Array(reference.length),
  };
  matchPasses(texts, vocabulary, [noSynonyms]);
  stemUnmatched(texts, vocabulary);
  matchPasses(texts, vocabulary, [noSynonyms, synonymsOf]);
  return texts.partners;
}

const noSynonyms = (): readonly string[] => [];

/** Gives words a partner that is equal or one of the pass's synonyms, one pass after the other over the same words. */
function matchPasses(texts: Texts, vocabulary: Vocabulary, passes: readonly (typeof synonymsOf)[]): void {
  const { predicted, expected, partners, taken } = texts;
  const latest = roomForWords(vocabulary);
  const before = new Int32Array(expected.length); // the free place of the same word before this one
  for (let j = 0; j < expected.length; j++) {
    if (taken[j] === 1) continue;
    before[j] = latest[expected[j]!]!;
    latest[expected[j]!] = j;
  }
  for (const synonyms of passes) {
    for (let i = predicted.length - 1; i >= 0; i--) {
      if (partners[i] !== none) continue;
      let partner = latest[predicted[i]!]!;
      for (const synonym of synonyms(predicted[i]!, vocabulary)) {
        partner = Math.max(partner, latest[vocabulary.numbers.get(synonym) ?? none] ?? none);
      }
      if (partner === none) continue;
      partners[i] = partner;
      taken[partner] = 1;
      latest[expected[partner]!] = before[partner]!;
    }
  }
  for (let j = 0; j < expected.length; j++) latest[expected[j]!] = none;
}

/** `latest` with a place for every word met so far. */
function roomForWords(vocabulary: Vocabulary): Int32Array {
  if (vocabulary.latest.length < vocabulary.words.length) {
    vocabulary.latest = new Int32Array(2 * vocabulary.words.length).fill(none);
  }
  return vocabulary.latest;
}

function stemUnmatched({ predicted, expected, partners, taken }: Texts, vocabulary: Vocabulary): void {
  for (let i = 0; i < predicted.length; i++) if (partners[i] === none) predicted[i] = stemOf(predicted[i]!, vocabulary);
  for (let j = 0; j < expected.length; j++) if (taken[j] === 0) expected[j] = stemOf(expected[j]!, vocabulary);
}

/** Matches, and runs of matches that stand side by side in both texts. */
function countChunks(partners: Int32Array): { readonly matches: number; readonly chunks: number } {
  let matches = 0;
  let chunks = 0;
  let before = none;
  for (let i = 0; i < partners.length; i++) {
    const partner = partners[i]!;
    if (partner !== none) {
      matches++;
      if (before === none || partner !== before + 1) chunks++;
    }
    before = partner;
  }
  return { matches, chunks };
}
