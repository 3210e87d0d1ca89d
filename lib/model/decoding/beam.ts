import { compile, tf, type Values, value } from "../../engine";
import { AlcapError } from "../../errors";
import { bartTokens, type DecodingRecipe } from "../../recipe";
import type { Captioner } from "../captioner";
import type { Params, ParamValues } from "../params";
import { advance, bestCaption, type Search, startSearch } from "./beam-search";
import { type Caches, decodeOne, emptyCaches, type Memory, remember, type SongBatch } from "./greedy";

/** What a step gets: last tokens, and for each row the row whose past it continues, int32 `[R]` each; position, int32 scalar. */
type Ask = { tokens: tf.Tensor; order: tf.Tensor; position: tf.Tensor };

/** Which random numbers a batch draws: song `i` of it is song `firstSong + i` of the corpus. */
export interface Sampling {
  readonly seed: number;
  readonly firstSong: number;
}

/** Writes captions for a batch of songs: token ids without start, end and padding, one array a song. */
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
  checkDecoding(captioner, decoding);
  const first = compile((p: Params, songs: SongBatch) => remember(p, captioner, songs), { baked: [0], name: "remember" });
  const step = compile((past: Caches, memory: Memory, ask: Ask, p: Params) => nextTokens(p, captioner, past, memory, ask), {
    resident: "past",
    baked: [3],
    name: "beam step",
  });
  const decode = async (songs: Values<SongBatch>, { seed, firstSong }: Sampling = { seed: 0, firstSong: 0 }) => {
    const memory = await first(params, songs);
    const B = songs.lyrics.shape[0] ?? 0;
    let searches: Search[] = Array.from({ length: B }, () => startSearch(decoding));
    let past = emptyCaches(captioner, B * decoding.beams, decoding.maxLength - 1);
    let order = Int32Array.from({ length: B * decoding.beams }, (_, row) => row);
    for (let at = 0; at < decoding.maxLength - 1 && searches.some(({ done }) => !done); at++) {
      const out = await step(past, memory, asked(searches, order, at), params);
      past = out.past;
      const moved = searches.map((search, song) => {
        if (search.done) return { search, parents: search.beams.map((_, beam) => beam) };
        const rows = rowsOf(out.logProbabilities.data as Float32Array, song, decoding.beams, captioner.text.vocabulary);
        return advance(search, rows, decoding, { seed, song: firstSong + song, step: at });
      });
      searches = moved.map(({ search }) => search);
      order = Int32Array.from(moved.flatMap(({ parents }, song) => parents.map((beam) => song * decoding.beams + beam)));
    }
    return searches.map((search) => bestCaption(search, decoding));
  };
  const release = async () => {
    await first.release();
    await step.release();
  };
  return Object.assign(decode, { release });
}

/** Log-probabilities `[R, V]` of the next token; the caches are put in the order of the beams they continue. */
function nextTokens(params: Params, captioner: Captioner, past: Caches, memory: Memory, { tokens, order, position }: Ask) {
  const ordered = (caches: tf.Tensor[]) => caches.map((cache) => tf.gather(cache, order as tf.Tensor1D)); // R, H, T, D
  const caches = { keys: ordered(past.keys), values: ordered(past.values) };
  const { logits, caches: next } = decodeOne(params, captioner, memory, caches, tokens, position);
  return { past: next, logProbabilities: tf.logSoftmax(logits) };
}

function asked(searches: readonly Search[], order: Int32Array, at: number): Values<Ask> {
  const last = searches.flatMap(({ beams, done }) => beams.map(({ ids }) => (done ? bartTokens.pad : (ids.at(-1) as number))));
  const R = order.length;
  return { tokens: value(Int32Array.from(last), [R]), order: value(order, [R]), position: value(Int32Array.of(at), []) };
}

const rowsOf = (data: Float32Array, song: number, beams: number, V: number) =>
  Array.from({ length: beams }, (_, beam) => data.subarray((song * beams + beam) * V, (song * beams + beam + 1) * V));

/** Throws `AlcapError` "usage" for a decoding recipe that the model cannot follow. */
export function checkDecoding({ text }: Captioner, { beams, topP, topK, maxLength, noRepeatNgram }: DecodingRecipe): void {
  const fail = (problem: string, advice: string) => {
    throw new AlcapError("usage", problem, advice);
  };
  const isCount = (x: number, least: number) => Number.isInteger(x) && x >= least;
  if (!isCount(beams, 1) || 2 * beams > text.vocabulary)
    fail(`${beams} beams cannot be searched.`, "Give a whole number from 1 up.");
  if (!isCount(maxLength, 2) || maxLength - 1 > text.positions)
    fail(`A caption of ${maxLength} tokens does not fit ${text.positions} positions.`, "Change maxLength.");
  if (topP !== null && !(topP > 0 && topP <= 1))
    fail(`topP is ${topP}.`, "Give a share above 0 and up to 1, or null for no sampling.");
  if (!isCount(topK, 0)) fail(`topK is ${topK}.`, "Give a whole number; 0 is no bound.");
  if (!isCount(noRepeatNgram, 0)) fail(`noRepeatNgram is ${noRepeatNgram}.`, "Give a whole number; 0 allows repeats.");
}
