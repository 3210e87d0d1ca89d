import { type Draw, deck } from "./draw";
import { fill, gerund, type Slots, words } from "./english";
import type { Detail, Mood, Theme } from "./types";
import { moods } from "./words/lexicon";
import type { MoodWords } from "./words/moods";
import { nameLines, placeLines, sharedFigures, sharedLines, themeLines, titleFrames } from "./words/verses";
import { linesOfMood, moodLines } from "./words/verses/mood";

/** Fewest and most words of a song's lyrics. */
export const lyricsWords = { fewest: 60, most: 200 } as const;

/** What the words of a song may know. The mood of the music is not among it. */
export interface LyricCauses {
  readonly theme: Theme;
  readonly lyricsMood: Mood;
  readonly detail: Detail;
}

export interface Written {
  readonly title: string;
  /** One line a line, blank lines between the parts. */
  readonly lyrics: string;
  /** Lines that say no mood, for listeners to quote. */
  readonly quotable: readonly string[];
}

/** Writes a line of its kind, none twice before all were used. */
type Line = () => string;

interface Lines {
  readonly theme: Line;
  readonly shared: Line;
  readonly hook: Line;
  readonly figure: Line;
  readonly mood: Line;
  readonly detail: Line;
}

/**
 * Writes a title, two verses and a chorus that comes back after each; one song in ten has a bridge, a few a third verse.
 * The first verse and the chorus say the mood, the second verse the detail, so that a reader who stops after 80 words has met both.
 */
export function writeLyrics(causes: LyricCauses, draw: Draw): Written {
  const slots = lyricSlots(causes, draw);
  const lines = lyricLines(causes, slots, draw);
  const title = fill(draw.pick(titleFrames), { ...slots, title: () => draw.pick(themeLines[causes.theme].titles) }, draw);
  const { theme, shared, hook, figure, mood, detail } = lines;
  const perhaps = (line: Line, otherwise: Line) => (draw.chance(0.5) ? line() : otherwise());

  const first = [theme(), theme(), perhaps(shared, figure), mood()];
  const chorus = [hook(), ...(draw.chance(0.25) ? [figure()] : []), mood()];
  const second = [theme(), detail(), perhaps(figure, theme), ...(draw.chance(0.3) ? [mood()] : [])];
  const parts = [first, chorus, second, chorus];
  if (draw.chance(0.1)) parts.splice(3, 0, [figure(), perhaps(shared, theme)]);
  if (draw.chance(0.04)) parts.push([theme(), theme(), perhaps(shared, mood)], chorus);
  while (wordsIn(parts) < lyricsWords.fewest) second.push(theme());
  return { title, quotable: [...first.slice(0, 2), second[0]!], lyrics: parts.map((part) => part.join("\n")).join("\n\n") };
}

const wordsIn = (parts: readonly (readonly string[])[]) => words(parts.flat().join(" ")).length;

function lyricLines({ theme, lyricsMood, detail }: LyricCauses, slots: Slots, draw: Draw): Lines {
  const { lines, hooks, figures } = themeLines[theme];
  const dealt = (frames: readonly string[]): Line => {
    const next = deck(frames, draw);
    return () => capital(fill(next(), slots, draw));
  };
  // Half of the figures are the theme's own.
  return {
    theme: dealt(lines),
    shared: dealt(sharedLines),
    hook: dealt(hooks),
    figure: dealt([...figures, ...draw.shuffled(sharedFigures).slice(0, figures.length)]),
    mood: dealt([...linesOfMood[lyricsMood], ...moodLines]),
    detail: dealt(detail.kind === "name" ? nameLines : placeLines),
  };
}

function lyricSlots(causes: LyricCauses, draw: Draw): Slots {
  const lexicon: MoodWords = moods[causes.lyricsMood];
  const adjective = deck(lexicon.lyricAdjectives, draw);
  const verb = deck(lexicon.lyricVerbs, draw);
  return { detail: () => causes.detail.text, adj: adjective, ing: () => gerund(verb()) };
}

const capital = (line: string) => line.charAt(0).toUpperCase() + line.slice(1);
