import { AlcapError } from "../../errors";
import { drawCauses, isUnseen, placeOf, songCount, splitOf, streamsOf } from "./causes";
import { type Draw, deck, drawFrom } from "./draw";
import { fill, type Slots, sentences, words } from "./english";
import { checkOptions, songId } from "./song";
import { type Mood, type SongbookOptions, type Split, type Style, styles, type Theme, type Truth } from "./types";
import { playlistFrames } from "./words/frames/playlists";
import { moodNames, moods, themeNames, themes } from "./words/lexicon";

/**
 * How often each aspect of a playlist's concept is taken from the song that stands for it; else it is drawn among all values and may still
 * be the same. So the song shares a mood that the review names with probability `0.6 + 0.4/6 = 0.667`, a theme with `0.6 + 0.4/16 = 0.625`,
 * and those are the most that any captioner of that song can name rightly. The paper gives no such number for its NetEase reviews (it calls
 * the correspondence weak, section 6.2): this one is our choice, and a dial.
 */
export const playlistPairing = 0.6;

/** Playlists gather songs within blocks of this many, test songs apart: a playlist is made without the rest of the corpus. */
export const playlistWindow = 100;

const windowsIn = (songs: number) => Math.ceil(songs / playlistWindow);

/** How many blocks of songs there are; those of the test songs come last. */
export const playlistWindows = ({ songs, testSongs }: SongbookOptions): number => windowsIn(songs) + windowsIn(testSongs);

/** Fewest and most words of a review. */
export const reviewWords = { fewest: 10, most: 25 } as const;

export interface PlaylistOptions extends SongbookOptions {
  /** 0..1: how often an aspect of the concept follows the song that stands for the playlist; `playlistPairing` unless given. */
  readonly pairing?: number;
}

/** What a playlist was made for: a mood, a theme or both, sometimes within a style. */
export interface Concept {
  readonly theme?: Theme;
  readonly mood?: Mood;
  readonly style?: Style;
}

/** A playlist with its review, and the one song that stands for it, as in the NetEase corpus (paper, section 5.2). */
export interface SongbookPlaylist {
  /** `songbook-<seed>-playlist-<number>`, of test songs `songbook-<seed>-playlist-test-<number>`. */
  readonly id: string;
  /** The split of the song that stands for it. */
  readonly split: Split;
  readonly concept: Concept;
  /** Indices of its songs, each once, in the playlist's order. */
  readonly songs: readonly number[];
  /** Index and id of its most collected song. */
  readonly standing: number;
  readonly song: string;
  /** In how many playlists of the whole service that song was collected. */
  readonly collected: number;
  /** Whether the song shares each aspect that the concept has. */
  readonly matches: Readonly<Partial<Record<keyof Concept, boolean>>>;
  /** 10–25 words about the concept: what a captioner of the song has to write. */
  readonly review: string;
}

/** A song as playlists see it. */
interface Listed {
  readonly index: number;
  readonly truth: Truth;
  readonly collected: number;
}

/**
 * Makes one playlist; there are as many as songs. A pure function of the options and the number: it looks at one window of songs, so only
 * playlists of the last, incomplete window depend on how many songs there are.
 *
 * @throws AlcapError `usage` when an option or the number is out of range
 */
export function makePlaylist(options: PlaylistOptions, p: number): SongbookPlaylist {
  checkOptions(options);
  const count = songCount(options);
  if (!Number.isInteger(p) || p < 0 || p >= count)
    throw new AlcapError("usage", `Playlist ${p} is not in a Songbook of ${count} songs.`, `Ask for 0 to ${count - 1}.`);
  return gather(options, p, songsOfWindow(options, windowOf(options, p)));
}

/**
 * All playlists of a window, as `makePlaylist` makes them, with the songs looked at once: the way to make many.
 *
 * @throws AlcapError `usage` as `makePlaylist`
 */
export function playlistsOfWindow(options: PlaylistOptions, window: number): readonly SongbookPlaylist[] {
  checkOptions(options);
  const songs = songsOfWindow(options, window);
  return songs.map(({ index }) => gather(options, index, songs));
}

/** What others might have written of the same playlist: as many reviews of its concept as one likes, drawn independently. */
export function freshReviews(options: PlaylistOptions, p: number, { concept }: SongbookPlaylist, count: number): string[] {
  const { stream } = naming(options, p);
  return Array.from({ length: count }, (_, i) => writeReview(concept, stream(`fresh/${i}`)));
}

function windowOf({ songs }: PlaylistOptions, p: number): number {
  return p < songs ? Math.floor(p / playlistWindow) : windowsIn(songs) + Math.floor((p - songs) / playlistWindow);
}

function songsOfWindow(options: PlaylistOptions, window: number): readonly Listed[] {
  const before = windowsIn(options.songs);
  const first = window < before ? window * playlistWindow : options.songs + (window - before) * playlistWindow;
  const end = window < before ? options.songs : songCount(options);
  return Array.from({ length: Math.max(0, Math.min(playlistWindow, end - first)) }, (_, i) => {
    const index = first + i;
    return { index, truth: drawCauses(options, index).truth, collected: collectedIn(options, index) };
  });
}

/** A playlist's id and its streams, which do not depend on how many songs there are. */
function naming(options: PlaylistOptions, p: number) {
  const { test, number } = placeOf(options, p);
  return {
    id: `songbook-${options.seed}-playlist-${test ? "test-" : ""}${String(number).padStart(6, "0")}`,
    stream: (name: string) => drawFrom(`songbook/${options.seed}/playlist/${test ? "test/" : ""}${number}/${name}`),
  };
}

