/** Measures a text, in words or tokens. */
export interface Ruler {
  /** `words` or the tokeniser's name. */
  readonly unit: string;
  readonly length: (text: string) => number;
}

/** Lengths in white-space separated words, where no tokeniser is given. */
export const wordRuler: Ruler = { unit: "words", length: (text) => text.split(/\s+/).filter((word) => word !== "").length };

/** Lengths of many texts. */
export interface LengthSummary {
  readonly texts: number;
  readonly mean: number;
  readonly median: number;
  /** 95 of 100 texts are this long or shorter. */
  readonly p95: number;
  readonly longest: number;
}

/** Counts of lengths: exact quantiles without holding the texts. */
export interface Lengths {
  add(length: number): void;
  summary(): LengthSummary;
}

export function lengths(): Lengths {
  const counts = new Map<number, number>();
  return {
    add: (length) => counts.set(length, (counts.get(length) ?? 0) + 1),
    summary: () => {
      const sorted = [...counts].sort(([a], [b]) => a - b);
      const texts = sorted.reduce((sum, [, count]) => sum + count, 0);
      const total = sorted.reduce((sum, [length, count]) => sum + length * count, 0);
      return {
        texts,
        mean: texts === 0 ? 0 : Math.round((100 * total) / texts) / 100,
        median: quantile(sorted, Math.ceil(texts / 2)),
        p95: quantile(sorted, Math.ceil(0.95 * texts)),
        longest: sorted.at(-1)?.[0] ?? 0,
      };
    },
  };
}

/** The `rank`-th smallest length, from 1. */
function quantile(sorted: readonly (readonly [number, number])[], rank: number): number {
  let seen = 0;
  for (const [length, count] of sorted) {
    seen += count;
    if (seen >= rank) return length;
  }
  return 0;
}
