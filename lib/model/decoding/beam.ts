import { logSoftmax, tf, type Values } from "../../engine";
import { bartTokens, type DecodingRecipe } from "../../recipe";
import type { Captioner } from "../captioner";
import type { ParamValues } from "../params";
import {
  advance,
  type Beam,
  bestBeams,
  type Choose,
  candidateCount,
  captionIds,
  chooser,
  type Search,
  startSearch,
} from "./beam-search";
import type { NextTokens } from "./candidates";
import { checkDecoding } from "./check";
import type { SongBatch } from "./one-token";
import { decodingSteps } from "./steps";

/** Which random numbers a batch draws: song `i` of it is song `firstSong + i` of the corpus. */
export interface Sampling {
  readonly seed: number;
  readonly firstSong: number;
}

/** What a step brings back of the logits: log-probabilities `[R, n]`, and the tokens `[R, n]` they are of where they are not of all. */
type Chosen = { logProbabilities: tf.Tensor; ids?: tf.Tensor };

/** Searches captions for a batch of songs: for each song its best beams, best first. */
export type BeamSearcher = {
  (songs: Values<SongBatch>, sampling?: Sampling): Promise<(readonly Beam[])[]>;
  release(): Promise<void>;
};

/** Writes captions for a batch of songs: token ids without start, end and padding, one array a song, or `returnSequences` a song in turn. */
export type BeamDecoder = {
  (songs: Values<SongBatch>, sampling?: Sampling): Promise<Int32Array[]>;
  release(): Promise<void>;
};

/**
 * Beam search, or beam sampling where `topP` is set, with a key–value cache. The parameters are baked into the compiled graphs,
 * so make one decoder for one trained model and release it after. A song's caption does not depend on the batch it is in.
 * @throws AlcapError `usage` for a recipe that the model cannot follow.
 */
export function beamDecoder(params: ParamValues, captioner: Captioner, decoding: DecodingRecipe): BeamDecoder {
  const search = beamSearcher(params, captioner, decoding);
  const decode = async (songs: Values<SongBatch>, sampling?: Sampling) =>
    (await search(songs, sampling)).flatMap((beams) => beams.map(captionIds));
  return Object.assign(decode, { release: search.release });
}

/**
 * The same with ids as they were searched, and scores.
 * @param choose in the place of the recipe's own choice
 * @throws AlcapError `usage` for a recipe that the model cannot follow.
 */
export function beamSearcher(
  params: ParamValues,
  captioner: Captioner,
  decoding: DecodingRecipe,
  choose: Choose = chooser(decoding),
): BeamSearcher {
  checkDecoding(captioner, decoding);
  const { beams, maxLength } = decoding;
  const few = likeliestSuffice(decoding) ? Math.min(candidateCount(decoding) + 1, captioner.text.vocabulary) : 0;
  const steps = decodingSteps(params, captioner, maxLength - 1, (logits): Chosen => {
    const logProbabilities = logSoftmax(logits); // R, V
    if (few === 0) return { logProbabilities };
    const { values, indices } = tf.topk(logProbabilities, few); // R, few
    return { logProbabilities: values, ids: indices };
  });
  const search = async (songs: Values<SongBatch>, { seed, firstSong }: Sampling = { seed: 0, firstSong: 0 }) => {
    const { step, shrink } = await steps.start(songs, beams);
    const all: Search[] = Array.from({ length: songs.lyrics.shape[0] ?? 0 }, () => startSearch(decoding));
    let batch = Array.from(all.keys()); // the songs that are still computed
    let parents: readonly (readonly number[])[] = all.map(({ beams }) => beams.map((_, beam) => beam));
    for (let at = 0; at < maxLength - 1 && all.some(({ done }) => !done); at++) {
      const tokens = lastTokens(batch.map((song) => all[song]!));
      const next = nextTokens(await step(tokens, beams === 1 ? null : parents.flat()));
      parents = batch.map((song, row) => {
        const before = all[song]!;
        const ended = before.beams.map(() => -1);
        if (before.done) return ended;
        const draw = { seed, song: firstSong + song, step: at };
        const moved = advance(before, next(row, beams), decoding, draw, choose);
        all[song] = moved.search;
        return moved.search.done ? ended : moved.parents;
      });
      const stay = shrink(batch.map((song) => all[song]!.done));
      if (stay) [batch, parents] = [stay.map((row) => batch[row]!), stay.map((row) => parents[row]!)];
    }
    return all.map((search) => bestBeams(search, decoding));
  };
  return Object.assign(search, { release: steps.release });
}

/** Whether the likeliest tokens alone decide a step; one more than the candidates is enough where only `</s>` may be banned. */
const likeliestSuffice = ({ topP, noRepeatNgram }: DecodingRecipe) => topP === null && noRepeatNgram === 0;

const lastTokens = (searches: readonly Search[]): Int32Array =>
  Int32Array.from(searches.flatMap(({ beams, done }) => beams.map(({ ids }) => (done ? bartTokens.pad : ids.at(-1)!))));

/** The next tokens of a song's beams. */
function nextTokens({ logProbabilities, ids }: Values<Chosen>): (song: number, beams: number) => NextTokens[] {
  const width = logProbabilities.shape[1] ?? 0;
  const row = <T extends Float32Array | Int32Array>(data: T, at: number) => data.subarray(at * width, (at + 1) * width) as T;
  return (song, beams) =>
    Array.from({ length: beams }, (_, beam) => ({
      logProbabilities: row(logProbabilities.data as Float32Array, song * beams + beam),
      ...(ids && { ids: row(ids.data as Int32Array, song * beams + beam) }),
    }));
}
