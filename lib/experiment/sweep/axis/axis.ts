import { AlcapError } from "../../../errors";
import type { Preset } from "../../preset/songbook";
import type { RunName } from "../../run/recipe";

/** A run of a preset as axes change it. */
export interface Point {
  readonly preset: Preset;
  readonly name: RunName;
}

/** Corpora for development and confirmation are of different seeds. */
export type GridKind = "development" | "confirmation";

/** One thing that a grid may vary. */
export interface Axis<T> {
  /** How it is called beside its name. */
  readonly symbol?: string;
  /** Its value as a command line gives it. Throws `AlcapError` "usage" for what is none. */
  readonly read: (text: string) => T;
  /** Whether values may be given as a range. */
  readonly ranged?: boolean;
  readonly apply: (point: Point, value: T, kind: GridKind) => Point;
}

/** An axis that changes the preset alone. */
export const ofPreset = <T>(
  read: (text: string) => T,
  change: (preset: Preset, value: T) => Partial<Preset>,
  more: Pick<Axis<T>, "symbol" | "ranged"> = {},
): Axis<T> => ({
  read,
  ...more,
  apply: ({ preset, name }, value) => ({ preset: { ...preset, ...change(preset, value) }, name }),
});

export const whole = (from: number) => numeric(/^\d+$/, from, Number.MAX_SAFE_INTEGER, "a whole number");
export const real = (to = Number.MAX_VALUE) => numeric(/^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i, 0, to, "a number");

function numeric(form: RegExp, from: number, to: number, kind: string) {
  const span =
    to < Number.MAX_VALUE && to !== Number.MAX_SAFE_INTEGER ? `${kind} from ${from} to ${to}` : `${kind} from ${from} up`;
  return (text: string): number => {
    const value = Number(text);
    if (form.test(text) && value >= from && value <= to) return value;
    throw new AlcapError("usage", `"${text}" is not ${span}.`, "Mend --set.");
  };
}

export const named =
  <const K extends string>(names: readonly K[]) =>
  (text: string): K => {
    const found = names.find((name) => name === text);
    if (found !== undefined) return found;
    throw new AlcapError("usage", `There is no "${text}".`, `Choose from ${names.join(", ")}.`);
  };
