import { AlcapError } from "../errors";
import { approximateRandomisation, holm, type Interval, type IntervalOptions, meanAndDeviation } from "./certainty";

/** How unevenly attention is spread; each is a mean over the distributions of one song. */
export interface Concentration {
  /** Shannon entropy in nats: low when focused, `ln n` when even. */
  readonly entropy: number;
  /** Entropy over `ln n`, 0 to 1, comparable between songs of different length. */
  readonly evenness: number;
  /** Gini coefficient, 0 when even, `1 − 1/n` when all attention is on one place. */
  readonly gini: number;
  /** Share of attention on the `top` strongest places. */
  readonly topMass: number;
}

/** Fusion attention of one song: weights `[tokens, frames]`, row-major; every row sums to 1 over the frames. */
export interface AttentionMap {
  readonly weights: ArrayLike<number>;
  /** Lyrics tokens: they ask. */
  readonly tokens: number;
  /** Music frames: they answer. */
  readonly frames: number;
}

export interface ConcentrationOptions {
  /**
   * `"frames"`: how focused each lyrics token looks at the music, the axis that softmax sums over.
   * `"tokens"`: how focused each music frame is seen by the tokens (weights of one frame divided by their sum): the paper's Figure 3
   * speaks of attention "focused on specific text tokens".
   */
  readonly over: "frames" | "tokens";
  /** Number of strongest places in `topMass`. Default 5. */
  readonly top?: number;
  /** Leading tokens that are no padding. Default: all. */
  readonly realTokens?: number;
}

/**
 * Concentration of one song's fusion attention.
 *
 * @throws AlcapError `input` when the weights do not fill `tokens × frames`, or hold a negative number or NaN
 */
export function attentionConcentration(map: AttentionMap, options: ConcentrationOptions): Concentration {
  const { weights, tokens, frames } = map;
  if (weights.length !== tokens * frames) {
    throw new AlcapError(
      "input",
      `${weights.length} attention weights do not fill ${tokens} × ${frames}.`,
      "Pass the map of one song.",
    );
  }
  const real = Math.min(options.realTokens ?? tokens, tokens);
  const overFrames = options.over === "frames";
  const distributions = Array.from({ length: overFrames ? real : frames }, (_, place) =>
    Float64Array.from(
      { length: overFrames ? frames : real },
      (_, i) => weights[overFrames ? place * frames + i : i * frames + place]!,
    ),
  );
  const each = distributions.map((distribution) => concentration(distribution, options.top ?? 5));
  const mean = (key: keyof Concentration) => each.reduce((sum, one) => sum + one[key], 0) / each.length;
  return { entropy: mean("entropy"), evenness: mean("evenness"), gini: mean("gini"), topMass: mean("topMass") };
}

/**
 * Concentration of one distribution over `n` places; weights need not sum to 1.
 * With shares `p` sorted upwards: entropy `−Σ p ln p`, Gini `Σ (2i − n − 1) p_i / n` for `i = 1 … n`. All-zero weights count as even.
 */
export function concentration(weights: ArrayLike<number>, top: number): Concentration {
  const sorted = Float64Array.from(weights).sort();
  const total = sorted.reduce((sum, weight) => sum + weight, 0);
  const n = sorted.length;
  if (n === 0 || !Number.isFinite(total) || sorted[0]! < 0) {
    throw new AlcapError(
      "input",
      "Attention weights are missing, negative or not numbers.",
      "Pass the weights that softmax returned.",
    );
  }
  const shares = total === 0 ? sorted.fill(1 / n) : sorted.map((weight) => weight / total);
  let entropy = 0;
  let gini = 0;
  let topMass = 0;
  shares.forEach((share, i) => {
    if (share > 0) entropy -= share * Math.log(share);
    gini += ((2 * (i + 1) - n - 1) * share) / n;
    if (i >= n - top) topMass += share;
  });
  return { entropy, evenness: n === 1 ? 1 : entropy / Math.log(n), gini, topMass };
}

/** One measure of two models' attention on the same songs. */
export interface ConcentrationTest {
  readonly measure: keyof Concentration;
  /** Means over songs. */
  readonly a: number;
  readonly b: number;
  /** Mean of `a − b` with its interval. */
  readonly difference: Interval;
  /** Two-sided p-value by approximate randomisation, Holm-corrected over the measures. */
  readonly p: number;
  /** What the test says of the claim "a is more focused than b" at the 5 % level. */
  readonly verdict: "more focused" | "less focused" | "cannot tell";
}

/**
 * The claim that one model's attention is more focused than another's (paper, Section 6.5, there shown on five training songs)
 * as a paired test over songs, on every measure.
 *
 * @param a concentration of each song under one model
 * @param b concentration of the same songs, in the same order, under the other
 */
export function compareConcentration(
  a: readonly Concentration[],
  b: readonly Concentration[],
  options: IntervalOptions,
): ConcentrationTest[] {
  const measures = ["entropy", "evenness", "gini", "topMass"] as const;
  const tests = measures.map((measure) => {
    const scores = (songs: readonly Concentration[]) => songs.map((song) => song[measure]);
    return approximateRandomisation(scores(a), scores(b), options);
  });
  const corrected = holm(tests.map((test) => test.p));
  return measures.map((measure, i) => {
    const { difference } = tests[i]!;
    const lowIsFocused = measure === "entropy" || measure === "evenness";
    const focused = lowIsFocused ? difference.mean < 0 : difference.mean > 0;
    const shown = corrected[i]! < 0.05;
    const mean = (songs: readonly Concentration[]) => meanAndDeviation(songs.map((song) => song[measure])).mean;
    return {
      measure,
      a: mean(a),
      b: mean(b),
      difference,
      p: corrected[i]!,
      verdict: !shown ? "cannot tell" : focused ? "more focused" : "less focused",
    };
  });
}
