import type { Instrument } from "../types";
import { type Spectrum, type WaveTables, waveTables } from "./tables";

/** An instrument that is played from wavetables. */
export interface Timbre {
  /** Spectrum when soft or decayed, and when loud or just struck. */
  readonly dark: WaveTables;
  readonly bright: WaveTables;
  /** Seconds until full strength. */
  readonly attack: number;
  /** Seconds in which a struck tone falls to 37 %; Infinity for a tone that is held. */
  readonly decay: number;
  /** Seconds of fading after the release. */
  readonly release: number;
  /** Depth of the vibrato, cents. */
  readonly vibrato: number;
  /** Hz and depth (0..1) of a beating of the loudness, as of a rotating speaker. */
  readonly tremolo?: readonly [hertz: number, depth: number];
  /** Hz and depth (0..1) of a slow sweep of the brightness. */
  readonly sweep?: readonly [hertz: number, depth: number];
  /** Cents below the note from which a tone is pushed up. */
  readonly scoop?: number;
  /** Seconds in which the brightness of the attack fades; 0 when it stays. */
  readonly fade: number;
  /** Detuning of the strings or oscillators that sound together, cents. */
  readonly unison: readonly number[];
  /** Breath or bow noise, relative to the tone. */
  readonly breath: number;
  /** Noise of the attack alone, relative to the tone: a hammer, a key, the chiff of a pipe. */
  readonly chiff?: number;
}

/** The singer's vowels. */
export const vowels = ["ah", "oh", "ee", "oo"] as const;
type Vowel = (typeof vowels)[number];

export type TableInstrument = Exclude<Instrument, "guitar" | "bells" | "drums"> | Vowel;

interface Recipe extends Omit<Timbre, "dark" | "bright"> {
  readonly dark: Spectrum;
  readonly bright: Spectrum;
}

const power =
  (exponent: number): Spectrum =>
  (n) =>
    n ** -exponent;

/** Sum of resonance peaks at given centres and widths (Hz), as strings' bodies and mouths have them. */
const resonances =
  (source: Spectrum, peaks: readonly (readonly [centre: number, width: number, height: number])[], floor: number): Spectrum =>
  (n, hz) => {
    const gain = peaks.reduce((sum, [centre, width, height]) => sum + height / (1 + ((hz - centre) / width) ** 2), floor);
    return source(n, hz) * gain;
  };

const drawbars: Readonly<Record<number, number>> = { 1: 1, 2: 0.75, 3: 0.45, 4: 0.5, 6: 0.25, 8: 0.3 };
const held = { decay: Number.POSITIVE_INFINITY, fade: 0 };

const recipes: Readonly<Record<TableInstrument, Recipe>> = {
  violin: {
    dark: resonances(
      power(1.4),
      [
        [460, 120, 1],
        [1000, 250, 0.6],
      ],
      0.3,
    ),
    bright: resonances(
      power(0.9),
      [
        [460, 120, 1],
        [1000, 250, 0.8],
        [2800, 900, 1.2],
      ],
      0.3,
    ),
    attack: 0.09,
    release: 0.12,
    vibrato: 34,
    unison: [0],
    breath: 0.08,
    ...held,
  },
  piano: {
    dark: power(2),
    bright: (n) => n ** -1 * (n % 8 === 0 ? 0.2 : 1),
    attack: 0.003,
    decay: 0.9,
    release: 0.15,
    vibrato: 0,
    fade: 0.25,
    unison: [-1.5, 1.5],
    breath: 0.01,
    chiff: 0.5,
  },
  organ: {
    dark: (n) => (drawbars[n] ?? 0.01) * (n > 2 ? 0.4 : 1),
    bright: (n) => drawbars[n] ?? 0.02,
    attack: 0.012,
    release: 0.05,
    vibrato: 4,
    tremolo: [6.7, 0.45],
    unison: [0],
    breath: 0.015,
    chiff: 0.3,
    ...held,
  },
  trumpet: {
    dark: resonances(power(1.6), [[900, 500, 1]], 0.5),
    bright: resonances(power(0.7), [[1300, 800, 2]], 0.35),
    attack: 0.045,
    release: 0.07,
    vibrato: 9,
    scoop: 120,
    unison: [0],
    breath: 0.02,
    ...held,
  },
  flute: {
    dark: (n) => [0, 1, 0.2, 0.08, 0.02][n] ?? 0,
    bright: (n) => [0, 1, 0.55, 0.3, 0.1, 0.06, 0.03][n] ?? 0,
    attack: 0.06,
    release: 0.09,
    vibrato: 10,
    tremolo: [4.7, 0.3],
    unison: [0],
    breath: 0.32,
    chiff: 0.6,
    ...held,
  },
  synth: {
    // A square wave: odd harmonics only.
    dark: (n) => (n % 2 === 1 ? n ** -1.6 : 0.01),
    bright: (n) => (n % 2 === 1 ? n ** -0.7 : 0.01),
    attack: 0.006,
    release: 0.08,
    vibrato: 0,
    fade: 0.35,
    decay: Number.POSITIVE_INFINITY,
    unison: [-9, 9],
    breath: 0,
  },
  pad: {
    dark: power(2.6),
    bright: power(0.9),
    attack: 0.28,
    release: 0.6,
    vibrato: 6,
    sweep: [0.9, 0.8],
    unison: [-12, 0, 13],
    breath: 0.01,
    ...held,
  },
  choir: {
    dark: resonances(
      power(1.1),
      [
        [430, 80, 1],
        [800, 90, 0.5],
        [2600, 150, 0.05],
      ],
      0.015,
    ),
    bright: resonances(
      power(1),
      [
        [720, 100, 1],
        [1150, 110, 0.7],
        [2650, 180, 0.15],
      ],
      0.015,
    ),
    attack: 0.12,
    release: 0.2,
    vibrato: 26,
    unison: [-14, 0, 15],
    breath: 0.1,
    ...held,
  },
  bass: {
    dark: power(2.4),
    bright: power(1.2),
    attack: 0.006,
    decay: 0.8,
    release: 0.06,
    vibrato: 0,
    fade: 0.2,
    unison: [0],
    breath: 0,
  },
  ah: sung(720, 1150, 2650),
  oh: sung(450, 800, 2600),
  ee: sung(290, 2250, 3000),
  oo: sung(320, 700, 2400),
};

/** One voice on a vowel with three formants, Hz; the bright one presses. */
function sung(first: number, second: number, third: number): Recipe {
  const mouth = (press: number) =>
    resonances(
      power(1.1),
      [
        [first, 80, 1],
        [second, 100, 0.5 + press],
        [third, 160, 0.2 + press],
      ],
      0.01,
    );
  return {
    dark: mouth(0),
    bright: mouth(0.6),
    attack: 0.07,
    release: 0.1,
    vibrato: 48,
    scoop: 60,
    unison: [0],
    breath: 0.06,
    ...held,
  };
}

const built = new Map<TableInstrument, Timbre>();

/** The timbre of an instrument; its tables are computed the first time somebody plays it. */
export function timbre(instrument: TableInstrument): Timbre {
  const known = built.get(instrument);
  if (known) return known;
  const recipe = recipes[instrument];
  const made: Timbre = { ...recipe, dark: waveTables(recipe.dark), bright: waveTables(recipe.bright) };
  built.set(instrument, made);
  return made;
}
