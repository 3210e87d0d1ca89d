import { z } from "zod";
import { songBatch } from "../data/text/batch";
import { type Values, value } from "../engine";
import { AlcapError } from "../errors";
import type { Captioner } from "../model/captioner";
import { beamSearcher } from "../model/decoding/beam";
import { type Beam, type Choose, candidateCount } from "../model/decoding/beam-search";
import { type Candidate, nucleus, type Warping } from "../model/decoding/candidates";
import type { SongBatch } from "../model/decoding/greedy";
import type { ParamValues } from "../model/params";
import { bartTokens, type DecodingRecipe, releasedRecipe } from "../recipe";
import { fixtureText } from "./model";

const settings = z.object({
  num_beams: z.number().int(),
  no_repeat_ngram_size: z.number().int(),
  min_length: z.number().int(),
  max_length: z.number().int(),
  num_return_sequences: z.number().int().default(1),
  early_stopping: z.boolean().default(true),
  length_penalty: z.number().default(1),
  forced_bos_token_id: z.literal(bartTokens.bos).nullable().default(null),
  forced_eos_token_id: z.literal(bartTokens.eos).nullable().default(bartTokens.eos),
  top_p: z.number().nullable().default(null),
  top_k: z.number().int().default(0),
  temperature: z.number().default(1),
});
type Settings = z.infer<typeof settings>;

const searched = z.object({
  settings,
  /** Songs of `inputs` that were the batch. */
  rows: z.array(z.number().int()),
  /** Whether their padding was left in. */
  padded: z.boolean(),
  /** `num_return_sequences` of each song in turn, with start, end and padding. */
  sequences: z.array(z.array(z.number().int())),
  /** Null for greedy search. */
  scores: z.array(z.number()).nullable(),
});

const fixtureSchema = z.object({
  config: z.object({
    vocab_size: z.number().int(),
    d_model: z.number().int(),
    encoder_layers: z.number().int(),
    decoder_layers: z.number().int(),
    encoder_ffn_dim: z.number().int(),
    encoder_attention_heads: z.number().int(),
    max_position_embeddings: z.number().int(),
  }),
  inputs: z.object({ ids: z.array(z.array(z.number().int())), mask: z.array(z.array(z.number())) }),
  cases: z.array(searched),
  topP: z.array(
    z.object({
      settings: z.object({
        top_p: z.number(),
        temperature: z.number(),
        min_tokens_to_keep: z.union([z.literal(1), z.literal(2)]),
      }),
      /** Null is −∞. */
      logits: z.array(z.array(z.number().nullable())),
      probabilities: z.array(z.array(z.number())),
    }),
  ),
  /** Indices are `beam · vocabulary + token`. */
  beamSample: z.array(
    searched.extend({
      steps: z.array(
        z.object({
          beams: z.array(z.array(z.number().int())),
          kept: z.array(z.number().int()),
          probabilities: z.array(z.number()),
          drawn: z.array(z.number().int()),
        }),
      ),
    }),
  ),
});

/** What HuggingFace's `generate` gave for a small BART and a few inputs under many settings, and what its warpers gave. */
export type DecodingFixture = z.infer<typeof fixtureSchema>;
type Searched = z.infer<typeof searched>;

/** One case: equal, or where it first differs. */
export interface DecodingCase {
  readonly kind: "search" | "top-p" | "beam sample";
  readonly settings: Readonly<Record<string, unknown>>;
  readonly equal: boolean;
  /** First step at which ids, beams or kept tokens differ, and the sequence or row of the case; null where none does. */
  readonly differs: { readonly row: number; readonly step: number } | null;
  /** Largest difference of the scores, or of the probabilities; null where the reference has none. */
  readonly scoreError: number | null;
}

/** The cases, how many are equal, and the largest errors. */
export interface DecodingParity {
  readonly equal: number;
  readonly different: number;
  readonly largestScoreError: number;
  readonly largestProbabilityError: number;
  readonly cases: readonly DecodingCase[];
}

/** Reads a decoding fixture. Throws `AlcapError` "input" where it has not its form. */
export function parseDecodingFixture(fixture: unknown): DecodingFixture {
  const { success, data, error } = fixtureSchema.safeParse(fixture);
  if (success) return data;
  const issue = error.issues[0];
  throw new AlcapError(
    "input",
    `The decoding fixture is malformed at ${issue?.path.join(".")}: ${issue?.message}.`,
    "Check the file.",
  );
}

