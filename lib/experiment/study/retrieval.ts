import seedrandom from "seedrandom";
import { inRandomOrder } from "../../data/random-order";
import { hasWords, splitSentences } from "../../data/text/sentences";
import { AlcapError } from "../../errors";
import { bootstrapInterval, type Interval, type PairedTest, pairedBootstrap } from "../../metric/certainty";
import { dotProducts, type NamedEncoder, unitVector } from "../../metric/retrieval/encoder";
import { chanceAmong, placeInList } from "../../metric/retrieval/retrieval";
import { paperCutoffs, paperQueries } from "../../paper";

/** A song with what a model wrote of it, the entry of the index, and what listeners wrote, whose every sentence asks for it. */
export interface IndexedSong {
  readonly song: string;
  readonly caption: string;
  readonly references: readonly string[];
}

/** The paper's lengths of the list that a listener looks at (Table 2). */
export const cutoffs = paperCutoffs;
export type Cutoff = (typeof cutoffs)[number];

/** How well captions find their songs: for each cutoff one number a song that asks, the share of its sentences that find it (r@k). */
export interface SongRetrieval {
  readonly encoder: string;
  readonly queries: number;
  readonly recall: Readonly<Record<Cutoff, Float64Array>>;
}

/** Searches one index with sentences of each of its songs; a song without any is only found. */
export type SongIndex = (asked: readonly (readonly string[])[]) => Promise<SongRetrieval>;

/**
 * The captions of all songs as an index.
 *
 * @throws AlcapError `input` when there are no songs
 */
export async function songIndex(songs: readonly IndexedSong[], encoder: NamedEncoder): Promise<SongIndex> {
  if (songs.length === 0) throw new AlcapError("input", "There are no captions to search.", "Give at least one song.");
  const directions = async (texts: readonly string[]) => (await encoder.encode(texts)).map(unitVector);
  const captions = await directions(songs.map(({ caption }) => caption));
  const width = captions[0]?.length ?? 0;
  const rows = new Float64Array(captions.length * width); // songs, D
  captions.forEach((caption, i) => {
    rows.set(caption, i * width);
  });
  const similarities = new Float64Array(captions.length);
  return async (asked) => {
    const queries = await directions(asked.flat());
    const asking = asked.filter(({ length }) => length > 0).length;
    const recall = Object.fromEntries(cutoffs.map((k) => [k, new Float64Array(asking)])) as Record<Cutoff, Float64Array>;
    let [at, song] = [0, 0];
    asked.forEach((sentences, place) => {
      for (const _ of sentences) {
        dotProducts(queries[at++] as Float64Array, rows, similarities);
        const found = placeInList(similarities, place);
        for (const k of cutoffs) recall[k][song]! += chanceAmong(found, k) / sentences.length;
      }
      if (sentences.length > 0) song++;
    });
    return { encoder: encoder.name, queries: queries.length, recall };
  };
}

/**
 * Text-to-music retrieval with all songs as queries (the paper asks about 100, section 6.4): every sentence of every reference of a song
 * asks, the captions of all songs are the index. With one relevant song `p@k = r@k / k`. Sentences of one song answer alike, so
 * what is compared is songs: a song's number is the mean over its sentences.
 *
 * @param asked sentences of each song, by default all of them
 * @throws AlcapError `input` when there are no songs, or, where `asked` is left out, one has no sentence to ask with
 */
export const songRetrieval = async (
  songs: readonly IndexedSong[],
  encoder: NamedEncoder,
  asked = allSentences(songs),
): Promise<SongRetrieval> => (await songIndex(songs, encoder))(asked);

/** Every sentence of every reference, by song. */
export const allSentences = (songs: readonly IndexedSong[]): readonly (readonly string[])[] => songs.map(sentencesOf);

/** The paper's queries (section 6.4): one sentence of each of 100 songs, drawn by the seed; the same for all runs on the same songs. */
export function paperSentences(songs: readonly IndexedSong[], seed: number | string): string[][] {
  const random = seedrandom.alea(`retrieval/${seed}`);
  const chosen = new Set(inRandomOrder([...songs.keys()], random).slice(0, paperQueries));
  return songs.map((song, i) => {
    const sentences = chosen.has(i) ? sentencesOf(song) : [];
    return sentences.slice(0, 1).map(() => sentences[Math.floor(random() * sentences.length)] as string);
  });
}

/** A human yardstick, no bound: the same songs indexed by what another listener wrote of each, in the place of a model's caption. */
export const humanIndex = (songs: readonly IndexedSong[], comments: readonly string[]): IndexedSong[] =>
  songs.map((song, i) => ({ ...song, caption: comments[i] ?? "" }));

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
