import seedrandom from "seedrandom";
import { AlcapError } from "../../errors";
import { porterStem } from "../text/porter";
import { rougeTokens } from "../text/rouge";
import type { NamedEncoder } from "./encoder";

export interface LsaOptions {
  /** Length of a sentence's vector. Default 100; never more than there are texts or terms. */
  readonly dimensions?: number;
  /** Names the random start of the decomposition. */
  readonly seed: number | string;
  /** Texts used, spread evenly when there are more. Default 20,000. */
  readonly texts?: number;
}

/** Terms of one text with their weights, unit length over the terms that are known. */
interface SparseText {
  readonly terms: Int32Array;
  readonly weights: Float64Array;
}

interface Terms {
  readonly ids: ReadonlyMap<string, number>;
  /** Inverse document frequency, `ln((1 + texts) / (1 + texts with the term)) + 1`. */
  readonly rarity: Float64Array;
}

/**
 * A sentence encoder that needs nothing downloaded: latent semantic analysis (Deerwester et al., 1990) of the training captions.
 *
 * A text is its Porter-stemmed words weighted `(1 + ln count) · idf` and scaled to length 1; the encoder projects it onto the space of the
 * `dimensions` strongest right singular vectors of the texts × terms matrix. Words that occur together in training captions so come close,
 * words never seen there count nothing. A stand-in for Sentence-BERT, weaker than it; figures of the two cannot be compared.
 *
 * @param captions the training captions, never those of the test split
 * @throws AlcapError `input` when no word occurs in two captions
 */
export function lsaEncoder(captions: readonly string[], options: LsaOptions): NamedEncoder {
  const texts = spreadEvenly(captions, options.texts ?? 20_000).map(stems);
  const terms = countTerms(texts);
  const rows = texts.map((words) => weigh(words, terms));
  const dimensions = Math.min(options.dimensions ?? 100, rows.length, terms.ids.size);
  const basis = strongestDirections(rows, terms.ids.size, dimensions, options.seed);
  return {
    name: `LSA, ${dimensions} dimensions, ${texts.length} training captions`,
    encode: async (sentences) => sentences.map((sentence) => project(weigh(stems(sentence), terms), basis, dimensions)),
  };
}

function spreadEvenly(captions: readonly string[], most: number): readonly string[] {
  if (captions.length <= most) return captions;
  return Array.from({ length: most }, (_, i) => captions[Math.floor((i * captions.length) / most)]!);
}

function stems(text: string): string[] {
  return rougeTokens(text).map(porterStem);
}

/** The terms that at least two texts have. */
function countTerms(texts: readonly (readonly string[])[]): Terms {
  const textsWith = new Map<string, number>();
  for (const words of texts) for (const word of new Set(words)) textsWith.set(word, (textsWith.get(word) ?? 0) + 1);
  const kept = [...textsWith].filter(([, count]) => count > 1).sort(([a], [b]) => (a < b ? -1 : 1));
  if (kept.length === 0) {
    throw new AlcapError(
      "input",
      "No word occurs in two of the captions the LSA encoder should learn from.",
      "Give it more captions.",
    );
  }
  return {
    ids: new Map(kept.map(([word], id) => [word, id])),
    rarity: Float64Array.from(kept, ([, count]) => Math.log((1 + texts.length) / (1 + count)) + 1),
  };
}

function weigh(words: readonly string[], { ids, rarity }: Terms): SparseText {
  const counts = new Map<number, number>();
  for (const word of words) {
    const id = ids.get(word);
    if (id !== undefined) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  const terms = Int32Array.from(counts.keys());
  const weights = Float64Array.from(counts, ([id, count]) => (1 + Math.log(count)) * rarity[id]!);
  const length = Math.sqrt(weights.reduce((sum, weight) => sum + weight ** 2, 0));
  return { terms, weights: weights.map((weight) => weight / length) };
}

/**
 * An orthonormal basis of the strongest right singular directions by subspace iteration from a random start (Halko, Martinsson and Tropp, 2011):
 * `Q ← orth(AᵀA Q)`. Which basis of that space is immaterial, since angles between projections do not depend on it.
 *
 * @returns term-major `[terms, dimensions]`
 */
function strongestDirections(
  rows: readonly SparseText[],
  terms: number,
  dimensions: number,
  seed: number | string,
): Float64Array {
  const random = seedrandom.alea(`${seed}/lsa`);
  let basis = Float64Array.from({ length: terms * dimensions }, () => random() - 0.5);
  const projected = new Float64Array(dimensions);
  for (let round = 0; round < 6; round++) {
    const next = new Float64Array(terms * dimensions);
    for (const row of rows) {
      projectInto(projected, row, basis);
      row.terms.forEach((term, i) => {
        const weight = row.weights[i]!;
        const start = term * dimensions;
        for (let d = 0; d < dimensions; d++) next[start + d]! += weight * projected[d]!;
      });
    }
    orthonormalise(next, terms, dimensions);
    basis = next;
  }
  return basis;
}

/** Gram–Schmidt on the columns, each pass done twice for accuracy; a column without anything of its own becomes zero. */
function orthonormalise(matrix: Float64Array, rows: number, columns: number): void {
  for (let c = 0; c < columns; c++) {
    const before = columnNorm(matrix, rows, columns, c);
    for (let pass = 0; pass < 2; pass++) {
      for (let other = 0; other < c; other++) {
        let dot = 0;
        for (let r = 0; r < rows; r++) dot += matrix[r * columns + c]! * matrix[r * columns + other]!;
        for (let r = 0; r < rows; r++) matrix[r * columns + c]! -= dot * matrix[r * columns + other]!;
      }
    }
    const norm = columnNorm(matrix, rows, columns, c);
    const scale = norm > 1e-10 * before ? 1 / norm : 0;
    for (let r = 0; r < rows; r++) matrix[r * columns + c]! *= scale;
  }
}

function columnNorm(matrix: Float64Array, rows: number, columns: number, column: number): number {
  let squares = 0;
  for (let r = 0; r < rows; r++) squares += matrix[r * columns + column]! ** 2;
  return Math.sqrt(squares);
}

function projectInto(target: Float64Array, text: SparseText, basis: Float64Array): void {
  target.fill(0);
  for (let i = 0; i < text.terms.length; i++) {
    const start = text.terms[i]! * target.length;
    for (let d = 0; d < target.length; d++) target[d]! += text.weights[i]! * basis[start + d]!;
  }
}

function project(text: SparseText, basis: Float64Array, dimensions: number): Float32Array {
  const projected = new Float64Array(dimensions);
  projectInto(projected, text, basis);
  return Float32Array.from(projected);
}
