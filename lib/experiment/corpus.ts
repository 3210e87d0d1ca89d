import { makeSong, type Song, type Split } from "../data/songbook";
import type { Preset } from "./presets";
import { fingerprint } from "./workspace";

/** One song with one interpretation: a row of training or testing. */
export interface Row {
  readonly song: Song;
  readonly text: string;
}

/** A corpus ready to train on. Text only: audio is rendered where it is needed. */
export interface Corpus {
  /** Name as in run ids: which interpretations the training rows hold. */
  readonly name: "songbook-positive";
  readonly songs: readonly Song[];
  readonly rows: Readonly<Record<Split, readonly Row[]>>;
  /** Changes whenever a song or an interpretation does. */
  readonly hash: string;
}

/**
 * Songbook cut as the Song Interpretation data set's `positive` variant (paper, section 5.1): training and validation
 * rows are the interpretations with more than 0 votes; the test split is one row a song, the interpretation with most votes.
 */
export function songbookCorpus(preset: Preset): Corpus {
  const songs = Array.from({ length: preset.corpus.songs }, (_, index) => makeSong(preset.corpus, index));
  const of = (split: Split) => songs.filter((song) => song.split === split);
  const rows = {
    train: of("train").flatMap(likedRows),
    validation: of("validation").flatMap(likedRows),
    test: of("test").map(testRow),
  };
  const hash = fingerprint(
    songs.map(({ id, split, lyrics, interpretations, truth, music }) => [id, split, lyrics, interpretations, truth, music]),
  );
  return { name: "songbook-positive", songs, rows, hash };
}

const likedRows = (song: Song): Row[] =>
  song.interpretations.filter(({ votes }) => votes > 0).map(({ text }) => ({ song, text }));

function testRow(song: Song): Row {
  const best = song.interpretations.reduce((a, b) => (b.votes > a.votes ? b : a));
  return { song, text: best.text };
}
