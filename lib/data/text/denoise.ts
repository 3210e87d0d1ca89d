import seedrandom from "seedrandom";
import { bartTokens } from "../../recipe";
import { inRandomOrder } from "../random-order";
import { splitSentences } from "./sentences";
import type { Tokeniser } from "./tokeniser";

/** BART's pre-training noise (Lewis et al. 2020, sections 2.2 and 4.1). */
export interface Noise {
  /** Share of a text's tokens that is masked. */
  readonly share: number;
  /** Mean length of a masked span in tokens; lengths are Poisson, and a span of 0 inserts a mask. */
  readonly spanMean: number;
  /** Whether a text's sentences are put in random order first. */
  readonly permuteSentences: boolean;
}

/** What BART was pre-trained with. */
export const bartNoise: Noise = { share: 0.3, spanMean: 3, permuteSentences: true };

/** A generator of uniform numbers in [0, 1). */
type Uniform = () => number;

/** A Poisson number (Knuth 1969: the uniforms whose product stays above e^−mean). */
export function poisson(mean: number, uniform: Uniform): number {
  const bar = Math.exp(-mean);
  let count = 0;
  for (let product = uniform(); product > bar; product *= uniform()) count++;
  return count;
}

/** The text's sentences (in lyrics: its lines) in random order, joined by single spaces. */
export function permuteSentences(text: string, uniform: Uniform): string {
  return inRandomOrder(splitSentences(text), uniform).join(" ");
}

/** Lengths of spans that together hold `budget` tokens; some are 0. */
function spanLengths(budget: number, mean: number, uniform: Uniform): number[] {
  const lengths: number[] = [];
  for (let left = budget; left > 0; ) {
    const length = Math.min(left, poisson(mean, uniform));
    lengths.push(length);
    left -= length;
  }
  return lengths;
}

/**
 * Text infilling: spans of tokens, each replaced by one `<mask>`. Spans never touch, so that no two masks stand side by side
 * unless a text is nearly all masked. The first and last id (`<s>`, `</s>`) stay.
 * @param mask id of `<mask>`
 */
export function infill(
  ids: Int32Array,
  mask: number,
  { share, spanMean }: Omit<Noise, "permuteSentences">,
  uniform: Uniform,
): Int32Array {
  const inner = ids.subarray(1, -1);
  const lengths = spanLengths(Math.round(share * inner.length), spanMean, uniform);
  const kept = inner.length - lengths.reduce((a, b) => a + b, 0);
  // Each span stands in a gap before, between or after the kept tokens; gaps are drawn without repeats while there are enough.
  const gaps = inRandomOrder(
    Array.from({ length: kept + 1 }, (_, gap) => gap),
    uniform,
  );
  const spans = lengths.map((length, i) => ({ gap: gaps[i % gaps.length]!, length })).sort((a, b) => a.gap - b.gap);
  const out: number[] = [ids[0] ?? bartTokens.bos];
  let at = 0; // inner tokens passed
  let passed = 0; // kept tokens passed
  for (const { gap, length } of spans) {
    while (passed < gap) {
      out.push(inner[at++]!);
      passed++;
    }
    out.push(mask);
    at += length;
  }
  out.push(...inner.subarray(at), ids.at(-1) ?? bartTokens.eos);
  return Int32Array.from(out);
}

/** One pre-training pair: the noisy text that the encoder reads and the text that the decoder writes. */
export interface DenoisingPair {
  readonly noisy: Int32Array;
  readonly clean: Int32Array;
}

/**
 * Noise of one text, from a generator named by `seed`: the same seed gives the same pair.
 * @param maxLength longest sequence in tokens; the text is cut first, so that both sides hold the same words
 */
export function denoisingPair(text: string, tokeniser: Tokeniser, noise: Noise, maxLength: number, seed: string): DenoisingPair {
  const uniform = seedrandom(seed);
  const clean = tokeniser.encode(text, { maxLength });
  const cut = noise.permuteSentences ? permuteSentences(tokeniser.decode(clean), uniform) : undefined;
  const ordered = cut === undefined ? clean : tokeniser.encode(cut, { maxLength });
  return { noisy: infill(ordered, tokeniser.mask, noise, uniform), clean };
}
