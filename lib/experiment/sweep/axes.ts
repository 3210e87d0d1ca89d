import { AlcapError } from "../../errors";
import type { Axis, GridKind, Point } from "./axis/axis";
import { corpusAxes } from "./axis/corpus";
import { lambda, modelAxes } from "./axis/model";
import { nameAxes, trainingAxes } from "./axis/training";

export type { GridKind } from "./axis/axis";

/** Every axis, the outermost first. */
const all = { ...corpusAxes, ...modelAxes, ...trainingAxes, lambda, ...nameAxes };

type AxisValue = { readonly [K in keyof typeof all]: ReturnType<(typeof all)[K]["read"]> };

export type AxisName = keyof AxisValue;

const axes: { readonly [K in AxisName]: Axis<AxisValue[K]> } = all;

/** The values of a grid's axes; one that is left out stays as the preset has it. */
export type Axes = { readonly [K in AxisName]?: readonly AxisValue[K][] };

/** One point of a grid: a run of a preset that the axes have changed. */
export interface Cell extends Point {
  /** Its value on each axis that the grid has. */
  readonly at: Coordinates;
}

export type Coordinates = { readonly [K in AxisName]?: AxisValue[K] };

export const axisNames = Object.keys(axes) as readonly AxisName[];

/** Each cell by each value of an axis. */
export const crossed = <K extends AxisName>(cells: readonly Cell[], given: Axes, name: K, kind: GridKind): readonly Cell[] => {
  const values: readonly AxisValue[K][] | undefined = given[name];
  const { apply } = axes[name];
  if (values === undefined) return cells;
  return cells.flatMap((cell) => values.map((value) => ({ ...apply(cell, value, kind), at: { ...cell.at, [name]: value } })));
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
  const { read, ranged = false } = axes[name];
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
