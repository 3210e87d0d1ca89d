import { words } from "../../data/songbook";

/** The texts that hold a word, and how often each does. */
interface Posting {
  readonly texts: number[];
  readonly counts: number[];
}

/**
 * Measures texts against a fixed set of others, with an index from each word to the texts that hold it.
 *
 * @returns a function that gives the novelty of a text: the smallest fraction, over all others, of its words that the other lacks.
 * Words are counted as often as they occur; 0 = some other text holds them all, 1 = no word was seen before.
 * A text without words, or compared with nothing, has novelty 1.
 */
export function noveltyAgainst(others: readonly string[]): (text: string) => number {
  const postings = new Map<string, Posting>();
  for (const [text, other] of others.entries()) {
    for (const [word, count] of bag(other)) {
      const seen = postings.get(word) ?? { texts: [], counts: [] };
      seen.texts.push(text);
      seen.counts.push(count);
      postings.set(word, seen);
    }
  }
  const shared = new Uint32Array(others.length);
  return (text) => {
    shared.fill(0);
    let total = 0;
    let most = 0;
    for (const [word, count] of bag(text)) {
      total += count;
      const { texts, counts } = postings.get(word) ?? { texts: [], counts: [] };
      if (count === 1) for (let i = 0; i < texts.length; i++) shared[texts[i]!]!++;
      else for (let i = 0; i < texts.length; i++) shared[texts[i]!]! += Math.min(count, counts[i]!);
    }
    for (let i = 0; i < shared.length; i++) if (shared[i]! > most) most = shared[i]!;
    return total === 0 ? 1 : 1 - most / total;
  };
}

/** Novelty of one text against others, 0..1; for many texts make `noveltyAgainst(others)` once. */
export const novelty = (text: string, others: readonly string[]): number => noveltyAgainst(others)(text);

function bag(text: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const word of words(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}