/** Errors of probabilities up to here are rounding. */
const PROBABILITY_TOLERANCE = 1e-5;

/** Decodes every case of a fixture here and compares ids, scores and probabilities with the reference's. */
export async function decodingParity(fixture: DecodingFixture, params: ParamValues): Promise<DecodingParity> {
  const captioner = captionerOf(fixture);
  const cases: DecodingCase[] = [];
  const inGroups = new Map<string, Searched[]>();
  for (const one of fixture.cases) {
    const key = JSON.stringify(one.settings);
    inGroups.set(key, [...(inGroups.get(key) ?? []), one]);
  }
  for (const group of inGroups.values()) {
    const search = beamSearcher(params, captioner, recipeOf(group[0]!.settings));
    for (const one of group) cases.push(compared(one, await search(songsOf(fixture, one))));
    await search.release();
  }
  for (const { settings, logits, probabilities } of fixture.topP) cases.push(warped(settings, logits, probabilities));
  for (const one of fixture.beamSample) cases.push(await sampled(fixture, captioner, params, one));
  const largest = (kinds: readonly DecodingCase["kind"][]) =>
    Math.max(0, ...cases.map(({ kind, scoreError }) => (kinds.includes(kind) ? (scoreError ?? 0) : 0)));
  const equal = cases.filter(({ equal }) => equal).length;
  return {
    equal,
    different: cases.length - equal,
    largestScoreError: largest(["search", "beam sample"]),
    largestProbabilityError: largest(["top-p"]),
    cases,
  };
}

/** Plain BART with the fixture's sizes. */
const captionerOf = ({ config }: DecodingFixture): Captioner => ({
  method: "bart",
  text: fixtureText(config),
  musicWidth: 1,
  recipe: releasedRecipe,
});

/** HuggingFace's settings as a recipe; its greedy search is a search with one beam that stops at its first end. */
const recipeOf = (one: Settings): DecodingRecipe => ({
  beams: one.num_beams,
  topP: one.top_p,
  topK: one.top_k,
  lengthPenalty: one.length_penalty,
  earlyStopping: one.early_stopping,
  maxLength: one.max_length,
  noRepeatNgram: one.no_repeat_ngram_size,
  forcedEos: one.forced_eos_token_id !== null,
  forcedBos: one.forced_bos_token_id !== null,
  minLength: one.min_length,
  returnSequences: one.num_return_sequences,
  ...(one.top_p !== null && { temperature: one.temperature }),
});

/** The songs of a case, without music. */
function songsOf({ inputs }: DecodingFixture, { rows, padded }: Searched): Values<SongBatch> {
  const lyrics = rows.map((row) => {
    const ids = inputs.ids[row] ?? [];
    return Int32Array.from(padded ? ids : ids.filter((_, i) => inputs.mask[row]?.[i] === 1));
  });
  const music = value(new Float32Array(1), [1, 1]);
  const songs = songBatch(
    lyrics.map((ids) => ({ lyrics: ids, music })),
    lyrics[0]?.length ?? 0,
  );
  const mask = rows.flatMap((row) => (padded ? (inputs.mask[row] ?? []) : (inputs.mask[row] ?? []).filter((one) => one === 1)));
  return { ...songs, lyricsMask: value(Float32Array.from(mask), songs.lyrics.shape) } as Values<SongBatch>;
}

/** A sequence up to its end: what follows the start, `</s>` included where it has one. */
const tail = (sequence: readonly number[]): number[] => {
  const end = sequence.indexOf(bartTokens.eos, 1);
  return sequence.slice(1, end < 0 ? undefined : end + 1);
};

/** A beam as HuggingFace returns it: a finished one is shorter than the longest and ends with `</s>`. */
const sequenceOf = ({ ids }: Beam, maxLength: number) => (ids.length < maxLength ? [...ids, bartTokens.eos] : [...ids]);

function compared({ settings, sequences, scores }: Searched, found: readonly (readonly Beam[])[]): DecodingCase {
  const beams = found.flat();
  const ours = beams.map((beam) => tail(sequenceOf(beam, settings.max_length)));
  const differs = firstDifference(ours, sequences.map(tail));
  const scoreError = scores && Math.max(...scores.map((score, i) => Math.abs(score - (beams[i]?.score ?? Number.NaN))));
  return { kind: "search", settings, equal: differs === null, differs, scoreError };
}

