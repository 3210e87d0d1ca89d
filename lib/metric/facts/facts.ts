import {
  type Instrument,
  instrumentForms,
  instrumentNames,
  type Mode,
  type Mood,
  modes,
  moodForms,
  moodNames,
  names,
  type Pace,
  paceOf,
  paces,
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
  readonly paces: readonly Pace[];
  readonly modes: readonly Mode[];
}

type Fact =
  | { readonly kind: "themes"; readonly value: Theme }
  | { readonly kind: "moods"; readonly value: Mood }
  | { readonly kind: "instruments"; readonly value: Instrument }
  | { readonly kind: "details"; readonly value: string }
  | { readonly kind: "paces"; readonly value: Pace }
  | { readonly kind: "modes"; readonly value: Mode }
  | { readonly kind: "nothing"; readonly value: string };

const longestForm = 4;

/** "Major" and "minor" alone say other things too; the other modes are named by their names. */
const modeForms = (mode: Mode) => [`${mode} key`, `${mode} mode`, ...(mode === "major" || mode === "minor" ? [] : [mode])];

/** Where verses and comments say "slow" of other things than the music. */
const otherwiseSlow = ["slow business", "slow way", "slow as", "me slow", "in slow", "to slow"] as const;

const facts: ReadonlyMap<string, Fact> = new Map<string, Fact>([
  ...themeNames.flatMap((value) => themeForms(value).map((form) => [form, { kind: "themes", value }] as const)),
  ...moodNames.flatMap((value) => moodForms(value).map((form) => [form, { kind: "moods", value }] as const)),
  ...instrumentNames.flatMap((value) => instrumentForms(value).map((form) => [form, { kind: "instruments", value }] as const)),
  ...[...names, ...places].map((value) => [value.toLowerCase(), { kind: "details", value }] as const),
  ...paces.map((value) => [value, { kind: "paces", value }] as const),
  ...otherwiseSlow.map((value) => [value, { kind: "nothing", value }] as const),
  ...modes.flatMap((value) => modeForms(value).map((form) => [form, { kind: "modes", value }] as const)),
]);

/**
 * Finds the facts a text names: whole words of Songbook's lexicon in any of their forms, upper or lower case, possessives included.
 * Where a phrase and a word of it both count, the phrase wins ("make peace with" before "peace").
 */
export function mentions(text: string): Mentions {
  const all = factsIn(text).map(({ fact }) => fact);
  const of = <K extends Fact["kind"]>(kind: K) => [
    ...new Set(all.filter((fact): fact is Extract<Fact, { kind: K }> => fact.kind === kind).map(({ value }) => value)),
  ];
  return {
    themes: of("themes") as Theme[],
    moods: of("moods") as Mood[],
    instruments: of("instruments") as Instrument[],
    details: of("details") as string[],
    paces: of("paces") as Pace[],
    modes: of("modes") as Mode[],
  };
}

/** Where a text has words that name this mood: first character and the one after the last. */
export const moodSpans = (text: string, mood: Mood): { readonly start: number; readonly end: number }[] =>
  factsIn(text).filter(({ fact }) => fact.kind === "moods" && fact.value === mood);

function factsIn(text: string): { fact: Fact; start: number; end: number }[] {
  const tokens = [...text.toLowerCase().matchAll(/[a-z]+/g)].map(({ 0: word, index }) => ({ word, start: index }));
  const found: { fact: Fact; start: number; end: number }[] = [];
  for (let i = 0; i < tokens.length; ) {
    const [fact, length] = longestFact(tokens.slice(i, i + longestForm).map(({ word }) => word));
    const [first, last] = [tokens[i], tokens[i + length - 1]];
    if (fact && first && last) found.push({ fact, start: first.start, end: last.start + last.word.length });
    i += length;
  }
  return found;
}

/** The longest phrase that names a fact and begins with the first of these words. */
function longestFact(words: readonly string[]): [Fact | undefined, number] {
  for (let length = words.length; length > 0; length--) {
    const fact = facts.get(words.slice(0, length).join(" "));
    if (fact) return [fact, length];
  }
  return [undefined, 1];
}

/** The facts of a song that a caption can name. */
export const factNames = ["theme", "mood", "instrument", "detail", "pace", "mode"] as const;
export type FactName = (typeof factNames)[number];

/** Whether a fact is named rightly, wrongly, or not at all: of the three one is 1, so all captions are scored on the same songs. */
export type FactScores = Readonly<Record<`${FactName}${"" | "Wrong" | "Unnamed"}`, 0 | 1>>;

/**
 * Scores a caption against the truth. A fact is right where the true one is named, wrong where others are and the true one is not,
 * else unnamed. A mood is right only where no other is named beside it, since naming them all would always be right.
 */
export function factScores(caption: string, truth: Truth): FactScores {
  const named = mentions(caption);
  const right: Readonly<Record<FactName, readonly [named: readonly string[], right: boolean]>> = {
    theme: [named.themes, named.themes.includes(truth.theme)],
    mood: [named.moods, only(named.moods, truth.mood)],
    instrument: [named.instruments, named.instruments.some((one) => truth.instruments.includes(one))],
    detail: [named.details, named.details.includes(truth.detail.text)],
    pace: [named.paces, named.paces.includes(paceOf(truth.tempo))],
    mode: [named.modes, named.modes.includes(truth.mode)],
  };
  const scores = Object.entries(right).flatMap(([fact, [all, isRight]]) => [
    [fact, Number(isRight)],
    [`${fact}Wrong`, Number(!isRight && all.length > 0)],
    [`${fact}Unnamed`, Number(all.length === 0)],
  ]);
  return Object.fromEntries(scores) as FactScores;
}

const only = (moods: readonly Mood[], mood: Mood) => moods.length === 1 && moods[0] === mood;

/**
 * Whose mood a caption says of a song whose lyrics have another mood than its music: the one it names and no other. A caption
 * that names none, both or a third mood says neither's. Where the two moods are the same nothing can be told: `null`.
 */
export function moodFollowed(caption: string, truth: Pick<Truth, "mood" | "lyricsMood">): "music" | "lyrics" | "neither" | null {
  if (truth.mood === truth.lyricsMood) return null;
  const { moods } = mentions(caption);
  if (only(moods, truth.mood)) return "music";
  return only(moods, truth.lyricsMood) ? "lyrics" : "neither";
}
