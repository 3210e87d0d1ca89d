import { words } from "../../data/songbook";

interface Posting {
  readonly text: number;
  readonly count: number;
}

/**
 * Measures texts against a fixed set of others, with an index from each word to the texts that hold it.
 *
 * @returns a function that gives the novelty of a text: the smallest fraction, over all others, of its words that the other lacks.
 * Words are counted as often as they occur; 0 = some other text holds them all, 1 = no word was seen before.
 * A text without words, or compared with nothing, has novelty 1.
 */
export function noveltyAgainst(others: readonly string[]): (text: string) => number {
  const postings = new Map<string, Posting[]>();
  for (const [text, other] of others.entries()) {
    for (const [word, count] of bag(other)) {
      const seen = postings.get(word);
      if (seen) seen.push({ text, count });
      else postings.set(word, [{ text, count }]);
    }
  }
  return (text) => {
    const shared = new Uint32Array(others.length);
    let total = 0;
    let most = 0;
    for (const [word, count] of bag(text)) {
      total += count;
      for (const other of postings.get(word) ?? []) {
        shared[other.text]! += Math.min(count, other.count);
        most = Math.max(most, shared[other.text]!);
      }
    }
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
