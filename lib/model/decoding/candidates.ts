import { philox4x32 } from "../../engine";
import type { DecodingRecipe } from "../../recipe";

/** One way to go on: which of a song's beams, with which token, at which summed log-probability. */
export interface Candidate {
  readonly beam: number;
  readonly token: number;
  readonly score: number;
}

/** Log-probabilities of a next token: of all `[V]`, or of the likeliest ones, likeliest first, with their ids. */
export interface NextTokens {
  readonly logProbabilities: Float32Array;
  readonly ids?: Int32Array | undefined;
}

/** What a beam may go on with: the next token's log-probabilities, and the beam's own sum so far. */
export interface Continuation extends NextTokens {
  readonly score: number;
  /** Tokens that would repeat an n-gram, or end the caption too early. */
  readonly banned: ReadonlySet<number>;
  /** The one token that is allowed, at no cost; undefined where all are. */
  readonly forced: number | undefined;
}

/** Sums are float32, as PyTorch's are. */
const sum = (a: number, b: number) => Math.fround(a + b);

/** Tokens that would complete an n-gram which the ids already hold (HuggingFace's NoRepeatNGramLogitsProcessor). */
export function repeatedNgrams(ids: readonly number[], n: number): Set<number> {
  const banned = new Set<number>();
  if (n === 0 || ids.length + 1 < n) return banned;
  const prefix = ids.slice(ids.length - (n - 1));
  for (let at = 0; at + n <= ids.length; at++) if (prefix.every((id, i) => ids[at + i] === id)) banned.add(ids[at + n - 1]!);
  return banned;
}

/** The `count` likeliest tokens a beam may go on with, likeliest first, with their summed scores. */
function likeliest(continuation: Continuation, count: number): [token: number, score: number][] {
  const { logProbabilities, ids, score, banned, forced } = continuation;
  if (forced !== undefined) return [[forced, score]];
  if (ids) {
    const free: [number, number][] = [];
    for (let rank = 0; rank < ids.length && free.length < count; rank++)
      if (!banned.has(ids[rank]!)) free.push([ids[rank]!, sum(logProbabilities[rank]!, score)]);
    return free;
  }
  const tokens = count < logProbabilities.length ? highest(logProbabilities, count, banned) : ranked(logProbabilities, banned);
  return Array.from(tokens, (token) => [token, sum(logProbabilities[token]!, score)]);
}

/** All tokens that are not banned, likeliest first. */
const ranked = (logProbabilities: Float32Array, banned: ReadonlySet<number>) =>
  Array.from(logProbabilities.keys())
    .filter((token) => !banned.has(token))
    .sort((a, b) => logProbabilities[b]! - logProbabilities[a]!);

/** The first `count` of them, by insertion into a short list. */
function highest(logProbabilities: Float32Array, count: number, banned: ReadonlySet<number>): Int32Array {
  const tokens = new Int32Array(count);
  const values = new Float32Array(count);
  let held = 0;
  for (let token = 0; token < logProbabilities.length; token++) {
    const value = logProbabilities[token]!;
    if ((held === count && value <= values[count - 1]!) || banned.has(token)) continue;
    let at = held < count ? held++ : count - 1;
    for (; at > 0 && values[at - 1]! < value; at--) {
      values[at] = values[at - 1]!;
      tokens[at] = tokens[at - 1]!;
    }
    values[at] = value;
    tokens[at] = token;
  }
  return tokens.subarray(0, held);
}

/** The best `count` candidates over all beams, best first; of equal ones that of the earlier beam. Each beam's come sorted. */
export function bestCandidates(beams: readonly Continuation[], count: number): Candidate[] {
  const lists = beams.map((continuation) => likeliest(continuation, count));
  const taken = lists.map(() => 0);
  const best: Candidate[] = [];
  while (best.length < count) {
    let beam = -1;
    let most = Number.NEGATIVE_INFINITY;
    for (let at = 0; at < lists.length; at++) {
      const next = lists[at]![taken[at]!];
      if (next !== undefined && (beam < 0 || next[1] > most)) [beam, most] = [at, next[1]];
    }
    if (beam < 0) break;
    const [token, score] = lists[beam]![taken[beam]!++]!;
    best.push({ beam, token, score });
  }
  return best;
}

/** What decides which tokens are sampled from. */
export type Warping = Pick<DecodingRecipe, "topK" | "topP" | "temperature" | "minTokensToKeep">;

/**
 * The tokens that HuggingFace's TemperatureLogitsWarper, TopKLogitsWarper and TopPLogitsWarper leave of a beam's continuations, likeliest
 * first. At least two tokens are kept unless the recipe says one, so that twice as many candidates as beams remain.
 */
export function nucleus(
  continuation: Continuation,
  { topK, topP, temperature = 1, minTokensToKeep = 2 }: Warping,
): [number, number][] {
  const first = likeliest(continuation, topK === 0 ? continuation.logProbabilities.length : Math.max(topK, minTokensToKeep));
  const kept =
    temperature === 1 ? first : first.map(([token, score]): [number, number] => [token, Math.fround(score / temperature)]);
  if (topP === null || topP >= 1) return kept;
  const peak = kept[0]?.[1] ?? 0;
  const total = kept.reduce((mass, [, score]) => mass + Math.exp(score - peak), 0);
  let before = 0;
  return kept.filter(([, score], rank) => {
    const stays = rank < minTokensToKeep || before <= topP;
    before += Math.exp(score - peak) / total;
    return stays;
  });
}

/** Where a draw's random numbers come from: the same for a song whatever batch it is captioned in. */
export interface Draw {
  readonly seed: number;
  readonly song: number;
  readonly step: number;
}

const TWO_TO_MINUS_32 = 2 ** -32;

/** A standard Gumbel number for a candidate, from its own counter. */
function gumbel({ seed, song, step }: Draw, beam: number, token: number, words: Uint32Array): number {
  philox4x32(words, [token, beam, step, song], seed, 1);
  return -Math.log(-Math.log((words[0]! + 0.5) * TWO_TO_MINUS_32));
}

/**
 * `count` candidates drawn without replacement with probabilities proportional to `exp(score)` among those that top-k and top-p
 * leave, best first: the largest sums of score and Gumbel noise are such a draw (Kool et al. 2019).
 */
export function sampledCandidates(beams: readonly Continuation[], count: number, decoding: Warping, draw: Draw): Candidate[] {
  const words = new Uint32Array(4);
  return beams
    .flatMap((continuation, beam) =>
      nucleus(continuation, decoding).map(([token, score]) => ({
        candidate: { beam, token, score },
        key: score + gumbel(draw, beam, token, words),
      })),
    )
    .sort((a, b) => b.key - a.key)
    .slice(0, count)
    .map(({ candidate }) => candidate)
    .sort((a, b) => b.score - a.score);
}
