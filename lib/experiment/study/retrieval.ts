import { hasWords, splitSentences } from "../../data/text/sentences";
import { AlcapError } from "../../errors";
import { bootstrapInterval, type Interval, type PairedTest, pairedBootstrap } from "../../metric/certainty";
import { dotProduct, type NamedEncoder, unitVector } from "../../metric/retrieval/encoder";
import { hitsAtK } from "../../metric/retrieval/retrieval";

/** A song with what a model wrote of it, the entry of the index, and what listeners wrote, whose every sentence asks for it. */
export interface IndexedSong {
  readonly song: string;
  readonly caption: string;
  readonly references: readonly string[];
}

/** The paper's lengths of the list that a listener looks at (Table 2). */
export const cutoffs = [5, 10, 20, 30] as const;
export type Cutoff = (typeof cutoffs)[number];

/** How well captions find their songs: for each cutoff one number a song, the share of its sentences that find it (r@k). */
export interface SongRetrieval {
  readonly encoder: string;
  readonly queries: number;
  readonly recall: Readonly<Record<Cutoff, Float64Array>>;
}

/**
 * Text-to-music retrieval with all songs as queries (the paper asks about 100, section 6.4): every sentence of every reference of a song
 * asks, the captions of all songs are the index. With one relevant song `p@k = r@k / k`. Sentences of one song answer alike, so
 * what is compared is songs: a song's number is the mean over its sentences.
 *
 * @throws AlcapError `input` when there are no songs, or one has no sentence to ask with
 */
export async function songRetrieval(songs: readonly IndexedSong[], encoder: NamedEncoder): Promise<SongRetrieval> {
  if (songs.length === 0) throw new AlcapError("input", "There are no captions to search.", "Give at least one song.");
  const directions = async (texts: readonly string[]) => (await encoder.encode(texts)).map(unitVector);
  const index = await directions(songs.map(({ caption }) => caption));
  const asked = songs.map(sentencesOf);
  const queries = await directions(asked.flat());
  const recall = Object.fromEntries(cutoffs.map((k) => [k, new Float64Array(songs.length)])) as Record<Cutoff, Float64Array>;
  let at = 0;
  asked.forEach((sentences, place) => {
    for (const _ of sentences) {
      const query = queries[at++] as Float64Array;
      const similarities = Float64Array.from(index, (caption) => dotProduct(query, caption));
      for (const k of cutoffs) recall[k][place]! += hitsAtK(similarities, [place], k).recall / sentences.length;
    }
  });
  return { encoder: encoder.name, queries: queries.length, recall };
}

function sentencesOf({ song, references }: IndexedSong): string[] {
  const sentences = references.flatMap(splitSentences).filter(hasWords);
  if (sentences.length > 0) return sentences;
  throw new AlcapError("input", `Listeners of the song ${song} wrote no sentence to ask with.`, "Leave such songs out.");
}

/** r@k over the songs with its 95 % interval, songs resampled whole. */
export const recallAt = ({ recall }: SongRetrieval, k: Cutoff): Interval =>
  bootstrapInterval(recall[k], { seed: `retrieval/${k}` });

/** The difference of r@k between two runs on the same songs, paired by song. */
export const recallDifference = (a: SongRetrieval, b: SongRetrieval, k: Cutoff): PairedTest =>
  pairedBootstrap(a.recall[k], b.recall[k], { seed: `retrieval/difference/${k}` });
