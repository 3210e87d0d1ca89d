import path from "node:path";
import { writeWav } from "../../data/audio";
import { type SongbookDataSet, songbookDataSets } from "../../data/corpus/layout/data-sets";
import { splits } from "../../data/corpus/layout/split";
import { inVariant } from "../../data/corpus/layout/variants";
import {
  drawCauses,
  listeners,
  moodNames,
  playlistPairing,
  playlistsOfWindow,
  playlistWindows,
  renderSong,
  type Song,
  type SongbookOptions,
  type SongbookPlaylist,
  type Split,
  sampleRate,
  songCount,
  styles,
  TAGS,
  themeNames,
  words,
} from "../../data/songbook";
import type { Tokeniser } from "../../data/text/tokeniser";
import { writeWhole } from "../../files/whole-file";
import { bootstrapInterval, type Interval } from "../../metric/certainty";
import { mentions } from "../../metric/facts/facts";
import { estimatedInformation, moodInformation } from "../../metric/facts/mood";
import { musicMoodBound } from "../../metric/facts/music-mood";
import { noveltyAgainst } from "../../metric/text/novelty";
import { type PaperDataSet, paperCorpora } from "../../paper";
import { type Progress, silent } from "../../progress";
import type { Row } from "./corpus";

/** The paper's data set that each of Songbook's stands in for. */
export const paperSizes = {
  "songbook-full": paperCorpora["si-full"],
  "songbook-nonnegative": paperCorpora["si-nonnegative"],
  "songbook-positive": paperCorpora["si-positive"],
  "songbook-playlists": paperCorpora["ncm-review"],
} as const satisfies Record<SongbookDataSet, PaperDataSet>;

/**
 * Rows of the four Songbook data sets, as `songbookCorpus` makes them: interpretations cut by votes, with one shared test split of a row
 * a song; and one review a playlist, in the split of the song that stands for it.
 */
export function dataSetSizes(options: SongbookOptions, songs: readonly Song[]): Record<SongbookDataSet, Record<Split, number>> {
  const playlists = allPlaylists(options);
  const rows = (dataSet: SongbookDataSet, split: Split): number => {
    const { variant } = songbookDataSets[dataSet];
    if (!variant) return playlists.filter((playlist) => playlist.split === split).length;
    const own = songs.filter((song) => song.split === split);
    if (split === "test") return own.length;
    return own.flatMap(({ interpretations }) => interpretations).filter(({ votes }) => inVariant(variant, votes)).length;
  };
  const sizes = (Object.keys(songbookDataSets) as SongbookDataSet[]).map((dataSet) => {
    const counts = splits.map((split) => [split, rows(dataSet, split)]);
    return [dataSet, Object.fromEntries(counts)];
  });
  return Object.fromEntries(sizes);
}

/** Every playlist of a corpus, as many as it has songs. */
export function allPlaylists(options: SongbookOptions): SongbookPlaylist[] {
  return Array.from({ length: playlistWindows(options) }, (_, window) => playlistsOfWindow(options, window)).flat();
}

/** How often a playlist's standing song shares what its review is about. */
export interface Pairing {
  readonly aspect: "theme" | "mood" | "style";
  /** Playlists whose concept has the aspect. */
  readonly playlists: number;
  /** Share of them whose song shares it, with its 95 % interval. */
  readonly shared: Interval;
  /** The chance by construction: the pairing, and of the rest one in as many as there are values. */
  readonly chance: number;
}

/** How weak the pairs of the playlists are, by counting and by construction; aspects that no concept has are left out. */
export function playlistPairings(playlists: readonly SongbookPlaylist[]): Pairing[] {
  const values = { theme: themeNames.length, mood: moodNames.length, style: styles.length };
  return (["theme", "mood", "style"] as const).flatMap((aspect) => {
    const matches = playlists.flatMap((one) => (one.matches[aspect] === undefined ? [] : [Number(one.matches[aspect])]));
    if (matches.length === 0) return [];
    const shared = bootstrapInterval(matches, { seed: `pairing/${aspect}` });
    return [{ aspect, playlists: matches.length, shared, chance: playlistPairing + (1 - playlistPairing) / values[aspect] }];
  });
}

/** How long rows are, in tokens of the tokeniser, the start and end tokens included, before anything is cut. */
export function tokenLengths(tokeniser: Tokeniser, rows: readonly Row[]): { lyrics: number[]; captions: number[] } {
  const songs = new Map(rows.map(({ song }) => [song.id, song]));
  return {
    lyrics: [...songs.values()].map(({ lyrics }) => tokeniser.encode(lyrics).length),
    captions: rows.map(({ text }) => tokeniser.encode(text).length),
  };
}

/** The share of songs whose lyrics, cut after `tokens` tokens, still say the mood of the lyrics, and still say the name or place. */
export function saidWithin(tokeniser: Tokeniser, songs: readonly Song[], tokens: number): { mood: number; detail: number } {
  const found = songs.map(({ lyrics, truth }) => {
    const named = mentions(tokeniser.decode(tokeniser.encode(lyrics, { maxLength: tokens })));
    return { mood: named.moods.includes(truth.lyricsMood), detail: named.details.includes(truth.detail.text) };
  });
  const share = (fact: "mood" | "detail") => found.filter((one) => one[fact]).length / songs.length;
  return { mood: share("mood"), detail: share("detail") };
}

