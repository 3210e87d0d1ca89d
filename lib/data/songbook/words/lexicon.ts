import { adverb, gerund, past, plural, thirdPerson } from "../english";
import { instruments, names, places } from "./instruments";
import { type MoodWords, moods } from "./moods";
import { themes } from "./themes";

export { instruments, moods, names, places, themes };
export type Theme = keyof typeof themes;
export type Mood = keyof typeof moods;
export type Instrument = keyof typeof instruments;

export const themeNames = Object.keys(themes) as readonly Theme[];
export const moodNames = Object.keys(moods) as readonly Mood[];
export const instrumentNames = Object.keys(instruments) as readonly Instrument[];

/** Every form, lower case, that names the mood: adjectives and their adverbs, nouns, and verbs in all their forms. */
export function moodForms(mood: Mood): readonly string[] {
  const entry: MoodWords = moods[mood];
  const adjectives = [...entry.adjectives, ...entry.lyricAdjectives];
  const verbs = [...entry.verbs, ...entry.lyricVerbs];
  return distinct([
    ...adjectives,
    ...adjectives.map(adverb),
    ...entry.nouns,
    ...verbs.flatMap((verb) => [verb, thirdPerson(verb), gerund(verb), past(verb)]),
  ]);
}

/** Every form, lower case, that names the theme. */
export const themeForms = (theme: Theme): readonly string[] => withPlurals(themes[theme].keys);

/** Every form, lower case, that names the instrument. */
export const instrumentForms = (instrument: Instrument): readonly string[] => withPlurals(instruments[instrument].keys);

const withPlurals = (keys: readonly string[]) =>
  distinct(keys.flatMap((key) => (key.includes(" ") ? [key] : [key, plural(key)])));

const distinct = (list: readonly string[]): readonly string[] => [...new Set(list)];
