import { AlcapError } from "../errors";

/** An error in how a command was called. */
export const usage = (problem: string, advice: string) => new AlcapError("usage", problem, advice);

/** Narrows a name that a user gave to those there are. Throws `AlcapError` "usage" that lists them. */
export function oneOf<K extends string>(name: string, known: readonly K[], what: string): K {
  const found = known.find((one) => one === name);
  if (found !== undefined) return found;
  throw usage(`There is no ${what} "${name}".`, `Choose one of ${known.join(", ")}.`);
}

type Texts = Readonly<Record<string, unknown>>;

/** A whole number from `least` up; undefined where the option was not given. */
export function wholeFrom(given: Texts, name: string, least: number): number | undefined {
  const number = numberFrom(given, name);
  if (number === undefined || (Number.isSafeInteger(number) && number >= least)) return number;
  throw usage(`--${name} is "${given[name]}".`, `Give a whole number from ${least} up.`);
}

/** A number from 0 up; undefined where the option was not given. */
export function numberFrom(given: Texts, name: string): number | undefined {
  const text = given[name];
  if (text === undefined) return undefined;
  const number = Number(text);
  if (Number.isFinite(number) && number >= 0 && text !== "") return number;
  throw usage(`--${name} is "${text}".`, "Give a number from 0 up.");
}
