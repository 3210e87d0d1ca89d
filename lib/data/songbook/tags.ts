import type { MusicPlan, Truth } from "./types";
import { modes, styles } from "./types";
import { instrumentNames, moodNames } from "./words/lexicon";

export const paces = ["slow", "steady", "brisk", "fast"] as const;
export type Pace = (typeof paces)[number];

/** The word for a tempo: slow below 84 beats a minute, steady below 108, brisk below 132, then fast. */
export function paceOf(tempo: number): Pace {
  if (tempo < 84) return "slow";
  if (tempo < 108) return "steady";
  return tempo < 132 ? "brisk" : "fast";
}

const manners = [
  "vocal",
  "instrumental",
  "soft",
  "loud",
  "low",
  "high",
  "legato",
  "staccato",
  "sparse",
  "dense",
  "dry",
  "spacious",
] as const;

/** The 50 tags a music encoder learns, in the order of its outputs: as many as the Million Song Dataset's taggers have. */
export const TAGS: readonly string[] = [...instrumentNames, ...styles, ...modes, ...paces, ...moodNames, ...manners];

/** The tags of a song, in the order of `TAGS`. */
export function tagsOf(truth: Truth, music: MusicPlan): readonly string[] {
  const { loudness, register, legato, density, space } = music.expression;
  const found = new Set<string>([...truth.instruments, truth.style, truth.mode, paceOf(truth.tempo), truth.mood]);
  found.add(truth.instruments.includes("choir") ? "vocal" : "instrumental");
  const either = (value: number, low: string, high: string) => found.add(value < 0.5 ? low : high);
  either(loudness, "soft", "loud");
  either(register, "low", "high");
  either(legato, "staccato", "legato");
  either(density, "sparse", "dense");
  either(space, "dry", "spacious");
  return TAGS.filter((tag) => found.has(tag));
}
