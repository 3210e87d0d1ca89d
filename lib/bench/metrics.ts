import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { AlcapError } from "../errors";
import { projectRoot } from "../files/project";
import { meteor, meteorScorer } from "../metric/text/meteor";
import { rouge } from "../metric/text/rouge";
import type { CaptionPair } from "../metric/text/score";
import { wordTokenize } from "../metric/text/word-tokenize";
import { loadWordNet } from "../metric/text/wordnet";
import { madeUpPairs } from "./caption-pairs";
import { missingModule, parsed } from "./python-peer";
import { median } from "./spread";

const rounds = 5;
const warmingUp = 2000;

/** Microseconds of processor time a pair, and how often ours fits into the reference's. */
export interface Speed {
  readonly ours: number;
  readonly reference?: number;
  readonly ratio?: number;
  /** Smallest ratio of the rounds. */
  readonly leastRatio?: number;
  /** Largest absolute difference between the two sides' scores. */
  readonly largestDifference?: number;
}

/** What `alcap bench metrics` reports. */
export interface MetricBench {
  readonly pairs: number;
  /** The Python that scored the same pairs. */
  readonly peer: string | null;
  /** Why there is no peer. */
  readonly reason: string | null;
  readonly rouge: Speed;
  readonly meteor: Speed;
  /** Median milliseconds of wall time to load WordNet's index. */
  readonly loadMilliseconds: number;
  /** Milliseconds of wall time for one pair of 16,000 tokens: ROUGE and METEOR. */
  readonly longPairMilliseconds: { readonly rouge: number; readonly meteor: number };
}

/**
 * Scores made-up caption pairs here and, where `python` has NLTK and WordNet, with the reference scorers, part by part in turn.
 *
 * @throws AlcapError `engine` where the reference scorers fail or answer something else
 */
export function benchMetrics(pairs: readonly CaptionPair[], python: string): MetricBench {
  const reason = whyNoReference(python);
  const loads = Array.from({ length: 5 }, () => wallMilliseconds(() => loadWordNet()));
  const dictionary = loadWordNet();
  const scoreMeteor = meteorScorer(dictionary);
  const meteorOf = ({ prediction, reference }: CaptionPair) => scoreMeteor(wordTokenize(prediction), wordTokenize(reference));
  const rougeOf = ({ prediction, reference }: CaptionPair) => rouge(prediction, reference);
  for (const pair of pairs.slice(0, warmingUp)) {
    rougeOf(pair);
    meteorOf(pair);
  }
  const timed = inRounds(pairs).map((part) => {
    const answer = reason === null ? askReference(python, part) : undefined;
    const rouges = timedMap(part, rougeOf);
    const meteors = timedMap(part, meteorOf);
    const flat = rouges.results.map(({ rouge1, rouge2, rougeL }) =>
      [rouge1, rouge2, rougeL].flatMap((o) => [o.precision, o.recall, o.f1]),
    );
    return {
      rouge: compared(
        part.length,
        rouges.seconds,
        answer?.seconds.rouge,
        flat,
        answer?.rouge.map((triples) => triples.flat()),
      ),
      meteor: compared(
        part.length,
        meteors.seconds,
        answer?.seconds.meteor,
        meteors.results.map((m) => [m]),
        answer?.meteor.map((m) => [m]),
      ),
    };
  });
  const [long = { prediction: "", reference: "" }] = madeUpPairs(1, 16_000);
  return {
    pairs: pairs.length,
    peer: reason === null ? python : null,
    reason,
    rouge: middle(timed.map((round) => round.rouge)),
    meteor: middle(timed.map((round) => round.meteor)),
    loadMilliseconds: median(loads),
    longPairMilliseconds: {
      rouge: wallMilliseconds(() => rouge(long.prediction, long.reference)),
      meteor: wallMilliseconds(() => meteor(long.prediction, long.reference, dictionary)),
    },
  };
}

function inRounds(pairs: readonly CaptionPair[]): CaptionPair[][] {
  const size = Math.ceil(pairs.length / rounds);
  return Array.from({ length: rounds }, (_, i) => pairs.slice(i * size, (i + 1) * size)).filter((part) => part.length > 0);
}

function timedMap<T>(part: readonly CaptionPair[], score: (pair: CaptionPair) => T): { results: T[]; seconds: number } {
  const before = process.cpuUsage();
  const results = part.map(score);
  const { user, system } = process.cpuUsage(before);
  return { results, seconds: (user + system) / 1e6 };
}

function wallMilliseconds(job: () => unknown): number {
  const before = performance.now();
  job();
  return performance.now() - before;
}

function compared(
  pairs: number,
  seconds: number,
  theirSeconds: number | undefined,
  scores: readonly (readonly number[])[],
  theirScores: readonly (readonly number[])[] | undefined,
): Speed {
  const ours = (1e6 * seconds) / pairs;
  if (theirSeconds === undefined || theirScores === undefined) return { ours };
  const differences = scores.map((row, i) => Math.max(...row.map((value, j) => Math.abs(value - theirScores[i]![j]!))));
  const ratio = theirSeconds / seconds;
  return { ours, reference: (1e6 * theirSeconds) / pairs, ratio, leastRatio: ratio, largestDifference: Math.max(...differences) };
}

function middle(parts: readonly Speed[]): Speed {
  const ours = median(parts.map((part) => part.ours));
  const of = (key: "reference" | "ratio" | "leastRatio" | "largestDifference") => parts.flatMap((part) => part[key] ?? []);
  if (of("ratio").length === 0) return { ours };
  return {
    ours,
    reference: median(of("reference")),
    ratio: median(of("ratio")),
    leastRatio: Math.min(...of("leastRatio")),
    largestDifference: Math.max(...of("largestDifference")),
  };
}

const REFERENCE = "test/metric/reference.py";

/** Why the reference scorers cannot run here: they are asked to score nothing. */
function whyNoReference(python: string): string | null {
  if (!existsSync(path.join(projectRoot(), REFERENCE))) return `There is no ${REFERENCE}.`;
  const { status, error, stderr } = runReference(python, []);
  if (error && status === null && !isLate(error)) return `There is no Python at ${python}.`;
  return status === 0 ? null : missingModule(lastLine(stderr), python);
}

function askReference(python: string, pairs: readonly CaptionPair[]) {
  const { status, stdout, stderr } = runReference(python, pairs);
  if (status !== 0) throw new AlcapError("engine", `${python} ended: ${lastLine(stderr)}.`, "Try another --python.");
  const three = z.array(z.array(z.number()).length(3)).length(3);
  const seconds = z.object({ rouge: z.number(), meteor: z.number() });
  const answer = { rouge: z.array(three).length(pairs.length), meteor: z.array(z.number()).length(pairs.length), seconds };
  return parsed(stdout, z.object(answer), python);
}

function runReference(python: string, pairs: readonly CaptionPair[]) {
  const input = JSON.stringify({ pairs });
  const limits = { maxBuffer: 2 ** 30, timeout: 600_000, killSignal: "SIGKILL" } as const;
  const done = spawnSync(python, [path.join(projectRoot(), REFERENCE)], { input, encoding: "utf8", ...limits });
  if (done.error && isLate(done.error))
    throw new AlcapError("engine", `${python} gave no answer in ${limits.timeout / 1000} s.`, "Try another --python.");
  return done;
}

const isLate = (error: Error) => "code" in error && error.code === "ETIMEDOUT";

const lastLine = (text: string) => text.trim().split("\n").at(-1) ?? "";
