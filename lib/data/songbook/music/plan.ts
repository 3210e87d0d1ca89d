import type { Draw } from "../draw";
import type { Expression, Instrument, Mode, Mood, MusicPlan } from "../types";
import { modes } from "../types";
import { characters } from "./character";
import { everyday, styleBooks } from "./styles";

/** Slowest and fastest song, beats a minute. */
export const tempoRange = { low: 60, high: 180 } as const;

/** How often a song has a bass. */
export const bassChance = 0.8;

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
  const tempo = clamp(character.tempo + character.tempoSpread * (1 + noise) * draw.normal(), tempoRange.low, tempoRange.high);
  const lead = draw.weighted(instrumentWeights(book.favors));
  const harmony = draw.weighted(harmonyWeights(book.favors, lead));
  const expression = drawExpression(character.expression, 0.06 + 0.18 * noise, draw);
  const drummed = draw.chance(character.drums) && Object.keys(book.drums).length > 0;
  return {
    seed: draw.integer(2 ** 31),
    style,
    mode,
    tonic: draw.integer(12),
    tempo: Math.round(tempo),
    beatsPerBar: book.beatsPerBar,
    progression: draw.pick(progressions[mode]),
    lead,
    harmony,
    bass: draw.chance(bassChance),
    drums: drummed ? round(clamp(0.3 + 0.6 * expression.loudness + 0.1 * draw.normal(), 0.2, 1)) : 0,
    accompaniment: draw.weighted(character.accompaniment),
    expression,
    detune: round(3 + 9 * draw.real() * (0.4 + noise)),
    looseness: round(0.004 + 0.012 * draw.real() * (0.4 + noise), 5),
    background: round(0.0004 + 0.012 * noise * draw.real(), 5),
  };
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

function drawExpression(center: Expression, spread: number, draw: Draw): Expression {
  const entries = Object.entries(center).map(([name, value]) => {
    const low = name === "contour" ? -1 : 0;
    return [name, round(clamp(value + spread * draw.normal(), low, 1))] as const;
  });
  return Object.fromEntries(entries) as Record<keyof Expression, number>;
}

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));

const round = (value: number, digits = 3) => Math.round(value * 10 ** digits) / 10 ** digits;
