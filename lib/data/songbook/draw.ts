import seedrandom from "seedrandom";
import { inRandomOrder } from "../random-order";

/** A named stream of random draws; the same name gives the same stream, whatever else was drawn. */
export interface Draw {
  /** Uniform in [0, 1). */
  real(): number;
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** Whole number in 0..count-1. */
  integer(count: number): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** Standard normal. */
  normal(): number;
  pick<T>(list: readonly T[]): T;
  /** A key, with probability proportional to its weight. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K;
  shuffled<T>(list: readonly T[]): T[];
}

/** The stream called `name`, e.g. `songbook/7/12/lyrics`. */
export function drawFrom(name: string): Draw {
  const real: () => number = seedrandom(name);
  const integer = (count: number) => Math.floor(real() * count);
  return {
    real,
    between: (low, high) => low + (high - low) * real(),
    integer,
    chance: (probability) => real() < probability,
    // Twelve uniforms: a sum instead of logarithms and cosines, so no bit depends on the platform's mathematics.
    normal: () => {
      let sum = -6;
      for (let i = 0; i < 12; i++) sum += real();
      return sum;
    },
    pick: (list) => list[integer(list.length)]!,
    weighted: (weights) => weightedKey(weights, real()),
    shuffled: (list) => inRandomOrder(list, real),
  };
}

function weightedKey<K extends string>(weights: Readonly<Record<K, number>>, unit: number): K {
  const keys = Object.keys(weights) as K[];
  const total = keys.reduce((sum, key) => sum + weights[key], 0);
  let left = unit * total;
  for (const key of keys) {
    left -= weights[key];
    if (left < 0) return key;
  }
  return keys[keys.length - 1]!;
}

/** Deals a list in random order without repeating, then starts over in a new order. */
export function deck<T>(list: readonly T[], draw: Draw): () => T {
  let cards: T[] = [];
  return () => {
    if (cards.length === 0) cards = [...list];
    // One draw a card: most decks are long and few of their cards are dealt.
    const at = draw.integer(cards.length);
    const card = cards[at]!;
    cards[at] = cards[cards.length - 1]!;
    cards.pop();
    return card;
  };
}
