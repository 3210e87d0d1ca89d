import {
  type Instrument,
  instrumentForms,
  instrumentNames,
  type Mood,
  moodForms,
  moodNames,
  names,
  places,
  type Theme,
  type Truth,
  themeForms,
  themeNames,
} from "../../data/songbook";

/** What a text names, each once, in order of appearance. */
export interface Mentions {
  readonly themes: readonly Theme[];
  readonly moods: readonly Mood[];
  readonly instruments: readonly Instrument[];
  /** Names and places as the lexicon spells them. */
  readonly details: readonly string[];
}

type Fact =
  | { readonly kind: "theme"; readonly value: Theme }
  | { readonly kind: "mood"; readonly value: Mood }
  | { readonly kind: "instrument"; readonly value: Instrument }
  | { readonly kind: "detail"; readonly value: string };

const longestForm = 4;

const facts: ReadonlyMap<string, Fact> = new Map<string, Fact>([
  ...themeNames.flatMap((value) => themeForms(value).map((form) => [form, { kind: "theme", value }] as const)),
  ...moodNames.flatMap((value) => moodForms(value).map((form) => [form, { kind: "mood", value }] as const)),
  ...instrumentNames.flatMap((value) => instrumentForms(value).map((form) => [form, { kind: "instrument", value }] as const)),
  ...[...names, ...places].map((value) => [value.toLowerCase(), { kind: "detail", value }] as const),
]);

/**
 * Finds the facts a text names: whole words of Songbook's lexicon in any of their forms, upper or lower case, possessives included.
 * Where a phrase and a word of it both count, the phrase wins ("make peace with" before "peace").
 */
export function mentions(text: string): Mentions {
  const themes = new Set<Theme>();
  const moods = new Set<Mood>();
  const instruments = new Set<Instrument>();
  const details = new Set<string>();
  const tokens: readonly string[] = text.toLowerCase().match(/[a-z]+/g) ?? [];
  for (let i = 0; i < tokens.length; ) {
    const [fact, length] = longestFact(tokens, i);
    if (fact?.kind === "theme") themes.add(fact.value);
    else if (fact?.kind === "mood") moods.add(fact.value);
    else if (fact?.kind === "instrument") instruments.add(fact.value);
    else if (fact) details.add(fact.value);
    i += length;
  }
  return { themes: [...themes], moods: [...moods], instruments: [...instruments], details: [...details] };
}

function longestFact(tokens: readonly string[], at: number): [Fact | undefined, number] {
  for (let length = Math.min(longestForm, tokens.length - at); length > 0; length--) {
    const fact = facts.get(tokens.slice(at, at + length).join(" "));
    if (fact) return [fact, length];
  }
  return [undefined, 1];
}

/** 1 = named rightly. `null` = not named, so there is nothing to score. */
export interface FactScores {
  readonly theme: 0 | 1;
  readonly mood: 0 | 1;
  readonly instrument: 0 | 1 | null;
  readonly detail: 0 | 1 | null;
}

/**
 * Scores a caption against the truth. A fact is named rightly when the true one is named and no other of its kind.
 * Every good caption says theme and mood, so saying nothing scores 0. Instruments and details are extras that good captions may
 * leave out: they are scored like a precision, `null` where none is named, 1 where all that are named belong to the song.
 */
export function factScores(caption: string, truth: Truth): FactScores {
  const named = mentions(caption);
  return {
    theme: only(named.themes, [truth.theme]) ?? 0,
    mood: only(named.moods, [truth.mood]) ?? 0,
    instrument: only(named.instruments, truth.instruments),
    detail: only(named.details, [truth.detail.text]),
  };
}

function only<T>(named: readonly T[], allowed: readonly T[]): 0 | 1 | null {
  if (named.length === 0) return null;
  return named.every((value) => allowed.includes(value)) ? 1 : 0;
}

/**
 * Whose mood a caption says of a song whose lyrics have another mood than its music: the one it names and no other. A caption
 * that names none, both or a third mood says neither's. Where the two moods are the same nothing can be told: `null`.
 */
export function moodFollowed(caption: string, truth: Pick<Truth, "mood" | "lyricsMood">): "music" | "lyrics" | "neither" | null {
  if (truth.mood === truth.lyricsMood) return null;
  const { moods } = mentions(caption);
  if (only(moods, [truth.mood])) return "music";
  return only(moods, [truth.lyricsMood]) ? "lyrics" : "neither";
}
