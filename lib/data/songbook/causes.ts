import { type Draw, drawFrom } from "./draw";
import { planMusic } from "./music/plan";
import type { Detail, Instrument, MusicPlan, SongbookOptions, Split, Truth } from "./types";
import { type Mood, moodNames, names, places, themeNames } from "./words/lexicon";

/** Of so many songs in a row that are not test songs, two validate and the others train. */
const blockSize = 25;
const validationPerBlock = 2;

/** How many songs a corpus has, test songs included. */
export const songCount = ({ songs, testSongs }: Pick<SongbookOptions, "songs" | "testSongs">): number => songs + testSongs;

/** What a song's streams and its id are named after: its number, or its number among the test songs. */
export function placeOf(
  { songs }: Pick<SongbookOptions, "songs">,
  index: number,
): { readonly test: boolean; readonly number: number } {
  return index < songs ? { test: false, number: index } : { test: true, number: index - songs };
}

/** The streams of a song's draws, by name. */
export function streamsOf(options: SongbookOptions, index: number): (name: string) => Draw {
  const { test, number } = placeOf(options, index);
  return (name) => drawFrom(`songbook/${options.seed}/${test ? "test/" : ""}${number}/${name}`);
}

/** The split of a song: those after the first `songs` test; of every 25 others in a row 23 train and 2 validate, shuffled by the seed. */
export function splitOf(options: Pick<SongbookOptions, "seed" | "songs">, index: number): Split {
  const { test, number } = placeOf(options, index);
  if (test) return "test";
  const block = Math.floor(number / blockSize);
  const places = drawFrom(`songbook/${options.seed}/split/${block}`).shuffled(Array.from({ length: blockSize }, (_, i) => i));
  return places[number % blockSize]! < validationPerBlock ? "validation" : "train";
}

/**
 * Theme and mood of the music that no song to train or validate on has, each mood and each of these themes once: whether a model that
 * has learned both puts them together is composition and not look-up. Test songs have them as often as chance does (6 of 96).
 */
export const unseenPairs = [
  { theme: "war", mood: "tender" },
  { theme: "marriage", mood: "defiant" },
  { theme: "childhood", mood: "tense" },
  { theme: "sea", mood: "joyful" },
  { theme: "city", mood: "serene" },
  { theme: "farm", mood: "melancholy" },
] as const satisfies readonly Pick<Truth, "theme" | "mood">[];

/** Whether theme and mood of the music are one of `unseenPairs`. */
export const isUnseen = ({ theme, mood }: Pick<Truth, "theme" | "mood">): boolean =>
  unseenPairs.some((pair) => pair.theme === theme && pair.mood === mood);

/**
 * Draws the hidden causes of a song and the plan of its music.
 * Each cause has its own stream, so changing ρ or the noise leaves all others as they were: songs can be compared pairwise.
 */
export function drawCauses(options: SongbookOptions, index: number): { truth: Truth; music: MusicPlan } {
  const stream = streamsOf(options, index);
  const words = stream("words");
  const theme = words.pick(themeNames);
  const detail: Detail = words.chance(0.5)
    ? { kind: "name", text: words.pick(names) }
    : { kind: "place", text: words.pick(places) };
  const { test } = placeOf(options, index);
  const mood = stream("mood").pick(moodNames.filter((one) => test || !isUnseen({ theme, mood: one })));
  const agreement = stream("agreement");
  const followed = agreement.chance(options.agreement);
  const otherwise = agreement.pick(moodNames);
  const music = planMusic(mood, options.noise, stream("music"));
  const truth: Truth = {
    theme,
    mood,
    lyricsMood: followed ? mood : otherwise,
    followed,
    instruments: playing(music),
    tempo: music.tempo,
    mode: music.mode,
    style: music.style,
    detail,
    agreement: options.agreement,
  };
  return { truth, music };
}

/**
 * The plan of a song's music alone, without its words: what `makeSong` gives as `music`; or, with a mood, what the same draws would have
 * made of the song had its mood been that one.
 */
export const planSong = (options: SongbookOptions, index: number, mood?: Mood): MusicPlan =>
  mood === undefined ? drawCauses(options, index).music : planMusic(mood, options.noise, streamsOf(options, index)("music"));

function playing(music: MusicPlan): readonly Instrument[] {
  const band = new Set<Instrument>([music.lead, music.harmony]);
  if (music.bass) band.add("bass");
  if (music.drums > 0) band.add("drums");
  return [...band];
}
