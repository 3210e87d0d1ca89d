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
} from "../data/songbook";
import { AlcapError } from "../errors";

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
 * Exact mutual information between the mood of the lyrics and the mood of the music, in nats.
 * The music's mood M is uniform over n moods; the lyrics' mood is M with probability ρ, else uniform over all n. So
 * `I = ln n + a ln a + (n - 1) b ln b` with `a = ρ + (1 - ρ)/n` (equal) and `b = (1 - ρ)/n` (each other mood).
 *
 * @param agreement ρ, 0..1
 * @throws AlcapError `usage` when ρ is out of range
 */
export function moodInformation(agreement: number): number {
  checkAgreement(agreement);
  const n = moodNames.length;
  const other = (1 - agreement) / n;
  return Math.log(n) + entropyTerm(agreement + other) + (n - 1) * entropyTerm(other);
}

/** What a captioner has before it. */
export type Sees = "nothing" | "lyrics" | "music" | "both";

/**
 * The best accuracy any captioner can reach in naming the mood of the music.
 * From the lyrics alone: guess their mood, right with probability `ρ + (1 - ρ)/n`. With the music: 1, as the mood is a cause of
 * what is played; at high `noise` two moods can sound alike, and 1 is an upper bound.
 *
 * @param agreement ρ, 0..1
 * @throws AlcapError `usage` when ρ is out of range
 */
export function bayesMoodAccuracy(agreement: number, sees: Sees): number {
  checkAgreement(agreement);
  const chance = 1 / moodNames.length;
  if (sees === "nothing") return chance;
  return sees === "lyrics" ? agreement + (1 - agreement) * chance : 1;
}

const entropyTerm = (probability: number) => (probability > 0 ? probability * Math.log(probability) : 0);

function checkAgreement(agreement: number): void {
  if (!(agreement >= 0 && agreement <= 1)) {
    throw new AlcapError("usage", `The agreement of lyrics and music is ${agreement}.`, "Give a number from 0 to 1.");
  }
}
