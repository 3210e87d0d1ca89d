import type { RunRecord } from "../experiment/run/records";
import { compareRecords, type FieldDifference, type RunComparison } from "./run";

/** A record made here beside the earlier one of the same recipe. */
export interface Reproduced {
  readonly id: string;
  readonly comparison: RunComparison;
}

/** Each record that was made, held against the earlier one of its id; what has none is left out. */
export function heldAgainst(made: readonly RunRecord[], earlier: readonly RunRecord[]): Reproduced[] {
  const known = new Map(earlier.map((record) => [record.id, record]));
  return made.flatMap((record) => {
    const before = known.get(record.id);
    return before ? [{ id: record.id, comparison: compareRecords(before, record) }] : [];
  });
}

/** The comparison in lines: how many are equal, how far the others are. `earlier` says what they are held against, e.g. "the committed ones". */
export function reproducedText(found: readonly Reproduced[], earlier: string): string {
  const equal = found.filter(({ comparison }) => comparison.differences.length === 0).length;
  const head = `Records: ${equal} of ${found.length} equal ${earlier} to the last digit, circumstances apart.`;
  const others = new Map<string, Reproduced[]>();
  for (const one of found.filter(({ comparison }) => !comparison.exact)) {
    const processors = one.comparison.processors.join("\n");
    others.set(processors, [...(others.get(processors) ?? []), one]);
  }
  const elsewhere = [...others].map(([processors, list]) => {
    const [recorded, made] = processors.split("\n");
    const within = list.filter(({ comparison }) => comparison.passed).length;
    return `  ${list.length} were recorded on ${recorded} and made on ${made}: ${within} within what is allowed between processors. ${farthest(list)}`;
  });
  const wrong = found
    .filter(({ comparison }) => !comparison.passed)
    .map(({ id, comparison: { differences } }) => {
      const fields = differences.filter(({ allowed }) => !allowed).map(({ field }) => field);
      return `  ${id}: ${fields.slice(0, MOST_NAMED).join(", ")}${fields.length > MOST_NAMED ? ` and ${fields.length - MOST_NAMED} others` : ""}`;
    });
  return [head, ...elsewhere, ...wrong].join("\n");
}

/** Fields that are named of a record which differs. */
const MOST_NAMED = 6;

/** How far records lie apart, at the most: a loss as a share of itself, a mean, and how many wrote other captions. */
function farthest(list: readonly Reproduced[]): string {
  const all = list.flatMap(({ comparison }) => comparison.differences);
  const losses = all.filter(({ field }) => /^curve\.(losses|evaluations\.score)\b/.test(field)).map(largestShare);
  const means = all
    .filter(({ field }) => /^metrics\..*\.mean$/.test(field))
    .map(({ field, recorded, made }) => ({ field, by: Math.abs(Number(made) - Number(recorded)) }))
    .sort((a, b) => b.by - a.by);
  const [mean] = means;
  const captions = all.filter(({ field }) => field === "captions.sha256").length;
  const parts = [
    `losses differ by ${Math.max(0, ...losses).toExponential(1)} of themselves at most`,
    mean ? `means by ${mean.by.toPrecision(2)} (${mean.field.slice("metrics.".length, -".mean".length)})` : "no mean differs",
    `${captions} wrote other captions`,
  ];
  return `Farthest: ${parts.join(", ")}.`;
}

function largestShare({ recorded, made }: FieldDifference): number {
  const [a, b] = [recorded, made].map((loss) => (Array.isArray(loss) ? loss : [loss]).map(Number)) as [number[], number[]];
  return a.reduce((most, loss, i) => Math.max(most, Math.abs(loss - (b[i] ?? Number.NaN)) / Math.abs(loss)), 0);
}