/** How many interpretations of each kind of listener got how many votes. */
export function votesByListener(songs: readonly Song[]): { votes: number[]; counts: { listener: string; counts: number[] }[] } {
  const all = songs.flatMap(({ interpretations }) => interpretations);
  const [low, high] = all.reduce(([a, b], { votes }) => [Math.min(a, votes), Math.max(b, votes)], [0, 0]);
  const votes = Array.from({ length: high - low + 1 }, (_, i) => low + i);
  const counts = listeners.map((listener) => {
    const own = votes.map(() => 0);
    for (const one of all) if (one.listener === listener) own[one.votes - low]!++;
    return { listener, counts: own };
  });
  return { votes, counts };
}

/** The share of songs that carry each tag, in the order of `TAGS`. */
export function tagShares(songs: readonly Song[]): { tag: string; share: number }[] {
  return TAGS.map((tag) => ({ tag, share: songs.filter(({ tags }) => tags.includes(tag)).length / songs.length }));
}

/** Distinct words, lower case, of the lyrics and interpretations of the first 1, 2, 3 … songs. */
export function vocabularyGrowth(songs: readonly Song[]): Uint32Array {
  const known = new Set<string>();
  return Uint32Array.from(songs, ({ lyrics, interpretations }) => {
    for (const text of [lyrics, ...interpretations.map((one) => one.text)]) for (const word of words(text)) known.add(word);
    return known.size;
  });
}

/**
 * How new each test interpretation is: the fraction of its words that the most similar training interpretation lacks (`novelty`).
 * Interpretations of every listener and of any votes are counted.
 *
 * @param also other texts that a model has seen before, counted as training interpretations are
 * @returns of each test interpretation the novelty against the training interpretations alone, and against `also` too
 */
export function testNovelty(songs: readonly Song[], also: readonly string[] = []): { alone: number[]; withOthers: number[] } {
  const texts = (split: Split) =>
    songs.filter((song) => song.split === split).flatMap(({ interpretations }) => interpretations.map(({ text }) => text));
  const alone = texts("test").map(noveltyAgainst(texts("train")));
  const ofOthers = texts("test").map(noveltyAgainst(also));
  return { alone, withOthers: alone.map((fraction, i) => Math.min(fraction, ofOthers[i]!)) };
}

/** What the lyrics say of the music's mood, at one setting of the dial. */
export interface DialPoint {
  readonly agreement: number;
  /** Nats. */
  readonly exact: number;
  /** Nats, from the drawn songs, with its 95 % interval. */
  readonly estimate: Interval;
  /** Share of songs whose lyrics name the music's mood. */
  readonly equal: number;
}

/**
 * Turns the dial ρ: at each agreement draws as many songs as the corpus has, counts how moods of lyrics and music fall together, and
 * estimates their mutual information beside the exact one. The songs' other causes stay the same at every setting.
 */
export function turnDial(options: SongbookOptions, agreements: readonly number[], progress: Progress = silent): DialPoint[] {
  return agreements.map((agreement, done) => {
    const table = moodTable({ ...options, agreement });
    progress(done + 1, agreements.length, `ρ = ${agreement}`);
    return {
      agreement,
      exact: moodInformation(agreement),
      estimate: estimatedInformation(table, { seed: `dial/${agreement}` }),
      equal: table.reduce((sum, row, mood) => sum + row[mood]!, 0) / songCount(options),
    };
  });
}

/** The best accuracy of naming the mood from the music alone at each noise, on as many songs as the corpus has (`musicMoodBound`). */
export function musicMoodBounds(
  options: SongbookOptions,
  noises: readonly number[],
  progress: Progress = silent,
): { readonly noise: number; readonly bound: Interval }[] {
  return noises.map((noise, done) => {
    const played = Array.from({ length: songCount(options) }, (_, index) => drawCauses({ ...options, noise }, index));
    progress(done + 1, noises.length, `noise ${noise}`);
    return { noise, bound: musicMoodBound(played, noise, "music") };
  });
}

/** Counts of songs by the mood of their lyrics (rows) and of their music (columns). */
export function moodTable(options: SongbookOptions): number[][] {
  const table = moodNames.map(() => moodNames.map(() => 0));
  for (let index = 0; index < songCount(options); index++) {
    const { lyricsMood, mood } = drawCauses(options, index).truth;
    table[moodNames.indexOf(lyricsMood)]![moodNames.indexOf(mood)]!++;
  }
  return table;
}

/** One song a mood where there is one, then others, up to `count`: what a listener should hear first. */
export function variedSongs(songs: readonly Song[], count: number): Song[] {
  const firsts = moodNames.flatMap((mood) => songs.filter(({ truth }) => truth.mood === mood).slice(0, 1));
  const others = songs.filter((song) => !firsts.includes(song));
  const styles = new Map(others.map((song) => [song.truth.style, song]));
  const fresh = [...styles.values()].filter(({ truth }) => !firsts.some((one) => one.truth.style === truth.style));
  return [...new Set([...firsts, ...fresh, ...others])].slice(0, count);
}

/** Plays songs and writes each as `<id>.wav` (15 s, 16 kHz, 16 bits) into a folder; returns the amplitudes, `[T]` a song. */
export function recordSongs(songs: readonly Song[], folder: string, progress: Progress = silent): Float32Array[] {
  return songs.map(({ id, music }, done) => {
    const audio = renderSong(music);
    writeWhole(path.join(folder, `${id}.wav`), writeWav(audio, sampleRate));
    progress(done + 1, songs.length, "songs played");
    return audio;
  });
}
