import { bartTokens, type DecodingRecipe } from "../../recipe";
import {
  bestCandidates,
  type Candidate,
  type Continuation,
  type Draw,
  type NextTokens,
  repeatedNgrams,
  sampledCandidates,
} from "./candidates";

/** A caption being written: its ids from the start token on, and their summed log-probability. */
export interface Beam {
  readonly ids: readonly number[];
  readonly score: number;
}

/** A song's search: open beams, the best finished captions by length-normalised score, and whether it is over. */
export interface Search {
  readonly beams: readonly Beam[];
  readonly finished: readonly Beam[];
  readonly done: boolean;
}

/** Score of the beams that start as copies of the first, so that the first step does not take the same token for all. */
const COPY = -1e9;

/** A search's start. Sampling starts all beams alike, since their draws differ. */
export function startSearch({ beams, topP }: DecodingRecipe): Search {
  const start = (_: unknown, beam: number): Beam => ({
    ids: [bartTokens.decoderStart],
    score: beam === 0 || topP !== null ? 0 : COPY,
  });
  return { beams: Array.from({ length: beams }, start), finished: [], done: false };
}

/** The token that a caption of so many ids must go on with; undefined where it is free. */
function forcedToken(length: number, { maxLength, forcedBos, forcedEos }: DecodingRecipe): number | undefined {
  if (forcedEos && length === maxLength - 1) return bartTokens.eos;
  return forcedBos && length === 1 ? bartTokens.bos : undefined;
}

/** Adds a finished caption and keeps the best ones (HuggingFace's BeamHypotheses). */
function finish(finished: readonly Beam[], { ids, score }: Beam, { beams, lengthPenalty }: DecodingRecipe): readonly Beam[] {
  const caption = { ids, score: score / ids.length ** lengthPenalty };
  if (finished.length < beams) return [...finished, caption];
  const worst = finished.reduce((least, one, at) => (one.score < finished[least]!.score ? at : least), 0);
  if (caption.score <= finished[worst]!.score) return finished;
  return [...finished.filter((_, at) => at !== worst), caption];
}

/** Whether no open beam can still matter. `best` is the best candidate's score at a length of `length` ids. */
function isDone(finished: readonly Beam[], best: number, length: number, decoding: DecodingRecipe): boolean {
  if (finished.length < decoding.beams) return false;
  if (decoding.earlyStopping) return true;
  return Math.min(...finished.map(({ score }) => score)) >= best / length ** decoding.lengthPenalty;
}

/** Chooses candidates, best first, among the continuations of a song's beams. */
export type Choose = (continuations: readonly Continuation[], count: number, draw: Draw) => Candidate[];

/** The best candidates, or sampled ones where `topP` is set. */
export const chooser = (decoding: DecodingRecipe): Choose =>
  decoding.topP === null
    ? bestCandidates
    : (continuations, count, draw) => sampledCandidates(continuations, count, decoding, draw);

/** What the beams of a search may go on with. */
export const continuationsOf = ({ beams }: Search, next: readonly NextTokens[], decoding: DecodingRecipe): Continuation[] =>
  beams.map(({ ids, score }, beam) => {
    const banned = repeatedNgrams(ids, decoding.noRepeatNgram);
    if (ids.length < (decoding.minLength ?? 0)) banned.add(bartTokens.eos);
    const { logProbabilities, ids: likeliest } = next[beam] as NextTokens;
    return { logProbabilities, ids: likeliest, score, banned, forced: forcedToken(ids.length, decoding) };
  });

/** Twice as many candidates as beams are looked at, since as many may end; plain sampling draws one token. */
export const candidateCount = ({ beams, topP, minTokensToKeep }: DecodingRecipe): number =>
  topP !== null && minTokensToKeep === 1 ? 1 : 2 * beams;

/**
 * One step of a song's search, as HuggingFace's `beam_search` and `beam_sample` do it: of the candidates those that end are finished
 * where they rank among the first `beams`, the others go on.
 * @param next for each beam
 * @returns the next search; `parents[i]` is the beam whose past its beam `i` continues
 */
export function advance(
  search: Search,
  next: readonly NextTokens[],
  decoding: DecodingRecipe,
  draw: Draw,
  choose: Choose = chooser(decoding),
): { search: Search; parents: readonly number[] } {
  const length = search.beams[0]?.ids.length ?? 0;
  const candidates = choose(continuationsOf(search, next, decoding), candidateCount(decoding), draw);
  let { finished } = search;
  const open: Candidate[] = [];
  for (const [rank, candidate] of candidates.entries()) {
    const { beam, token, score } = candidate;
    if (token !== bartTokens.eos) open.push(candidate);
    else if (rank < decoding.beams) finished = finish(finished, { ids: search.beams[beam]!.ids, score }, decoding);
    if (open.length === decoding.beams) break;
  }
  // Where a forced end leaves no other token the beams are dead ends.
  while (open.length < decoding.beams) open.push({ beam: 0, token: bartTokens.pad, score: Number.NEGATIVE_INFINITY });
  const beams = open.map(({ beam, token, score }) => ({ ids: [...search.beams[beam]!.ids, token], score }));
  const best = candidates[0]?.score ?? Number.NEGATIVE_INFINITY;
  const done = isDone(finished, best, length, decoding);
  return { search: { beams, finished, done }, parents: open.map(({ beam }) => beam) };
}

/**
 * The best captions of a search, best first: finished ones, and open beams where it was not done. Their ids still have the start
 * token; the scores are normalised by length.
 */
export function bestBeams({ beams, finished, done }: Search, decoding: DecodingRecipe): readonly Beam[] {
  const all = done ? finished : beams.reduce((kept, beam) => finish(kept, beam, decoding), finished);
  const rising = [...all].sort((a, b) => a.score - b.score);
  return rising.reverse().slice(0, decoding.returnSequences ?? 1);
}

/** A caption's ids without start, end and padding. */
export const captionIds = ({ ids }: Beam): Int32Array =>
  Int32Array.from(ids.slice(1).filter((id) => id !== bartTokens.eos && id !== bartTokens.pad));
