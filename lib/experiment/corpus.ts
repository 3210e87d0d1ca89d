import { inVariant, type Variant } from "../data/corpus/variants";
import { makeSong, type Song, type Split, type Truth } from "../data/songbook";
import { AlcapError } from "../errors";
import type { Preset, SongbookDataSet } from "./presets";
import { fingerprint } from "./workspace";

/** What captioning needs of a song. Its truth is known where the corpus was generated. */
export interface SongText {
  readonly id: string;
  readonly split: Split;
  readonly lyrics: string;
  readonly truth?: Truth;
}

/** One song with one interpretation: a row of training or testing. */
export interface Row<S extends SongText = Song> {
  readonly song: S;
  readonly text: string;
}

/** A corpus ready to train on. Text only: music is read or rendered where it is needed. */
export interface Corpus<S extends SongText = Song> {
  /** Name as in run ids: which interpretations the training rows hold. */
  readonly name: string;
  readonly songs: readonly S[];
  readonly rows: Readonly<Record<Split, readonly Row<S>[]>>;
  /** Changes whenever a song or an interpretation does. */
  readonly hash: string;
}

/** The cuts by votes, as the Song Interpretation data sets (paper, section 5.1). */
const cuts: Readonly<Record<SongbookDataSet, Variant>> = {
  "songbook-full": "full",
  "songbook-nonnegative": "not_negative",
  "songbook-positive": "positive",
};

/**
 * Songbook cut as the Song Interpretation data sets (paper, section 5.1): training and validation rows are the
 * interpretations with any, no negative, or more than 0 votes; the test split is the same for all, one row a song, the
 * interpretation with most votes.
 * @throws AlcapError `usage` for an unknown data set
 */
export function songbookCorpus({ corpus, dataSet }: Pick<Preset, "corpus" | "dataSet">): Corpus {
  if (!Object.hasOwn(cuts, dataSet))
    throw new AlcapError("usage", `Songbook has no data set "${dataSet}".`, `Choose one of ${Object.keys(cuts).join(", ")}.`);
  const songs = Array.from({ length: corpus.songs }, (_, index) => makeSong(corpus, index));
  const of = (split: Split) => songs.filter((song) => song.split === split);
  const rowsOf = (song: Song) => votedRows(song, cuts[dataSet]);
  const rows = {
    train: of("train").flatMap(rowsOf),
    validation: of("validation").flatMap(rowsOf),
    test: of("test").map(testRow),
  };
  const hash = fingerprint(
    songs.map(({ id, split, lyrics, interpretations, truth, music }) => [id, split, lyrics, interpretations, truth, music]),
  );
  return { name: dataSet, songs, rows, hash };
}

const votedRows = (song: Song, cut: Variant): Row[] =>
  song.interpretations.filter(({ votes }) => inVariant(cut, votes)).map(({ text }) => ({ song, text }));

function testRow(song: Song): Row {
  const best = song.interpretations.reduce((a, b) => (b.votes > a.votes ? b : a));
  return { song, text: best.text };
}
