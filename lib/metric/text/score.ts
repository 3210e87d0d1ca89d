import { AlcapError } from "../../errors";
import { type Progress, silent } from "../../progress";
import { bootstrapIntervals, type Interval, type IntervalOptions } from "../certainty";
import { meteorScorer } from "./meteor";
import { type RougeOptions, type RougeScores, rouge, rougeOfTokens, rougeTokens } from "./rouge";
import { wordTokenize } from "./word-tokenize";
import type { SynonymDictionary } from "./wordnet";

/** What a model wrote and what a listener wrote. */
export interface CaptionPair {
  readonly prediction: string;
  readonly reference: string;
}

/** All text measures of one pair, in 0 to 1. */
export interface PairScores extends RougeScores {
  readonly meteor: number;
}

/** Names of the single numbers of a pair, in the order of tables. */
export const scoreNames = [
  "rouge1.recall",
  "rouge2.recall",
  "rougeL.recall",
  "rouge1.f1",
  "rouge2.f1",
  "rougeL.f1",
  "rouge1.precision",
  "rouge2.precision",
  "rougeL.precision",
  "meteor",
] as const;

export type ScoreName = (typeof scoreNames)[number];

/** Pairs between two words on progress. */
const TELL_EVERY = 64;

/** Scores every pair: ROUGE, and METEOR with NLTK's tokens. */
export function scorePairs(
  pairs: readonly CaptionPair[],
  dictionary: SynonymDictionary,
  options: RougeOptions = {},
  progress: Progress = silent,
): PairScores[] {
  const meteor = meteorScorer(dictionary);
  return pairs.map(({ prediction, reference }, at) => {
    if (at % TELL_EVERY === TELL_EVERY - 1 || at === pairs.length - 1) progress(at + 1, pairs.length);
    return { ...rouge(prediction, reference, options), meteor: meteor(wordTokenize(prediction), wordTokenize(reference)) };
  });
}

/** What is recorded of a text: ROUGE as recall (what the released evaluator of ALCAP reports) and as F1, and METEOR, each in 0 to 1. */
export interface TextScores {
  readonly rouge1: number;
  readonly rouge2: number;
  readonly rougeL: number;
  readonly rouge1F1: number;
  readonly rouge2F1: number;
  readonly rougeLF1: number;
  readonly meteor: number;
}

/** Scores a text against each of its references: the means over them, so that no single one's choice of words decides. */
export function textScorer(dictionary: SynonymDictionary): (text: string, references: readonly string[]) => TextScores {
  const meteor = meteorScorer(dictionary);
  return (text, references) => {
    const [words, tokens] = [rougeTokens(text), wordTokenize(text)];
    const each = references.map((reference): TextScores => {
      const { rouge1, rouge2, rougeL } = rougeOfTokens(words, rougeTokens(reference));
      return {
        ...{ rouge1: rouge1.recall, rouge2: rouge2.recall, rougeL: rougeL.recall },
        ...{ rouge1F1: rouge1.f1, rouge2F1: rouge2.f1, rougeLF1: rougeL.f1 },
        meteor: meteor(tokens, wordTokenize(reference)),
      };
    });
    const mean = (name: keyof TextScores) => each.reduce((sum, one) => sum + one[name], 0) / each.length;
    return {
      ...{ rouge1: mean("rouge1"), rouge2: mean("rouge2"), rougeL: mean("rougeL") },
      ...{ rouge1F1: mean("rouge1F1"), rouge2F1: mean("rouge2F1"), rougeLF1: mean("rougeLF1") },
      meteor: mean("meteor"),
    };
  };
}

/** Names of a text's scores: on its one reference, and as means over fresh comments. */
export type TextEndpoint = keyof TextScores | `fresh${Capitalize<keyof TextScores>}`;

/** Means over fresh comments under names of their own. */
export const onFresh = (scores: TextScores) =>
  Object.fromEntries(
    Object.entries(scores).map(([name, score]) => [`fresh${name[0]?.toUpperCase()}${name.slice(1)}`, score]),
  ) as Record<`fresh${Capitalize<keyof TextScores>}`, number>;

/** One number of a pair's scores by its name. */
function scoreNamed(scores: PairScores, name: ScoreName): number {
  if (name === "meteor") return scores.meteor;
  const [measure, part] = name.split(".") as ["rouge1" | "rouge2" | "rougeL", "precision" | "recall" | "f1"];
  return scores[measure][part];
}

/** Mean over pairs of every score with its bootstrap interval. */
export function intervalsOf(
  scores: readonly PairScores[],
  options: IntervalOptions,
  progress: Progress = silent,
): Record<ScoreName, Interval> {
  const columns = scoreNames.map((name) => Float64Array.from(scores, (pair) => scoreNamed(pair, name)));
  const intervals = bootstrapIntervals(columns, options, progress);
  return Object.fromEntries(scoreNames.map((name, i) => [name, intervals[i]])) as Record<ScoreName, Interval>;
}

/**
 * Reads caption pairs from JSON lines: `{"prediction", "reference"}`, or a run's captions with `"caption"` for the prediction. Other keys are ignored.
 *
 * @param name what errors call the file
 * @throws AlcapError `data` naming the number of bad lines and the first ten, when there are any, or when there is no line at all
 */
export function parseCaptionLines(text: string, name: string): CaptionPair[] {
  const pairs: CaptionPair[] = [];
  const bad: string[] = [];
  text
    .replace(/^\uFEFF/, "")
    .split("\n")
    .forEach((line, i) => {
      if (line.trim() === "") return;
      const pair = parsePair(line);
      if (pair === undefined) return;
      if (typeof pair === "string") bad.push(`line ${i + 1} ${pair}`);
      else pairs.push(pair);
    });
  if (bad.length > 0) {
    const first = bad.slice(0, 10).join("; ");
    throw new AlcapError(
      "data",
      `${name} has ${bad.length} bad lines: ${first}.`,
      'Write one {"prediction": "…", "reference": "…"} a line.',
    );
  }
  if (pairs.length === 0) throw new AlcapError("data", `${name} holds no captions.`, "Give a file with at least one line.");
  return pairs;
}

/** Characters of a text that is scored: the longest common subsequence takes time by the product of both lengths. */
const LONGEST = 1 << 15;

/** The pair on a line, or what is wrong with it; undefined for the scores at the end of a run's captions. */
function parsePair(line: string): CaptionPair | string | undefined {
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch {
    return "is not JSON";
  }
  if (typeof row !== "object" || row === null) return "is no object";
  const { prediction, caption, reference, columns } = row as Record<string, unknown>;
  if (columns !== undefined && reference === undefined) return undefined;
  const predicted = prediction ?? caption;
  if (typeof predicted !== "string") return 'has no text "prediction"';
  if (typeof reference !== "string") return 'has no text "reference"';
  if (Math.max(predicted.length, reference.length) > LONGEST) return `has a text of more than ${LONGEST} characters`;
  return { prediction: predicted, reference };
}
