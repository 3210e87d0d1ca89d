import { existsSync, mkdtempSync, rmdirSync } from "node:fs";
import path from "node:path";
import { AlcapError } from "../errors";
import { isFile, isFolder } from "../files/read";

/** One option or argument of a command: how it is given, and its value. */
export interface Option<T> {
  /** What stands for its value in the help; a flag has none. */
  readonly place?: string;
  readonly about: string;
  /** Its value from the texts given for it, in order, of which there may be none; errors call it `name`. Touches no disk. */
  read(texts: readonly string[], name: string): T;
  /** Looks at what a text names, before any work begins. */
  check?(text: string): void;
  readonly required?: boolean;
  readonly many?: boolean;
  /** Given as `--no-…`. */
  readonly negative?: boolean;
  /** The option without which, or without one of whose values, this one means nothing. */
  readonly beside?: { readonly option: string; readonly values?: readonly string[] };
}

export type Options = Readonly<Record<string, Option<unknown>>>;

/** The values of declared options, by the options' names. */
export type Values<O extends Options> = { readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never };

/** How an option is given, by its name in camel case. */
export const longName = (key: string) => `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** An error in how a command was called. */
export const usage = (problem: string, advice: string) => new AlcapError("usage", problem, advice);

/** Narrows a name that a user gave to those there are. Throws `AlcapError` "usage" that lists them. */
export function oneOf<K extends string>(name: string, known: readonly K[], what: string): K {
  const found = known.find((one) => one === name);
  if (found !== undefined) return found;
  throw usage(`There is no ${what} "${name}".`, `Choose one of ${known.join(", ")}.`);
}

/** Given or not. */
export const flag = (about: string): Option<boolean> => ({ about, read: (texts) => texts.length > 0 });

/** True unless `--no-…` is given. */
export const unless = (about: string): Option<boolean> => ({ about, negative: true, read: (texts) => texts.length === 0 });

/** An option with a value; where it is given twice the last one holds. */
export const single = <T>(place: string, about: string, read: (text: string, name: string) => T): Option<T | undefined> => ({
  place,
  about,
  read: (texts, name) => {
    const text = texts.at(-1);
    return text === undefined ? undefined : read(text, name);
  },
});

export const text = (place: string, about: string) =>
  single(place, about, (given, name) => {
    if (given !== "") return given;
    throw usage(`${name} is "".`, `Give ${place}.`);
  });

/** One of a few names; `what` says in an error what they name. */
export const choice = <const K extends string>(what: string, names: readonly K[], about: string) =>
  single(what.split(" ").at(-1)?.toUpperCase() ?? "NAME", `${about}: ${names.join(", ")}`, (name) => oneOf(name, names, what));

interface Range {
  readonly from?: number;
  readonly to?: number;
}

/** A whole number from `from` to `to`, in decimal digits. */
export const whole = (about: string, range: Range = {}) => numeric("N", "whole number", /^\d+$/, about, range);

/** A number from `from` to `to`. */
export const number = (about: string, range: Range = {}) =>
  numeric("X", "number", /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i, about, range);

function numeric(place: string, kind: string, form: RegExp, about: string, { from = 0, to = Number.MAX_SAFE_INTEGER }: Range) {
  const span = to === Number.MAX_SAFE_INTEGER ? `from ${from} up` : `from ${from} to ${to}`;
  return single(place, about, (given, name) => {
    const value = Number(given);
    if (form.test(given) && value >= from && value <= to) return value;
    throw usage(`${name} is "${given}".`, `Give a ${kind} ${span}.`);
  });
}

/** A file or a folder that is there. */
export const existing = (place: string, about: string): Option<string | undefined> => ({
  ...text(place, about),
  check: (given) => mustBe(given, "file", isFile(given) || isFolder(given)),
});

/** A file that is there. */
export const file = (place: string, about: string): Option<string | undefined> => ({
  ...text(place, about),
  check: (given) => mustBe(given, "file", isFile(given)),
});

/** A folder that is there. */
export const folder = (place: string, about: string): Option<string | undefined> => ({
  ...text(place, about),
  check: (given) => mustBe(given, "folder", isFolder(given)),
});

function mustBe(given: string, kind: string, is: boolean): void {
  if (is) return;
  const problem = existsSync(given) ? `${given} is no regular ${kind}.` : `The ${kind} ${given} does not exist.`;
  throw new AlcapError("input", problem, "Check the path.");
}

/** A folder to write to, which need not be there yet. */
export const output = (about: string): Option<string | undefined> => ({
  ...text("DIR", about),
  check: (given) => {
    let there = path.resolve(given);
    while (!existsSync(there)) there = path.dirname(there);
    try {
      rmdirSync(mkdtempSync(path.join(there, ".alcap-")));
    } catch (cause) {
      throw new AlcapError("input", `Nothing can be written to ${given}.`, "Give a folder that you may write to.", { cause });
    }
  },
});

/** What holds where the option is not given; the help says so, by `shown` where the value itself would not read well. */
export const or = <T>(option: Option<T | undefined>, otherwise: T, shown = String(otherwise)): Option<T> => ({
  ...option,
  about: `${option.about} (default ${shown})`,
  read: (texts, name) => option.read(texts, name) ?? otherwise,
});

export const required = <T>(option: Option<T | undefined>): Option<T> => ({
  ...option,
  required: true,
  read: (texts, name) => {
    const value = option.read(texts, name);
    if (value !== undefined) return value;
    throw usage(`${name} is missing.`, `Give ${name} ${option.place}, ${option.about}.`);
  },
});

/** May be given more than once; undefined where it is not given. */
export const many = <T>(option: Option<T | undefined>): Option<readonly T[] | undefined> => ({
  ...option,
  many: true,
  read: (texts, name) => {
    const values = texts.map((one) => option.read([one], name)).filter((value): value is T => value !== undefined);
    return texts.length === 0 ? undefined : values;
  },
});

/** Options that mean nothing without another one, or without one of its values. */
export const beside = <O extends Options>(option: string, values: readonly string[] | undefined, options: O): O =>
  Object.fromEntries(Object.entries(options).map(([key, one]) => [key, { ...one, beside: { option, values } }])) as O;
