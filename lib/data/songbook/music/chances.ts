import type { Instrument, Mood } from "../types";
import { instrumentNames } from "../words/lexicon";
import { characters } from "./character";
import { bassChance, harmonyWeights, instrumentWeights } from "./plan";
import { styleBooks } from "./styles";

/**
 * The exact chance that each instrument plays in a song of this mood, before anything of the song is known.
 *
 * A song draws its style `s` by the mood's weights, its lead `i` by the style's, its harmony `j` by the style's with the lead's favor
 * lowered, so `P(i plays tuned | s) = P(lead i | s) + Σ_{k ≠ i} P(lead k | s) P(harmony i | s, k)`; then drums with
 * the mood's chance where the style has any, and a bass, less often beside drums. No noise and no word enters.
 */
export function playingChances(mood: Mood): Readonly<Record<Instrument, number>> {
  const { styles, drums } = characters[mood];
  const chances = Object.fromEntries(instrumentNames.map((name) => [name, 0])) as Record<Instrument, number>;
  for (const [style, share] of shares(styles)) {
    const { favours, drums: pieces } = styleBooks[style];
    for (const [name, chance] of tunedChances(favours)) chances[name] += share * chance;
    const drummed = Object.keys(pieces).length > 0 ? drums : 0;
    chances.drums += share * drummed;
    chances.bass += share * (drummed * bassChance.withDrums + (1 - drummed) * bassChance.without);
  }
  return chances;
}

function tunedChances(favours: Readonly<Partial<Record<Instrument, number>>>): [Instrument, number][] {
  const leads = shares(instrumentWeights(favours));
  const chances = new Map(leads);
  for (const [lead, led] of leads) {
    for (const [name, accompanies] of shares(harmonyWeights(favours, lead)))
      if (name !== lead) chances.set(name, (chances.get(name) ?? 0) + led * accompanies);
  }
  return [...chances];
}

/** Weights as chances that add up to 1. */
function shares<K extends string>(weights: Readonly<Partial<Record<K, number>>>): [K, number][] {
  const entries = Object.entries(weights) as [K, number][];
  const total = entries.reduce((sum, [, weight]) => sum + weight, 0);
  return entries.map(([key, weight]) => [key, weight / total]);
}
