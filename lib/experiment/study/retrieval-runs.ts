import type { NamedEncoder } from "../../metric/retrieval/encoder";
import { type Progress, silent } from "../../progress";
import { type Arm, type GridRun, runsOfArm } from "./grid-runs";
import { allSentences, type Cutoff, cutoffs, type IndexedSong, paperSentences, type SongRetrieval, songIndex } from "./retrieval";
import type { Level } from "./trend";

/** A run's captions as an index, asked by the sentences of its references. */
export const indexedSongs = ({ captions }: Pick<GridRun, "captions">): IndexedSong[] =>
  captions.map(({ song, caption, reference }) => ({ song, caption, references: [reference] }));

/** An encoder that remembers: the sentences of one test split are asked of many runs. */
export function remembering({ name, encode }: NamedEncoder): NamedEncoder {
  const known = new Map<string, Float32Array>();
  return {
    name,
    encode: async (sentences) => {
      const fresh = [...new Set(sentences)].filter((sentence) => !known.has(sentence));
      (await encode(fresh)).forEach((vector, i) => {
        known.set(fresh[i] as string, vector);
      });
      return sentences.map((sentence) => known.get(sentence) as Float32Array);
    },
  };
}

/** Retrieval on one index: by one sentence of each of a hundred songs, as the paper asks, and by every sentence. */
export interface BothRetrievals {
  readonly hundred: SongRetrieval;
  readonly all: SongRetrieval;
}

/** @param seed names the choice of the hundred; runs on the same songs are asked the same */
export const retrieveBoth = async (
  songs: readonly IndexedSong[],
  encoder: NamedEncoder,
  seed: number | string,
): Promise<BothRetrievals> => {
  const search = await songIndex(songs, encoder);
  return { hundred: await search(paperSentences(songs, seed)), all: await search(allSentences(songs)) };
};

/** Retrieval by the captions of each replicate of an arm. */
export async function retrievalOfArm(
  runs: readonly GridRun[],
  arm: Arm,
  encoder: NamedEncoder,
  progress: Progress = silent,
): Promise<ReadonlyMap<number, BothRetrievals>> {
  const found = [...runsOfArm(runs, arm)].sort(([x], [y]) => x - y);
  const out = new Map<number, BothRetrievals>();
  for (const [replicate, run] of found) {
    out.set(replicate, await retrieveBoth(indexedSongs(run), encoder, replicate));
    progress(out.size, found.length);
  }
  return out;
}

/** Mean r@k over the songs that ask, by replicate. */
export const recallMeans = (
  retrievals: ReadonlyMap<number, BothRetrievals>,
  k: Cutoff,
  asked: keyof BothRetrievals = "all",
): Level => new Map([...retrievals].map(([replicate, both]) => [replicate, meanOf(both[asked].recall[k])]));

/**
 * The paper's experiment many times over: each time another hundred songs ask with another sentence each, both indexes the same.
 *
 * @returns for each cutoff the difference of r@k between the indexes, one a time, upwards
 */
export async function hundredAgain(
  a: readonly IndexedSong[],
  b: readonly IndexedSong[],
  encoder: NamedEncoder,
  times: number,
): Promise<Readonly<Record<Cutoff, Float64Array>>> {
  const differences = cutoffs.map(() => new Float64Array(times));
  const [searchA, searchB] = [await songIndex(a, encoder), await songIndex(b, encoder)];
  for (let time = 0; time < times; time++) {
    const asked = paperSentences(a, `again/${time}`);
    const [first, second] = [await searchA(asked), await searchB(asked)];
    cutoffs.forEach((k, i) => {
      (differences[i] as Float64Array)[time] = meanOf(first.recall[k]) - meanOf(second.recall[k]);
    });
  }
  const sorted = cutoffs.map((k, i) => [k, (differences[i] as Float64Array).sort()] as const);
  return Object.fromEntries(sorted) as Record<Cutoff, Float64Array>;
}

const meanOf = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
