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

/**
 * METEOR of one prediction against one reference (Banerjee and Lavie, 2005; Lavie and Agarwal, 2007), equal to NLTK's `single_meteor_score`.
 *
 * Words are matched one to one in three passes: equal words, equal Porter stems, WordNet synonyms. With `m` matches in `c` chunks
 * (runs that are adjacent in both texts), precision `P = m / predicted words` and recall `R = m / reference words`:
 * `METEOR = (1 − γ (c/m)^β) · PR / (αP + (1 − α)R)`. Without a match it is 0. A perfect match still has one chunk and scores `1 − γ/m^β`.
 *
 * Both texts are tokenised by {@link wordTokenize}, each as one line.
 */
export function meteor(
  prediction: string,
  reference: string,
  dictionary: SynonymDictionary,
  options: MeteorOptions = {},
): number {
  return meteorOfTokens(wordTokenize(prediction), wordTokenize(reference), dictionary, options);
}

/** {@link meteor} of texts that are already split into tokens; they are lower-cased here. */
export function meteorOfTokens(
  prediction: readonly string[],
  reference: readonly string[],
  dictionary: SynonymDictionary,
  { alpha = 0.9, beta = 3, gamma = 0.5 }: MeteorOptions = {},
): number {
  const partners = alignWords(prediction, reference, dictionary);
  const { matches, chunks } = countChunks(partners);
  if (matches === 0) return 0;
  const precision = matches / prediction.length;
  const recall = matches / reference.length;
  const mean = (precision * recall) / (alpha * precision + (1 - alpha) * recall);
  return (1 - gamma * (chunks / matches) ** beta) * mean;
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
  const partners = new Int32Array(prediction.length).fill(-1);
  const free = { predicted: lowerCased(prediction), expected: lowerCased(reference) };
  const afterExact = matchPass(free, partners, (word) => [word]);
  const stems = { predicted: stemmed(afterExact.predicted), expected: stemmed(afterExact.expected) };
  const afterStems = matchPass(stems, partners, (stem) => [stem]);
  matchPass(afterStems, partners, (stem) => [stem, ...dictionary.synonyms(stem)]);
  return partners;
}

/** A word and its place in its text. */
type Placed = readonly [place: number, word: string];

/** The words no pass has matched yet, in text order. */
interface Unmatched {
  readonly predicted: readonly Placed[];
  readonly expected: readonly Placed[];
}

function lowerCased(tokens: readonly string[]): Placed[] {
  return tokens.map((token, place) => [place, token.toLowerCase()]);
}

function stemmed(words: readonly Placed[]): Placed[] {
  return words.map(([place, word]) => [place, porterStem(word)]);
}

/** One pass: fills in `partners` for words whose `meanings` hold a free reference word, and returns what is left. */
function matchPass(free: Unmatched, partners: Int32Array, meanings: (word: string) => readonly string[]): Unmatched {
  if (free.predicted.length === 0 || free.expected.length === 0) return free;
  const places = new Map<string, number[]>(); // ascending, so the last free one is on top
  for (const [place, word] of free.expected) {
    const known = places.get(word);
    if (known === undefined) places.set(word, [place]);
    else known.push(place);
  }
  const taken = new Set<number>();
  for (let i = free.predicted.length - 1; i >= 0; i--) {
    const [place, word] = free.predicted[i]!;
    let latest: number[] | undefined;
    for (const meaning of meanings(word)) {
      const stack = places.get(meaning);
      if (stack !== undefined && stack.length > 0 && (latest === undefined || stack.at(-1)! > latest.at(-1)!)) latest = stack;
    }
    const partner = latest?.pop();
    if (partner === undefined) continue;
    partners[place] = partner;
    taken.add(partner);
  }
  return {
    predicted: free.predicted.filter(([place]) => partners[place] === -1),
    expected: free.expected.filter(([place]) => !taken.has(place)),
  };
}

/** Matches, and runs of matches that stand side by side in both texts. */
function countChunks(partners: Int32Array): { readonly matches: number; readonly chunks: number } {
  let matches = 0;
  let chunks = 0;
  partners.forEach((partner, place) => {
    if (partner === -1) return;
    matches++;
    const before = place > 0 ? partners[place - 1]! : -1;
    if (before === -1 || before + 1 !== partner) chunks++;
  });
  return { matches, chunks };
}
