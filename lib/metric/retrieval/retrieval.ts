import seedrandom from "seedrandom";
import { hasWords, splitSentences } from "../../data/text/sentences";
import { AlcapError } from "../../errors";
import { bootstrapInterval, type Interval } from "../certainty";
import { dotProduct, type NamedEncoder, unitVector } from "./encoder";

/** One row of a test split. A song with several interpretations has several rows with the same `song`. */
export interface RetrievalRow {
  readonly song: string;
  /** What a listener wrote: the source of the query. */
  readonly interpretation: string;
  /** What the model wrote: the entry of the index. */
  readonly caption: string;
}

export interface RetrievalOptions {
  /** Names the random choice of queries and sentences. */
  readonly seed: number | string;
  /** How many rows ask a query, drawn without repetition. Default 100, which the paper's rounding implies; `"all"` for every row. */
  readonly queries?: number | "all";
  /** Lengths of the list the listener looks at. Default 5, 10, 20, 30. */
  readonly cutoffs?: readonly number[];
  /** Whether a found row answers the query of another. Default: rows of the same song. */
  readonly isRelevant?: (query: RetrievalRow, found: RetrievalRow) => boolean;
}

/** Means over the queries, in 0 to 1, with 95 % bootstrap intervals over queries. */
export interface RetrievalAtK {
  readonly k: number;
  readonly precision: Interval;
  readonly recall: Interval;
}

export interface RetrievalResult {
  /** The encoder's name. */
  readonly encoder: string;
  /** Number of queries asked, and of captions they were asked of. */
  readonly queries: number;
  readonly captions: number;
  readonly at: readonly RetrievalAtK[];
}

/** Precision and recall of one ranked list at one cutoff. */
export interface RankedHits {
  readonly precision: number;
  readonly recall: number;
}

/**
 * Text-to-music retrieval through captions (paper, Section 6.4): one random sentence of a listener's interpretation is the query,
 * the generated captions of the whole split are the index, the encoder's cosine ranks them.
 *
 * Of a query with `R` relevant rows of which `h_k` are among the first `k`: **p@k `= h_k / k`, r@k `= h_k / R`**, then the mean over queries.
 * With one relevant song (`R = 1`) r@k is the share of queries whose song is among the first `k`, and p@k is exactly r@k / k:
 * it cannot exceed 1/k, and carries no information of its own. With several relevant rows the two differ.
 *
 * The rows that ask depend on the seed, the sentence on the seed and the row's place, never on the captions: two models with the same
 * seed and split answer the same queries.
 *
 * @throws AlcapError `input` when there are no rows, an interpretation has no sentence, or a query has no relevant row
 */
export async function retrieval(
  rows: readonly RetrievalRow[],
  encoder: NamedEncoder,
  options: RetrievalOptions,
): Promise<RetrievalResult> {
  const { cutoffs = [5, 10, 20, 30], isRelevant = (query, found) => query.song === found.song } = options;
  const asking = queryRows(rows, options);
  const directions = async (texts: readonly string[]) => (await encoder.encode(texts)).map(unitVector);
  const index = await directions(rows.map((row) => row.caption));
  const queries = await directions(asking.map((place) => querySentence(rows, place, options.seed)));
  const hits = asking.map((place, q) => {
    const similarities = Float64Array.from(index, (caption) => dotProduct(queries[q]!, caption));
    const relevant = rows.flatMap((row, i) => (isRelevant(rows[place]!, row) ? [i] : []));
    return cutoffs.map((k) => hitsAtK(similarities, relevant, k));
  });
  const at = cutoffs.map((k, c) => ({
    k,
    precision: bootstrapInterval(
      hits.map((query) => query[c]!.precision),
      { seed: options.seed },
    ),
    recall: bootstrapInterval(
      hits.map((query) => query[c]!.recall),
      { seed: options.seed },
    ),
  }));
  return { encoder: encoder.name, queries: asking.length, captions: rows.length, at };
}

/**
 * p@k and r@k of one query. Entries of equal similarity, such as equal captions, are taken in random order, and the expectation over
 * that order is returned: a relevant entry with `a` entries above it in a tie of `t` is among the first `k` with probability
 * `(k − a) / t`, between 0 and 1.
 *
 * @param similarities one per entry of the index
 * @param relevant places of the entries that answer the query
 * @throws AlcapError `input` when no entry is relevant, since recall has no meaning then
 */
export function hitsAtK(similarities: ArrayLike<number>, relevant: readonly number[], k: number): RankedHits {
  if (relevant.length === 0) {
    throw new AlcapError(
      "input",
      "A query has no relevant entry in the index.",
      "Leave such queries out, or give another `isRelevant`.",
    );
  }
  let hits = 0;
  for (const place of relevant) hits += chanceAmong(placeInList(similarities, place), k);
  return { precision: hits / k, recall: hits / relevant.length };
}

/** Where an entry stands in the ranked list: entries above it, and entries of its similarity, itself among them. */
export interface ListPlace {
  readonly above: number;
  readonly tied: number;
}

export function placeInList(similarities: ArrayLike<number>, place: number): ListPlace {
  const own = similarities[place]!;
  let above = 0;
  let tied = 0;
  for (let i = 0; i < similarities.length; i++) {
    if (similarities[i]! > own) above++;
    else if (similarities[i] === own) tied++;
  }
  return { above, tied };
}

/** The chance that an entry is among the first `k`, its tie in random order. */
export const chanceAmong = ({ above, tied }: ListPlace, k: number): number => Math.min(Math.max((k - above) / tied, 0), 1);

/** The sentence that a row asks with: one of its interpretation's, all equally likely. */
export function querySentence(rows: readonly RetrievalRow[], place: number, seed: number | string): string {
  const row = rows[place]!;
  const sentences = splitSentences(row.interpretation).filter(hasWords);
  if (sentences.length === 0) {
    throw new AlcapError(
      "input",
      `The interpretation of song ${row.song} (row ${place}) has no sentence to ask with.`,
      "Leave rows with empty interpretations out of the test split.",
    );
  }
  return sentences[Math.floor(seedrandom(`${seed}/sentence/${place}`)() * sentences.length)]!;
}

/** Places of the rows that ask, upwards. */
function queryRows(rows: readonly RetrievalRow[], { seed, queries = 100 }: RetrievalOptions): number[] {
  if (rows.length === 0) throw new AlcapError("input", "There are no captions to search.", "Give at least one row.");
  const places = rows.map((_, i) => i);
  if (queries === "all" || queries >= rows.length) return places;
  const random = seedrandom(`${seed}/queries`);
  for (let i = 0; i < queries; i++) {
    const j = i + Math.floor(random() * (places.length - i));
    [places[i], places[j]] = [places[j]!, places[i]!];
  }
  return places.slice(0, queries).sort((a, b) => a - b);
}
