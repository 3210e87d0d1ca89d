import type { Draw } from "../draw";
import type { Expression, Instrument, Mode, Mood, MusicPlan, Style } from "../types";
import { modes } from "../types";
import { type Character, characters } from "./character";
import { paceLimits } from "./pace";
import { everyday, styleBooks } from "./styles";

/** Slowest and fastest song, beats a minute. */
export const tempoRange = { low: 60, high: 180 } as const;

/** How often a song has a bass: somebody keeps the time, so without drums it plays more often. */
export const bassChance = { withDrums: 0.5, without: 0.65 } as const;

/** Songs keep this far from a border between two words for tempo, beats a minute. */
const paceMargin = 4;

/** Chord roots by mode, one scale degree a bar. */
const progressions: Readonly<Record<Mode, readonly (readonly number[])[]>> = {
  major: [
    [0, 3, 4, 0],
    [0, 4, 5, 3],
    [0, 5, 3, 4],
    [0, 3, 0, 4],
  ],
  lydian: [
    [0, 1, 0, 1],
    [0, 1, 4, 0],
    [0, 4, 1, 0],
  ],
  mixolydian: [
    [0, 6, 3, 0],
    [0, 0, 6, 3],
    [0, 3, 6, 0],
  ],
  dorian: [
    [0, 3, 0, 3],
    [0, 2, 3, 0],
    [0, 6, 3, 0],
  ],
  minor: [
    [0, 5, 2, 6],
    [0, 3, 4, 0],
    [0, 6, 5, 6],
    [0, 5, 3, 4],
  ],
  phrygian: [
    [0, 1, 0, 1],
    [0, 1, 2, 1],
    [0, 0, 6, 1],
  ],
};

/**
 * Plans a performance that says `mood`. The words have no part in it.
 * `noise` (0..1) widens every draw around what the mood asks for and raises the background.
 */
export function planMusic(mood: Mood, noise: number, draw: Draw): MusicPlan {
  const character = characters[mood];
  const style = draw.weighted(character.styles);
  const planned = draw.weighted(character.modes);
  const anyMode = draw.pick(modes);
  const mode = draw.chance(modeSlip(noise)) ? anyMode : planned;
  const book = styleBooks[style];
  const tempo = tellable(character.tempo + tempoSpread(character, noise) * draw.normal());
  const lead = draw.weighted(instrumentWeights(book.favours));
  const harmony = draw.weighted(harmonyWeights(book.favours, lead));
  const expression = drawExpression(manner(character.expression, style, draw), expressionSpread(noise), draw);
  const drummed = draw.chance(character.drums) && Object.keys(book.drums).length > 0;
  return {
    seed: draw.integer(2 ** 31),
    style,
    mode,
    tonic: draw.integer(12),
    tempo,
    beatsPerBar: book.beatsPerBar,
    progression: draw.pick(progressions[mode]),
    lead,
    harmony,
    singer: draw.chance(0.25),
    bass: draw.chance(drummed ? bassChance.withDrums : bassChance.without),
    drums: drummed ? round(clamp(0.3 + 0.6 * expression.loudness + 0.1 * draw.normal(), 0.2, 1)) : 0,
    accompaniment: draw.weighted(weighed(character.accompaniment, book.manners)),
    expression,
    detune: round(3 + 9 * draw.real() * (0.4 + noise)),
    looseness: round(0.004 + 0.012 * draw.real() * (0.4 + noise), 5),
    background: round(0.0004 + 0.012 * noise * draw.real(), 5),
  };
}

/** How often a song is in a mode that its mood did not ask for. */
export const modeSlip = (noise: number) => 0.2 * noise;

/** Standard deviation of the tempo around the mood's, beats a minute. */
export const tempoSpread = (character: Character, noise: number) => character.tempoSpread * (1 + noise);

/** Standard deviation of each side of the expression around the mood's. */
export const expressionSpread = (noise: number) => 0.06 + 0.18 * noise;

/** Nearest tempo within the range that is off the borders between slow, steady, brisk and fast: nobody hears 83 from 85. */
export function tellable(tempo: number): number {
  const whole = Math.round(clamp(tempo, tempoRange.low, tempoRange.high));
  const border = paceLimits.find((limit) => Math.abs(whole - limit) < paceMargin);
  if (border === undefined) return whole;
  return whole < border ? border - paceMargin : border + paceMargin;
}

export function weighed<K extends string>(
  weights: Readonly<Record<K, number>>,
  factors: Readonly<Partial<Record<K, number>>>,
): Record<K, number> {
  const entries = Object.entries(weights) as [K, number][];
  return Object.fromEntries(entries.map(([name, weight]) => [name, weight * (factors[name] ?? 1)])) as Record<K, number>;
}

type Favours = Readonly<Partial<Record<Instrument, number>>>;

/** Weights with which a style chooses what leads. */
export function instrumentWeights(favours: Favours): Record<Instrument, number> {
  const weights: Partial<Record<Instrument, number>> = { ...everyday };
  for (const [name, extra] of Object.entries(favours)) weights[name as Instrument] = (weights[name as Instrument] ?? 0) + extra;
  return weights as Record<Instrument, number>;
}

/** The same for what accompanies a lead; the lead itself seldom does. */
export const harmonyWeights = (favours: Favours, lead: Instrument) => instrumentWeights({ ...favours, [lead]: 0.5 });

/** How often a song grows towards its end though its mood does not ask for it. */
const crescendoChance = 0.12;

/** What a style makes of a mood's expression: rock is played through amplifiers in any mood, and any song may grow towards its end. */
export function mannersOf(centre: Expression, style: Style): readonly { readonly chance: number; readonly centre: Expression }[] {
  const plain = { ...centre, drive: centre.drive + (style === "rock" ? 0.45 : 0) };
  return [
    { chance: crescendoChance, centre: { ...plain, swell: Math.max(0.75, centre.swell) } },
    { chance: 1 - crescendoChance, centre: plain },
  ];
}

function manner(centre: Expression, style: Style, draw: Draw): Expression {
  const [growing, plain] = mannersOf(centre, style);
  return (draw.chance(crescendoChance) ? growing : plain)?.centre ?? centre;
}

function drawExpression(centre: Expression, spread: number, draw: Draw): Expression {
  const entries = Object.entries(centre).map(
    ([name, value]) => [name, round(clamp(value + spread * draw.normal(), lowest(name as keyof Expression), 1))] as const,
  );
  return Object.fromEntries(entries) as Record<keyof Expression, number>;
}

/** Least value of a side of the expression; the largest is 1. */
export const lowest = (side: keyof Expression) => (side === "contour" ? -1 : 0);

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));

const round = (value: number, digits = 3) => Math.round(value * 10 ** digits) / 10 ** digits;
