import { paceOf, paces } from "./music/pace";
import type { Expression, MusicPlan, Truth } from "./types";
import { modes, styles } from "./types";
import { instrumentNames, moodNames } from "./words/lexicon";

export { type Pace, paceOf, paces } from "./music/pace";

/** Tags for how a song is played: what an expression must be, above or below, to be called so. Most pairs leave a middle that is neither. */
const manners = {
  soft: ["loudness", "below", 0.35],
  loud: ["loudness", "above", 0.65],
  low: ["register", "below", 0.35],
  high: ["register", "above", 0.65],
  staccato: ["legato", "below", 0.35],
  legato: ["legato", "above", 0.7],
  sparse: ["density", "below", 0.3],
  dense: ["density", "above", 0.7],
  spacious: ["space", "above", 0.6],
  distorted: ["drive", "above", 0.4],
  crescendo: ["swell", "above", 0.5],
} as const satisfies Record<string, readonly [keyof Expression, "above" | "below", number]>;

/** The 50 tags a music encoder learns, in the order of its outputs: as many as the Million Song Dataset's taggers have. */
export const TAGS: readonly string[] = [
  ...instrumentNames,
  ...styles,
  ...modes,
  ...paces,
  ...moodNames,
  "vocal",
  ...Object.keys(manners),
];

/** The tags of a song, in the order of `TAGS`. */
export function tagsOf(truth: Truth, music: MusicPlan): readonly string[] {
  const found = new Set<string>([...truth.instruments, truth.style, truth.mode, paceOf(truth.tempo), truth.mood]);
  if (music.singer || truth.instruments.includes("choir")) found.add("vocal");
  for (const [tag, [name, side, border]] of Object.entries(manners)) {
    const value = music.expression[name];
    if (side === "above" ? value > border : value < border) found.add(tag);
  }
  return TAGS.filter((tag) => found.has(tag));
}