function firstDifference(ours: readonly (readonly number[])[], theirs: readonly (readonly number[])[]): DecodingCase["differs"] {
  for (let row = 0; row < Math.max(ours.length, theirs.length); row++) {
    const [a = [], b = []] = [ours[row], theirs[row]];
    for (let step = 0; step < Math.max(a.length, b.length); step++) if (a[step] !== b[step]) return { row, step };
  }
  return null;
}

/** Probabilities of what the warpers leave of rows of logits; a row differs where other tokens are left or a probability is far off. */
function warped(
  settings: DecodingFixture["topP"][number]["settings"],
  logits: readonly (readonly (number | null)[])[],
  expected: readonly (readonly number[])[],
): DecodingCase {
  const { top_p, temperature, min_tokens_to_keep } = settings;
  const warping: Warping = { topK: 0, topP: top_p, temperature, minTokensToKeep: min_tokens_to_keep };
  let differs: DecodingCase["differs"] = null;
  let scoreError = 0;
  logits.forEach((row, at) => {
    const banned = new Set(row.flatMap((logit, token) => (logit === null ? [token] : [])));
    const logProbabilities = Float32Array.from(row, (logit) => logit ?? Number.NEGATIVE_INFINITY);
    const ours = probabilitiesOf(nucleus({ logProbabilities, score: 0, banned, forced: undefined }, warping));
    const error = Math.max(...row.map((_, token) => errorOf(ours.get(token), expected[at]?.[token])));
    scoreError = Math.max(scoreError, error);
    if (error > PROBABILITY_TOLERANCE) differs ??= { row: at, step: 0 };
  });
  return { kind: "top-p", settings, equal: differs === null, differs, scoreError };
}

/** Infinite where one side leaves the token and the other does not. */
function errorOf(ours = 0, theirs = 0): number {
  return ours > 0 === theirs > 0 ? Math.abs(ours - theirs) : Number.POSITIVE_INFINITY;
}

function probabilitiesOf<K>(scored: readonly (readonly [K, number])[]): Map<K, number> {
  const peak = Math.max(...scored.map(([, score]) => score));
  const total = scored.reduce((mass, [, score]) => mass + Math.exp(score - peak), 0);
  return new Map(scored.map(([key, score]) => [key, Math.exp(score - peak) / total]));
}

/** Follows the reference's recorded draws: beams and kept tokens of every step, then the sequence and its score. */
async function sampled(
  fixture: DecodingFixture,
  captioner: Captioner,
  params: ParamValues,
  one: DecodingFixture["beamSample"][number],
): Promise<DecodingCase> {
  const recipe = recipeOf(one.settings);
  const V = captioner.text.vocabulary;
  let step = 0;
  let differs: DecodingCase["differs"] = null;
  let probabilityError = 0;
  const choose: Choose = (continuations) => {
    const recorded = one.steps[step];
    const kept = continuations.flatMap((continuation, beam) =>
      nucleus(continuation, recipe).map(([token, score]): [number, Candidate] => [beam * V + token, { beam, token, score }]),
    );
    const scores = new Map(kept);
    const ours = probabilitiesOf(kept.map(([index, { score }]) => [index, score] as const));
    const theirs = new Map(recorded?.kept.map((index, i) => [index, recorded.probabilities[i]]));
    const indices = new Set([...ours.keys(), ...theirs.keys()]);
    const error = Math.max(...Array.from(indices, (index) => errorOf(ours.get(index), theirs.get(index))));
    probabilityError = Math.max(probabilityError, error);
    if (error > PROBABILITY_TOLERANCE || !recorded) differs ??= { row: 0, step };
    step++;
    const drawn = recorded?.drawn.flatMap((index) => scores.get(index) ?? []) ?? [];
    return drawn.sort((a, b) => b.score - a.score).slice(0, candidateCount(recipe));
  };
  const search = beamSearcher(params, captioner, recipe, choose);
  const result = compared(one, await search(songsOf(fixture, one)));
  await search.release();
  differs ??= step === one.steps.length ? result.differs : { row: 0, step };
  return { ...result, kind: "beam sample", equal: differs === null, differs };
}
