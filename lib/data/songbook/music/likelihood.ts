import type { Expression, Mood, MusicPlan, Style } from "../types";
import { modes } from "../types";
import { characters } from "./character";
import { expressionSpread, lowest, mannersOf, modeSlip, tellable, tempoRange, tempoSpread, weighed } from "./plan";
import { styleBooks } from "./styles";

/**
 * How likely a mood is to be played like this: the natural logarithm of the chance of everything in the plan that depends on the
 * mood, −∞ where that mood cannot be played so. What does not depend on it (key, instruments within a style, looseness, …) is left out,
 * so only differences between moods mean something. Style, mode, tempo, accompaniment, drums and each side of the expression are drawn
 * independently given mood and style, so their chances multiply; normal draws are sums of twelve uniforms, whose distribution is exact. Of the expression's manners only one side differs.
 *
 * @param noise 0..1, the corpus's
 */
export function moodLogLikelihood(plan: MusicPlan, mood: Mood, noise: number): number {
  const character = characters[mood];
  const { style, mode, accompaniment, expression } = plan;
  const book = styleBooks[style];
  const drummed = Object.keys(book.drums).length > 0 ? character.drums : 0;
  const parts = [
    share(character.styles, style),
    (1 - modeSlip(noise)) * share(character.modes, mode) + modeSlip(noise) / modes.length,
    tempoChance(plan.tempo, character.tempo, tempoSpread(character, noise)),
    share(weighed(character.accompaniment, book.manners), accompaniment),
    plan.drums > 0 ? drummed : 1 - drummed,
    ...Object.entries(expression).map(([name, value]) =>
      sideChance(name as keyof Expression, value, character.expression, style, noise),
    ),
  ];
  return parts.reduce((sum, chance) => sum + Math.log(chance), 0);
}

/** The chance of a tempo: of all whole tempos that the rules move to it. */
function tempoChance(tempo: number, centre: number, spread: number): number {
  const { low, high }: { low: number; high: number } = tempoRange;
  let sum = 0;
  for (let whole = low; whole <= high; whole++) {
    if (tellable(whole) !== tempo) continue;
    const from = whole === low ? Number.NEGATIVE_INFINITY : whole - 0.5;
    const to = whole === high ? Number.POSITIVE_INFINITY : whole + 0.5;
    sum += between((from - centre) / spread, (to - centre) / spread);
  }
  return sum;
}

/** The chance of one side of the expression, to its three written digits; all that lies beyond an end is written as the end. */
function sideChance(name: keyof Expression, value: number, centres: Expression, style: Style, noise: number): number {
  const spread = expressionSpread(noise);
  const from = value <= lowest(name) ? Number.NEGATIVE_INFINITY : value - 0.0005;
  const to = value >= 1 ? Number.POSITIVE_INFINITY : value + 0.0005;
  return mannersOf(centres, style).reduce(
    (sum, { chance, centre }) => sum + chance * between((from - centre[name]) / spread, (to - centre[name]) / spread),
    0,
  );
}

function share<K extends string>(weights: Readonly<Record<K, number>>, key: K): number {
  const total = Object.values<number>(weights).reduce((sum, weight) => sum + weight, 0);
  return weights[key] / total;
}

/** The chance that a sum of twelve uniforms, less six, falls between two values; on the side where differences lose no digits. */
function between(from: number, to: number): number {
  const chance = from + to > 0 ? below(-from) - below(-to) : below(to) - below(from);
  return Math.max(0, chance);
}

/** Irwin and Hall's distribution for twelve terms, from its centre: `1/12! Σ_k (−1)^k C(12, k) (x + 6 − k)^12` over `k ≤ x + 6`. */
function below(x: number): number {
  if (x > 0) return 1 - below(-x);
  let sum = 0;
  let coefficient = 1; // (−1)^k C(12, k)
  for (let k = 0; k <= x + 6; k++) {
    sum += coefficient * (x + 6 - k) ** 12;
    coefficient *= -(12 - k) / (k + 1);
  }
  return sum / factorial12;
}

const factorial12 = 479_001_600;
