import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import seedrandom from "seedrandom";
import { AlcapError } from "../../errors";
import { quantile } from "../../metric/certainty";
import { meteor, meteorScorer } from "../../metric/text/meteor";
import { rouge } from "../../metric/text/rouge";
import type { CaptionPair } from "../../metric/text/score";
import { wordTokenize } from "../../metric/text/word-tokenize";
import { loadWordNet } from "../../metric/text/wordnet";

const help = `Usage: alcap bench metrics [--pairs N] [--words N] [--python PATH] [--json]

Scores N made-up caption pairs (default 10000 of 60 words) and, where a Python with NLTK and WordNet is found (Debian: python3-nltk and
wordnet-base), the same pairs with the reference scorers: rouge_score written out, NLTK's tokens and METEOR. Both sides count processor
time of one thread's work, ours after 2000 pairs of warming up, in five alternating rounds; ratios are medians of the rounds.

  --python PATH  the reference's Python (default /usr/bin/python3)`;

const rounds = 5;
const warmingUp = 2000;

interface ReferenceAnswer {
  readonly rouge: readonly (readonly (readonly number[])[])[];
  readonly meteor: readonly number[];
  readonly seconds: { readonly rouge: number; readonly meteor: number };
}

/** Microseconds of processor time a pair, and how often ours fits into the reference's. */
interface Speed {
  readonly ours: number;
  readonly reference?: number;
  readonly ratio?: number;
  /** Smallest ratio of the rounds. */
  readonly leastRatio?: number;
  /** Largest absolute difference between the two sides' scores. */
  readonly largestDifference?: number;
}

/** `alcap bench metrics`. */
export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      pairs: { type: "string" },
      words: { type: "string" },
      python: { type: "string" },
      json: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const pairs = madeUpPairs(count("--pairs", values.pairs ?? "10000"), count("--words", values.words ?? "60"));
  const python = values.python ?? "/usr/bin/python3";
  const missing = whyNoReference(python);
  const report = {
    pairs: pairs.length,
    reference: missing ?? python,
    ...measure(pairs, missing === undefined ? python : undefined),
  };
  console.log(values.json ? JSON.stringify(report) : inWords(report));
  return 0;
}

function count(option: string, text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new AlcapError("usage", `${option} is "${text}".`, "Give a positive whole number.");
}

interface Measured {
  readonly rouge: Speed;
  readonly meteor: Speed;
  /** Median milliseconds of wall time to load WordNet's index. */
  readonly loadMilliseconds: number;
  /** Milliseconds of wall time for one pair of 16,000 tokens: ROUGE and METEOR. */
  readonly longPairMilliseconds: { readonly rouge: number; readonly meteor: number };
}

function measure(pairs: readonly CaptionPair[], python: string | undefined): Measured {
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
    const answer = python === undefined ? undefined : askReference(python, part);
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

function median(values: readonly number[]): number {
  return quantile(Float64Array.from(values).sort(), 0.5);
}

function referenceScript(): string {
  return path.join(__dirname, "../../../../test/metric/reference.py");
}

/** Why the reference scorers cannot run here, or undefined when they can. */
function whyNoReference(python: string): string | undefined {
  if (!existsSync(referenceScript())) return "no test/metric/reference.py";
  const { status } = spawnSync(python, ["-c", "import nltk, os; assert os.path.exists('/usr/share/wordnet/data.noun')"]);
  return status === 0 ? undefined : `no NLTK with WordNet at ${python}`;
}

function askReference(python: string, pairs: readonly CaptionPair[]): ReferenceAnswer {
  const { status, stdout, stderr } = spawnSync(python, [referenceScript()], {
    input: JSON.stringify({ pairs }),
    maxBuffer: 2 ** 30,
  });
  if (status === 0) return JSON.parse(stdout.toString());
  throw new AlcapError(
    "engine",
    `The reference scorers failed: ${stderr.toString().trim().split("\n").at(-1)}.`,
    "Try another --python.",
  );
}

const subjects = [
  "The singer",
  "This song",
  "My favourite verse",
  "The chorus",
  "The narrator",
  "Her voice",
  "The last line",
  "The whole track",
];
const verbs = [
  "describes",
  "mourns",
  "celebrates",
  "talked about",
  "is hinting at",
  "questions",
  "tells the story of",
  "remembered",
];
const topics = [
  "a lost love",
  "the horror of war",
  "growing up in a small town",
  "faith and doubt",
  "his father's death",
  "greed and power",
  "running away from home",
];
const other = [
  "a love that was lost",
  "the horrors of warfare",
  "small towns",
  "doubting",
  "her dad's dying",
  "might and avarice",
  "a house left behind",
];
const endings = [
  "don't you agree?",
  "in a bitter, ironic way.",
  "as the strings rise...",
  "but nobody listens.",
  "even though it sounds happy!",
  "- at least that's what i hear.",
];

/** Pairs that share sentences, word forms and synonyms, each text cut after `words` words; the same every time. */
function madeUpPairs(pairs: number, words: number): CaptionPair[] {
  const random = seedrandom("bench/metrics");
  const pick = (list: readonly string[]) => list[Math.floor(random() * list.length)]!;
  return Array.from({ length: pairs }, () => {
    const reference: string[] = [];
    const prediction: string[] = [];
    while (Math.min(reference.length, prediction.length) < words) {
      const topic = Math.floor(random() * topics.length);
      const told = `${pick(subjects)} ${pick(verbs)} ${topics[topic]} ${pick(endings)}`;
      const retold =
        random() < 0.4
          ? told
          : `${pick(subjects)} ${pick(verbs)} ${random() < 0.5 ? other[topic] : pick(topics)} ${pick(endings)}`;
      reference.push(...told.split(" "));
      prediction.push(...retold.split(" "));
    }
    return { prediction: prediction.slice(0, words).join(" "), reference: reference.slice(0, words).join(" ") };
  });
}

function inWords(report: Measured & { readonly pairs: number; readonly reference: string }): string {
  const line = (name: string, { ours, reference, ratio, leastRatio, largestDifference }: Speed) =>
    ratio === undefined
      ? `  ${name}  ${ours.toFixed(0)} µs a pair`
      : `  ${name}  ${ours.toFixed(0)} µs a pair, reference ${reference?.toFixed(0)} µs: ${ratio.toFixed(0)} times as fast (slowest round ${leastRatio?.toFixed(0)}), scores differ by ${largestDifference?.toExponential(1)} at most`;
  return [
    `${report.pairs} caption pairs, reference: ${report.reference}`,
    line("ROUGE ", report.rouge),
    line("METEOR", report.meteor),
    `  WordNet's index loads in ${report.loadMilliseconds.toFixed(0)} ms`,
    `  one pair of 16,000 tokens: ROUGE ${report.longPairMilliseconds.rouge.toFixed(0)} ms, METEOR ${report.longPairMilliseconds.meteor.toFixed(0)} ms`,
  ].join("\n");
}