/**
 * In how many playlists of the service a song was collected: heavy-tailed (Pareto, exponent 1, from 19 to 40,000) and independent of all
 * causes. The corpus's own playlists are a small sample of that service's, so they are not counted again.
 */
function collectedIn(options: SongbookOptions, index: number): number {
  return Math.floor(20 / (streamsOf(options, index)("collected").real() + 0.0005));
}

function gather(options: PlaylistOptions, p: number, window: readonly Listed[]): SongbookPlaylist {
  const { pairing = playlistPairing } = options;
  if (!(pairing >= 0 && pairing <= 1))
    throw new AlcapError("usage", `The pairing of playlists is ${pairing}.`, "Give a number from 0 to 1.");
  const { id, stream } = naming(options, p);
  const gathering = stream("songs");
  const candidates = gathering.shuffled(window).slice(0, 3 + gathering.integer(6));
  const standing = candidates.reduce((most, song) => (before(song, most) ? song : most));
  const split = splitOf(options, standing.index);
  const drawn = drawConcept(standing.truth, pairing, stream("concept"));
  const concept = split === "test" ? drawn : seen(drawn, standing.truth);
  const songs = suited(candidates, standing, { window, concept, pairing, draw: gathering });
  return {
    id,
    split,
    concept,
    songs: songs.map(({ index }) => index),
    standing: standing.index,
    song: songId(options, standing.index),
    collected: standing.collected,
    matches: matchesOf(concept, standing.truth),
    review: writeReview(concept, stream("review")),
  };
}

/** More collected first; of equals the earlier song. */
const before = (a: Listed, b: Listed) => a.collected > b.collected || (a.collected === b.collected && a.index < b.index);

/** Every draw is made whatever `pairing` is, so that playlists of two dials differ in nothing else. */
function drawConcept(truth: Truth, pairing: number, draw: Draw): Concept {
  const kind = draw.weighted({ mood: 30, theme: 30, both: 40 });
  const styled = draw.chance(0.2);
  const aspect = <T>(own: T, all: readonly T[]): T => {
    const follows = draw.chance(pairing);
    const other = draw.pick(all);
    return follows ? own : other;
  };
  const theme = aspect(truth.theme, themeNames);
  const mood = aspect(truth.mood, moodNames);
  const style = aspect(truth.style, styles);
  return { ...(kind !== "mood" && { theme }), ...(kind !== "theme" && { mood }), ...(styled && { style }) };
}

/** A pair that no training song may have gives way to the standing song's own. */
const seen = (concept: Concept, { theme, mood }: Truth): Concept =>
  concept.theme && concept.mood && isUnseen({ theme: concept.theme, mood: concept.mood }) ? { ...concept, theme, mood } : concept;

function matchesOf(concept: Concept, truth: Truth): SongbookPlaylist["matches"] {
  return Object.fromEntries(Object.entries(concept).map(([aspect, value]) => [aspect, truth[aspect as keyof Concept] === value]));
}

interface Gathering {
  readonly window: readonly Listed[];
  readonly concept: Concept;
  readonly pairing: number;
  readonly draw: Draw;
}

/** Exchanges candidates, as often as `pairing` says, for songs that suit the concept better; the standing song stays the most collected. */
function suited(
  candidates: readonly Listed[],
  standing: Listed,
  { window, concept, pairing, draw }: Gathering,
): readonly Listed[] {
  const chosen = new Set(candidates);
  const aspects = Object.keys(concept) as (keyof Concept)[];
  const shared = ({ truth }: Listed) => aspects.filter((aspect) => truth[aspect] === concept[aspect]).length;
  return candidates.map((candidate) => {
    if (candidate === standing || !draw.chance(pairing)) return candidate;
    const free = window.filter((song) => !chosen.has(song) && before(standing, song));
    const most = free.reduce((best, song) => Math.max(best, shared(song)), 0);
    if (most <= shared(candidate)) return candidate;
    const better = draw.pick(free.filter((song) => shared(song) === most));
    chosen.add(better);
    return better;
  });
}

/** What the playlist's maker writes: the concept, then when or for whom, where there is room. */
function writeReview(concept: Concept, draw: Draw): string {
  const { theme, mood, style } = concept;
  const slots: Slots = {
    ...(theme && { topic: deck<string>(themes[theme].topics, draw) }),
    ...(mood && { adj: deck<string>(moods[mood].adjectives, draw), noun: deck<string>(moods[mood].nouns, draw) }),
    ...(style && { style: () => style.replace(/^latin$/, "Latin") }),
  };
  const opening = deck(playlistFrames[theme && mood ? "both" : theme ? "theme" : "mood"], draw);
  const closing = deck(playlistFrames.closing, draw);
  const say = (frame: string) => fill(frame, slots, draw);
  const fits = (text: string) => words(text).length <= reviewWords.most;
  const shelf = style ? say(draw.pick(playlistFrames.style)) : "";
  let text = `${say(opening())} ${shelf}`;
  while (!fits(text)) text = `${say(opening())} ${shelf}`;
  const ending = draw.chance(0.7) ? `${text} ${say(closing())}` : text;
  if (fits(ending)) text = ending;
  while (words(text).length < reviewWords.fewest) text = `${text} ${say(closing())}`;
  return sentences(text.replace(/ {2,}/g, " ").trim());
}
