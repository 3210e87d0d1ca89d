import type { SongbookDataSet } from "../../data/corpus/layout/data-sets";
import { AlcapError } from "../../errors";
import { type Method, methods } from "../../paper";
import { dataSetNames, type Preset } from "../preset/songbook";
import type { RunName } from "../run/recipe";

/** One point of a grid: a run of a preset that the axes have changed. */
export interface Cell {
  readonly preset: Preset;
  readonly name: RunName;
}

/** Corpora for development and confirmation are of different seeds. */
export type GridKind = "development" | "confirmation";

/** What a value of each axis is. */
interface AxisValue {
  /** Corpus seed and training seed together, so that an interval speaks of the method and not of one corpus or one initial draw. */
  readonly replicate: number;
  readonly corpusSeed: number;
  readonly songs: number;
  /** ρ: how often the lyrics' mood words follow the music's mood. */
  readonly agreement: number;
  readonly dataSet: SongbookDataSet;
  /** λ of equation 4. */
  readonly lambda: number;
  /** Of training. */
  readonly seed: number;
  readonly method: Method;
}

export type AxisName = keyof AxisValue;

/** The values of a grid's axes; one that is left out stays as the preset has it. */
export type Axes = { readonly [K in AxisName]?: readonly AxisValue[K][] };

interface Axis<T> {
  /** How it is called beside its name. */
  readonly symbol?: string;
  readonly read: (text: string) => T;
  readonly whole?: boolean;
  readonly apply: (cell: Cell, value: T, kind: GridKind) => Cell;
}

const ofCorpus = ({ preset, name }: Cell, change: Partial<Preset["corpus"]>): Cell => ({
  preset: { ...preset, corpus: { ...preset.corpus, ...change } },
  name,
});

const whole = (from: number) => numeric(/^\d+$/, from, Number.MAX_SAFE_INTEGER, "a whole number");
const real = (to: number) => numeric(/^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i, 0, to, "a number");

function numeric(form: RegExp, from: number, to: number, kind: string) {
  const span =
    to < Number.MAX_VALUE && to !== Number.MAX_SAFE_INTEGER ? `${kind} from ${from} to ${to}` : `${kind} from ${from} up`;
  return (text: string): number => {
    const value = Number(text);
    if (form.test(text) && value >= from && value <= to) return value;
    throw new AlcapError("usage", `"${text}" is not ${span}.`, "Mend --set.");
  };
}

const named =
  <K extends string>(names: readonly K[]) =>
  (text: string): K => {
    const found = names.find((name) => name === text);
    if (found !== undefined) return found;
    throw new AlcapError("usage", `There is no "${text}".`, `Choose from ${names.join(", ")}.`);
  };

/** Seed before the first replicate's: of its corpus by the grid's kind, of its training. */
const BEFORE = { development: 6, confirmation: 100, training: 2019 } as const;

/** Every axis, the outermost first. */
const axes: { readonly [K in AxisName]: Axis<AxisValue[K]> } = {
  dataSet: { read: named(dataSetNames), apply: ({ preset, name }, dataSet) => ({ preset: { ...preset, dataSet }, name }) },
  replicate: {
    read: whole(1),
    whole: true,
    apply: (cell, r, kind) => {
      const changed = ofCorpus(cell, { seed: BEFORE[kind] + r });
      return { ...changed, name: { ...cell.name, seed: BEFORE.training + r } };
    },
  },
  corpusSeed: { read: whole(0), whole: true, apply: (cell, seed) => ofCorpus(cell, { seed }) },
  songs: { read: whole(1), whole: true, apply: (cell, songs) => ofCorpus(cell, { songs }) },
  agreement: { symbol: "ρ", read: real(1), apply: (cell, agreement) => ofCorpus(cell, { agreement }) },
  lambda: {
    symbol: "λ",
    read: real(Number.MAX_VALUE),
    apply: ({ preset, name }, weight) => {
      const alignment = { ...preset.recipe.alignment, weight };
      return { preset: { ...preset, recipe: { ...preset.recipe, alignment } }, name };
    },
  },
  seed: { read: whole(0), whole: true, apply: ({ preset, name }, seed) => ({ preset, name: { ...name, seed } }) },
  method: { read: named(methods), apply: ({ preset, name }, method) => ({ preset, name: { ...name, method } }) },
};

export const axisNames = Object.keys(axes) as readonly AxisName[];

/** Each cell by each value of an axis. */
export const crossed = <K extends AxisName>(cells: readonly Cell[], given: Axes, name: K, kind: GridKind): readonly Cell[] => {
  const values = given[name];
  const { apply } = axes[name];
  return values === undefined ? cells : cells.flatMap((cell) => values.map((value) => apply(cell, value, kind)));
};

/** Most values of a range: more are a slip of the pen. */
const LONGEST = 1000;

/**
 * Reads an axis as a command line gives it: `λ=0,0.02`, `seed=2020..2024`, `songs=700,1400..1402`.
 *
 * @throws AlcapError `usage` naming what is wrong with it
 */
export function readAxis(text: string): Axes {
  const at = text.indexOf("=");
  const name = axisNames.find((one) => [one, axes[one].symbol].includes(text.slice(0, Math.max(0, at))));
  if (at < 0 || name === undefined)
    throw new AlcapError("usage", `"${text}" names no axis.`, `Give AXIS=VALUES, AXIS one of ${axisNames.join(", ")}.`);
  return { [name]: valuesOf(name, text.slice(at + 1)) };
}

function valuesOf<K extends AxisName>(name: K, text: string): readonly AxisValue[K][] {
  const { read, whole: ranged = false } = axes[name];
  return text.split(",").flatMap((part) => {
    const range = /^(\d+)\.\.(\d+)$/.exec(part);
    if (range === null || !ranged) return [read(part)];
    const [first, last] = [Number(range[1]), Number(range[2])];
    if (last >= first && last - first < LONGEST)
      return Array.from({ length: last - first + 1 }, (_, i) => read(String(first + i)));
    throw new AlcapError(
      "usage",
      `${name}=${part} is no range.`,
      `Give FIRST..LAST, at most ${LONGEST} values, LAST not before FIRST.`,
    );
  });
}
