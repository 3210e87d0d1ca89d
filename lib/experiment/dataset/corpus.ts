import { type SongbookDataSet, songbookDataSets } from "../../data/corpus/layout/data-sets";
import { inVariant, type Variant } from "../../data/corpus/layout/variants";
import {
  freshComments,
  freshReviews,
  makeSong,
  playlistsOfWindow,
  playlistWindows,
  type Song,
  type SongbookOptions,
  type SongbookPlaylist,
  type Split,
  songCount,
  type Truth,
} from "../../data/songbook";
import { canonical, fingerprint } from "../../files/fingerprint";
import type { Preset } from "../preset/songbook";

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
  /**
   * What fresh listeners would write in the place of a test row's text, as many as are asked for, each drawn without the others; not there
   * where the corpus is not generated.
   */
  readonly fresh?: (testRow: number, count: number) => string[];
  /** Changes whenever a song or an interpretation does. */
  readonly hash: string;
}

/** The songs of a generated corpus, from which its data sets are cut. */
export interface DrawnSongs {
  readonly options: SongbookOptions;
  readonly songs: readonly Song[];
  /** Changes whenever a song or an interpretation does. */
  readonly hash: string;
}

export type DrawSongs = (options: SongbookOptions) => DrawnSongs;

/** Draws every song of a corpus: seconds for thousands. */
export const drawSongs: DrawSongs = (options) => {
  const songs = Array.from({ length: songCount(options) }, (_, index) => makeSong(options, index));
  const hash = fingerprint(
    songs.map(({ id, split, lyrics, interpretations, truth, music }) => [id, split, lyrics, interpretations, truth, music]),
  );
  return { options, songs, hash };
};

/** `drawSongs` for work that asks for one corpus several times in a row: it keeps the songs that it drew last. */
export function songDrawer(): DrawSongs {
  let last: DrawnSongs | undefined;
  return (options) => {
    if (last === undefined || canonical(last.options) !== canonical(options)) last = drawSongs(options);
    return last;
  };
}

/**
 * One of Songbook's four data sets. Three are cut as the Song Interpretation data sets (paper, section 5.1): training and
 * validation rows are the interpretations with any, no negative, or more than 0 votes; the test split is the same for all,
 * one row a song, the interpretation with most votes. The fourth stands in for the NetEase reviews (section 5.2): a row is a
 * playlist's review with the song that stands for it.
 *
 * @param draw where the songs come from
 */
export const songbookCorpus = ({ corpus, dataSet }: Pick<Preset, "corpus" | "dataSet">, draw: DrawSongs = drawSongs): Corpus =>
  dataSetOf(draw(corpus), dataSet);

function dataSetOf(drawn: DrawnSongs, dataSet: SongbookDataSet): Corpus {
  const { options, songs, hash } = drawn;
  const { variant } = songbookDataSets[dataSet];
  if (!variant) return ofPlaylists(drawn);
  const of = (split: Split) => songs.filter((song) => song.split === split);
  const rowsOf = (song: Song) => votedRows(song, variant);
  const rows = {
    train: of("train").flatMap(rowsOf),
    validation: of("validation").flatMap(rowsOf),
    test: of("test").map(testRow),
  };
  const fresh = (row: number, count: number) => freshComments(options, options.songs + row, count);
  return { name: dataSet, songs, rows, fresh, hash };
}

const votedRows = (song: Song, cut: Variant): Row[] =>
  song.interpretations.filter(({ votes }) => inVariant(cut, votes)).map(({ text }) => ({ song, text }));

function testRow(song: Song): Row {
  const best = song.interpretations.reduce((a, b) => (b.votes > a.votes ? b : a));
  return { song, text: best.text };
}

function ofPlaylists({ options, songs, hash: songsHash }: DrawnSongs): Corpus {
  const windows = Array.from({ length: playlistWindows(options) }, (_, window) => window);
  const playlists = windows.flatMap((window) => playlistsOfWindow(options, window));
  const of = (split: Split) =>
    playlists
      .filter((playlist) => playlist.split === split)
      .map(({ standing, review }) => ({ song: songs[standing] as Song, text: review }));
  const fresh = (row: number, count: number) =>
    freshReviews(options, options.songs + row, playlists[options.songs + row] as SongbookPlaylist, count);
  const hash = fingerprint([songsHash, playlists.map(({ standing, review }) => [standing, review])]);
  return {
    name: "songbook-playlists",
    songs,
    rows: { train: of("train"), validation: of("validation"), test: of("test") },
    fresh,
    hash,
  };
}
