import { type Draw, deck } from "./draw";
import { fill, gerund, type Slots } from "./english";
import type { Detail, Mood, Theme } from "./types";
import { moods } from "./words/lexicon";
import type { MoodWords } from "./words/moods";
import { linesOfMood, moodLines, nameLines, placeLines, sharedLines, themeLines, titleFrames } from "./words/verses";

/** What the words of a song may know. The mood of the music is not among it. */
export interface LyricCauses {
  readonly theme: Theme;
  readonly lyricsMood: Mood;
  readonly detail: Detail;
}

/** Writes a title, two verses and a chorus that comes back, with one or two mood words a part. */
export function writeLyrics(causes: LyricCauses, draw: Draw): { title: string; lyrics: string } {
  const { lines, hooks, titles } = themeLines[causes.theme];
  const slots = lyricSlots(causes, draw);
  const theme = deck(lines, draw);
  const shared = deck(sharedLines, draw);
  const mood = deck([...linesOfMood[causes.lyricsMood], ...moodLines], draw);
  const detail = deck(causes.detail.kind === "name" ? nameLines : placeLines, draw);
  const hook = deck(hooks, draw);
  const say = (frame: string) => capital(fill(frame, slots, draw));

  const title = fill(draw.pick(titleFrames), { ...slots, title: () => draw.pick(titles) }, draw);
  const first = [theme(), theme(), draw.chance(0.5) ? shared() : theme(), mood()].map(say);
  const second = [theme(), detail(), draw.chance(0.5) ? mood() : theme()].map(say);
  const chorus = [hook(), mood()].map(say);
  return { title, lyrics: [first, chorus, second, chorus].map((part) => part.join("\n")).join("\n\n") };
}

function lyricSlots(causes: LyricCauses, draw: Draw): Slots {
  const words: MoodWords = moods[causes.lyricsMood];
  const adjective = deck(words.lyricAdjectives, draw);
  const verb = deck(words.lyricVerbs, draw);
  return { detail: () => causes.detail.text, adj: adjective, ing: () => gerund(verb()) };
}

const capital = (line: string) => line.charAt(0).toUpperCase() + line.slice(1);
