import { AlcapError } from "../errors";
import { meteorScorer } from "../metric/text/meteor";
import { type RougeScores, rouge } from "../metric/text/rouge";
import { wordTokenize } from "../metric/text/word-tokenize";
import type { SynonymDictionary } from "../metric/text/wordnet";

type Triple = readonly [precision: number, recall: number, f1: number];

interface ReferenceRouge {
  readonly rouge1: Triple;
  readonly rouge2: Triple;
  readonly rougeL: Triple;
}

/** One pair with what the reference scorers say of it. */
export interface ReferencePair {
  readonly prediction: string;
  readonly reference: string;
  readonly rouge: ReferenceRouge;
  readonly rouge_stemmed: ReferenceRouge;
  readonly meteor: number;
  /** The tokens METEOR was given. */
  readonly meteor_tokens: { readonly prediction: readonly string[]; readonly reference: readonly string[] };
}

/** How far one measure is from the reference over all pairs. */
export interface Deviation {
  readonly measure: string;
  /** Largest absolute difference. */
  readonly largest: number;
  /** Place of the pair where it occurs. */
  readonly pair: number;
  /** What it may be at most. */
  readonly tolerance: number;
}

/** A text that is tokenised differently from the reference. */
export interface TokenDifference {
  readonly pair: number;
  readonly side: "prediction" | "reference";
  readonly expected: readonly string[];
  readonly found: readonly string[];
}

/** How far our scores are from the reference scorers'. */
export interface MetricParity {
  readonly pairs: number;
  readonly deviations: readonly Deviation[];
  readonly tokenDifferences: readonly TokenDifference[];
  /** Whether every measure is within its tolerance. Token differences are listed, and do not count: METEOR is compared on given tokens. */
  readonly passed: boolean;
}

const measures = ["rouge1", "rouge2", "rougeL"] as const;

/** Compares ROUGE, with and without stemming, METEOR on the given tokens, and tokens with those of the reference scorers. */
export function compareWithReference(pairs: readonly ReferencePair[], dictionary: SynonymDictionary): MetricParity {
  const meteor = meteorScorer(dictionary);
  const plain = pairs.map((pair) => rouge(pair.prediction, pair.reference));
  const stemmed = pairs.map((pair) => rouge(pair.prediction, pair.reference, { stem: true }));
  const meteors = pairs.map((pair) => meteor(pair.meteor_tokens.prediction, pair.meteor_tokens.reference));
  const deviations = [
    ...measures.map((name) => rougeDeviation(name, plain, name, pairs, "rouge")),
    ...measures.map((name) => rougeDeviation(`${name} stemmed`, stemmed, name, pairs, "rouge_stemmed")),
    deviation("meteor", 1e-6, pairs, (pair, i) => [[meteors[i]!, pair.meteor]]),
  ];
  return {
    pairs: pairs.length,
    deviations,
    tokenDifferences: pairs.flatMap(tokenDifferences),
    passed: deviations.every(({ largest, tolerance }) => largest <= tolerance),
  };
}

function rougeDeviation(
  measure: string,
  scores: readonly RougeScores[],
  name: (typeof measures)[number],
  pairs: readonly ReferencePair[],
  key: "rouge" | "rouge_stemmed",
): Deviation {
  return deviation(measure, 1e-9, pairs, (pair, i) => {
    const { precision, recall, f1 } = scores[i]![name];
    return [precision, recall, f1].map((value, part) => [value, pair[key][name][part]!]);
  });
}

/** The largest |ours − reference|; a number that is missing counts as infinitely far. */
function deviation(
  measure: string,
  tolerance: number,
  pairs: readonly ReferencePair[],
  values: (pair: ReferencePair, i: number) => readonly (readonly number[])[],
): Deviation {
  let largest = 0;
  let place = 0;
  pairs.forEach((pair, i) => {
    for (const [ours, theirs] of values(pair, i)) {
      const difference = Math.abs(ours! - theirs!);
      if (difference <= largest) continue;
      largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
      place = i;
    }
  });
  return { measure, largest, pair: place, tolerance };
}

function tokenDifferences(pair: ReferencePair, i: number): TokenDifference[] {
  return (["prediction", "reference"] as const).flatMap((side) => {
    const expected = pair.meteor_tokens[side];
    const found = wordTokenize(pair[side]);
    const same = found.length === expected.length && found.every((token, j) => token === expected[j]);
    return same ? [] : [{ pair: i, side, expected, found }];
  });
}

/**
 * Reads a fixture of reference scores: `{"pairs": [{prediction, reference, rouge, rouge_stemmed, meteor, meteor_tokens}]}`.
 *
 * @param name what errors call the file
 * @throws AlcapError `data` when the text is not such a fixture, naming the pair and the key
 */
export function parseReferenceFixture(text: string, name: string): ReferencePair[] {
  const refuse = (problem: string, cause?: unknown) =>
    new AlcapError("data", `${name} ${problem}.`, "Give a fixture laid out as test/fixtures/metric/metrics.json.", { cause });
  let fixture: { pairs?: unknown } | null;
  try {
    fixture = JSON.parse(text);
  } catch (cause) {
    throw refuse("is not JSON", cause);
  }
  const pairs = fixture?.pairs;
  if (!Array.isArray(pairs) || pairs.length === 0) throw refuse('holds no list "pairs"');
  pairs.forEach((pair: Partial<ReferencePair> | null, i) => {
    const wrong = wrongKey(pair ?? {});
    if (wrong !== undefined) throw refuse(`lacks "${wrong}" in pair ${i}, or holds something else there`);
  });
  return pairs;
}

/** The first key of a pair that is missing or of another kind. */
function wrongKey(pair: Partial<ReferencePair>): string | undefined {
  const isText = (value: unknown) => typeof value === "string";
  const isTokens = (value: unknown) => Array.isArray(value) && value.every(isText);
  const isRouge = (value?: Partial<ReferenceRouge>) =>
    measures.every((name) => value?.[name]?.length === 3 && value[name].every((part) => typeof part === "number"));
  const checks: Record<string, boolean> = {
    prediction: isText(pair.prediction),
    reference: isText(pair.reference),
    rouge: isRouge(pair.rouge),
    rouge_stemmed: isRouge(pair.rouge_stemmed),
    meteor: typeof pair.meteor === "number",
    meteor_tokens: isTokens(pair.meteor_tokens?.prediction) && isTokens(pair.meteor_tokens?.reference),
  };
  return Object.keys(checks).find((key) => !checks[key]);
}
