import { AlcapError } from "../../errors";
import { drawCauses, placeOf, songCount, splitOf, streamsOf } from "./causes";
import { interpret, interpretAlone } from "./interpretations";
import { writeLyrics } from "./lyrics";
import { tagsOf } from "./tags";
import type { Song, SongbookOptions } from "./types";
import type { Mood } from "./words/lexicon";

/**
 * Makes one song: its words, its listeners' interpretations, its truth and the plan of its music (play it with `renderSong`).
 * A pure function of the options and the index: no other song is made on the way.
 *
 * @throws AlcapError `usage` when an option or the index is out of range.
 */
export function makeSong(options: SongbookOptions, index: number): Song {
  checkOptions(options);
  const songs = songCount(options);
  if (!Number.isInteger(index) || index < 0 || index >= songs)
    throw new AlcapError("usage", `Song ${index} is not in a Songbook of ${songs}.`, `Ask for 0 to ${songs - 1}.`);
  const { truth, music } = drawCauses(options, index);
  const stream = streamsOf(options, index);
  const written = writeLyrics(truth, stream("lyrics"));
  return {
    id: songId(options, index),
    split: splitOf(options, index),
    title: written.title,
    lyrics: written.lyrics,
    interpretations: interpret(written, truth, stream, placeOf(options, index)),
    truth,
    tags: tagsOf(truth, music),
    music,
  };
}

/**
 * What fresh listeners write of a song, beside the interpretations that the corpus holds: each is an expert or a casual listener who
 * draws sentence frames without a look at the others', so two of them may build alike. As many as one likes can be had of a song.
 *
 * @param mood what they take the music's mood for; the true one where it is left out
 * @throws AlcapError `usage` when an option or the index is out of range
 */
export function freshComments(options: SongbookOptions, index: number, count: number, mood?: Mood): string[] {
  const { truth } = drawCauses(options, index);
  const stream = streamsOf(options, index);
  const written = writeLyrics(truth, stream("lyrics"));
  const taken = { ...truth, mood: mood ?? truth.mood };
  return Array.from({ length: count }, (_, listener) => interpretAlone(written, taken, stream(`fresh/${listener}`)));
}

/** The id of a song, the same in a corpus of any size. */
export function songId(options: Pick<SongbookOptions, "seed" | "songs">, index: number): string {
  const { test, number } = placeOf(options, index);
  return `songbook-${options.seed}-${test ? "test-" : ""}${String(number).padStart(6, "0")}`;
}

/** Throws `AlcapError` "usage" when an option is out of range. */
export function checkOptions(options: SongbookOptions): void {
  const { seed, songs, testSongs } = options;
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new AlcapError("usage", `The Songbook's seed is ${seed}.`, "Give a whole number from 0 up.");
  }
  if (!Number.isSafeInteger(songs) || songs < 1) {
    throw new AlcapError("usage", `A Songbook of ${songs} songs cannot be made.`, "Give a whole number from 1 up.");
  }
  if (!Number.isSafeInteger(testSongs) || testSongs < 0) {
    throw new AlcapError("usage", `A Songbook with ${testSongs} test songs cannot be made.`, "Give a whole number from 0 up.");
  }
  for (const dial of ["agreement", "noise"] as const) {
    if (!(options[dial] >= 0 && options[dial] <= 1)) {
      throw new AlcapError("usage", `The Songbook's ${dial} is ${options[dial]}.`, "Give a number from 0 to 1.");
    }
  }
}
