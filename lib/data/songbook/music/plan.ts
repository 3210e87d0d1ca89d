import type { Draw } from "../draw";
import type { Expression, Instrument, Mode, Mood, MusicPlan, Style } from "../types";
import { modes } from "../types";
import { characters } from "./character";
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
  const mode = draw.chance(0.2 * noise) ? anyMode : planned;
  const book = styleBooks[style];
  const tempo = tellable(character.tempo + character.tempoSpread * (1 + noise) * draw.normal());
  const lead = draw.weighted(instrumentWeights(book.favors));
  const harmony = draw.weighted(harmonyWeights(book.favors, lead));
  const expression = drawExpression(manner(character.expression, style, draw), 0.06 + 0.18 * noise, draw);
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

/** Nearest tempo within the range that is off the borders between slow, steady, brisk and fast: nobody hears 83 from 85. */
function tellable(tempo: number): number {
  const whole = Math.round(clamp(tempo, tempoRange.low, tempoRange.high));
  const border = paceLimits.find((limit) => Math.abs(whole - limit) < paceMargin);
  if (border === undefined) return whole;
  return whole < border ? border - paceMargin : border + paceMargin;
}

function weighed<K extends string>(
  weights: Readonly<Record<K, number>>,
  factors: Readonly<Partial<Record<K, number>>>,
): Record<K, number> {
  const entries = Object.entries(weights) as [K, number][];
  return Object.fromEntries(entries.map(([name, weight]) => [name, weight * (factors[name] ?? 1)])) as Record<K, number>;
}

type Favors = Readonly<Partial<Record<Instrument, number>>>;

/** Weights with which a style chooses what leads. */
export function instrumentWeights(favors: Favors): Record<Instrument, number> {
  const weights: Partial<Record<Instrument, number>> = { ...everyday };
  for (const [name, extra] of Object.entries(favors)) weights[name as Instrument] = (weights[name as Instrument] ?? 0) + extra;
  return weights as Record<Instrument, number>;
}

/** The same for what accompanies a lead; the lead itself seldom does. */
export const harmonyWeights = (favors: Favors, lead: Instrument) => instrumentWeights({ ...favors, [lead]: 0.5 });

/** Rock is played through amplifiers in any mood, and any song may grow towards its end. */
function manner(center: Expression, style: Style, draw: Draw): Expression {
  const drive = center.drive + (style === "rock" ? 0.45 : 0);
  return { ...center, drive, swell: draw.chance(0.12) ? Math.max(0.75, center.swell) : center.swell };
}

function drawExpression(center: Expression, spread: number, draw: Draw): Expression {
  const entries = Object.entries(center).map(([name, value]) => {
    const low = name === "contour" ? -1 : 0;
    return [name, round(clamp(value + spread * draw.normal(), low, 1))] as const;
  });
  return Object.fromEntries(entries) as Record<keyof Expression, number>;
}

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));

const round = (value: number, digits = 3) => Math.round(value * 10 ** digits) / 10 ** digits;
