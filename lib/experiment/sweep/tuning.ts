import { canonical } from "../../files/fingerprint";
import { type Method, methods } from "../../paper";
import { inColumns, methodNames } from "../study/table";
import type { AxisName, Coordinates } from "./axes";
import type { Trial } from "./trials";

/** Axes along which trials of one setting are averaged. */
const REPLICATES: readonly AxisName[] = ["replicate", "corpusSeed", "seed"];

/** A setting and its mean held-out caption loss over replicates, nats a token. */
export interface Setting {
  readonly at: Coordinates;
  readonly loss: number;
}

/** What was chosen: each method's best setting, and the one that is best for all, by the mean of the methods' losses. */
export interface Choice {
  readonly trials: number;
  readonly methods: Readonly<Partial<Record<Method, Setting>>>;
  readonly common?: Setting;
  /** Axes of several values where a choice lies at their end: a wider grid might find better. */
  readonly edges: Readonly<Record<string, readonly string[]>>;
}

/** A setting with the mean loss of each method. */
interface Row {
  readonly at: Coordinates;
  readonly losses: Readonly<Partial<Record<Method, number>>>;
}

const without = (at: Coordinates, names: readonly AxisName[]): Coordinates =>
  Object.fromEntries(Object.entries(at).filter(([name]) => !names.includes(name as AxisName)));

const mean = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length;

function grouped<T>(list: readonly T[], key: (one: T) => unknown): readonly (readonly T[])[] {
  const groups = new Map<string, T[]>();
  for (const one of list) {
    const name = canonical(key(one));
    groups.set(name, [...(groups.get(name) ?? []), one]);
  }
  return [...groups.values()];
}

/** Settings by methods; a method's loss is there where all replicates of its setting are. */
function rowsOf(trials: readonly Trial[]): readonly Row[] {
  const cells = grouped(trials, ({ at }) => without(at, REPLICATES));
  const replicates = Math.max(0, ...cells.map(({ length }) => length));
  return grouped(trials, ({ at }) => without(at, [...REPLICATES, "method"])).map((ofSetting) => {
    const found = methods.flatMap((method) => {
      const losses = ofSetting.filter(({ at }) => at.method === method).map(({ loss }) => loss);
      return losses.length === replicates ? [[method, mean(losses)] as const] : [];
    });
    return { at: without(ofSetting[0]?.at ?? {}, [...REPLICATES, "method"]), losses: Object.fromEntries(found) };
  });
}

const best = (settings: readonly Setting[]): Setting | undefined =>
  settings.reduce<Setting | undefined>((a, b) => (a && a.loss <= b.loss ? a : b), undefined);

/** Chooses by mean held-out loss; of equal ones the first. */
export function chosen(trials: readonly Trial[]): Choice {
  const rows = rowsOf(trials);
  const methodsThere = methods.filter((method) => trials.some(({ at }) => at.method === method));
  const ofMethod = methodsThere.map((method) => {
    const settings = rows.flatMap(({ at, losses }) => (losses[method] === undefined ? [] : [{ at, loss: losses[method] }]));
    return [method, best(settings)] as const;
  });
  const whole = rows.flatMap(({ at, losses }) => {
    const all = methodsThere.flatMap((method) => losses[method] ?? []);
    return all.length === methodsThere.length ? [{ at, loss: mean(all) }] : [];
  });
  const common = best(whole);
  const named = [...ofMethod, ["common", common] as const].filter((one) => one[1] !== undefined);
  return {
    trials: trials.length,
    methods: Object.fromEntries(ofMethod.filter(([, setting]) => setting !== undefined)),
    ...(common && { common }),
    edges: Object.fromEntries(named.map(([name, setting]) => [name, edgesOf(setting?.at ?? {}, rows)])),
  };
}

function edgesOf(at: Coordinates, rows: readonly Row[]): string[] {
  return (Object.keys(at) as AxisName[]).filter((axis) => {
    const values = [...new Set(rows.map((row) => row.at[axis]))].filter((value) => typeof value === "number");
    const value = at[axis];
    return values.length > 2 && (value === Math.min(...values) || value === Math.max(...values));
  });
}

/** The trials as a plain-text table: settings by methods, mean held-out loss in nats a token; a method's least is marked. */
export function trialTable(trials: readonly Trial[]): string {
  const rows = rowsOf(trials);
  const { methods: choice } = chosen(trials);
  const names = [...new Set(rows.flatMap(({ at }) => Object.keys(at) as AxisName[]))];
  const axes = names.filter((axis) => new Set(rows.map(({ at }) => at[axis])).size > 1);
  const shown = methods.filter((method) => choice[method]);
  const cell = (row: Row, method: Method) => {
    const loss = row.losses[method];
    return loss === undefined ? "–" : `${loss.toFixed(4)}${canonical(row.at) === canonical(choice[method]?.at) ? " *" : ""}`;
  };
  return inColumns([
    [...axes, ...shown.map((method) => methodNames[method])],
    ...rows.map((row) => [...axes.map((axis) => String(row.at[axis] ?? "")), ...shown.map((method) => cell(row, method))]),
  ]);
}
