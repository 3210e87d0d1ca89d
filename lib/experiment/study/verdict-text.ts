import type { Interval } from "../../metric/certainty";
import type { Endpoint } from "./endpoints";
import { counted, inColumns } from "./table";
import { type Difference, NEGLIGIBLE, type PrimaryVerdict, type Verdict } from "./verdict";

/** A difference in its unit, with its sign: points of percent, or nats a token. */
const signed = (x: number, { unit }: Endpoint) =>
  `${x < 0 ? "−" : "+"}${unit === "nats" ? Math.abs(x).toFixed(5) : Math.abs(100 * x).toFixed(2)}`;
const size = (x: number, endpoint: Endpoint) => signed(Math.abs(x), endpoint).slice(1);
const interval = ({ mean, low, high }: Interval, endpoint: Endpoint) =>
  `${signed(mean, endpoint)} [${signed(low, endpoint)}, ${signed(high, endpoint)}]`;
const inUnit = ({ unit }: Endpoint) => (unit === "nats" ? "nats a token" : "points");
const chance = (p: number) => (p < 0.001 ? "p < 0.001" : `p = ${p.toFixed(3)}`);

/** The verdict in words and tables: the same words in both directions. */
export function verdictText({ dataSet, weight, primary, secondary, controls }: Verdict): string {
  const table = (rows: readonly Difference[], name: (row: Difference) => string[], head: string[]) =>
    inColumns([
      [...head, "difference [95 %]", "replicates", "p", "corrected", "detectable"],
      ...rows.map((row) => [...name(row), ...cells(row)]),
    ]);
  const whatOf = new Map<Difference, string>(controls.map((row) => [row, row.what]));
  return [
    `ALCAP − BART-fusion on ${dataSet}, λ = ${weight}`,
    ...primary.map(primaryText),
    ...(secondary.length > 0
      ? [
          "Secondary endpoints, corrected together:",
          table(secondary, (row) => [row.dataSet, labelOf(row)], ["data set", "endpoint"]),
        ]
      : []),
    controls.length > 0
      ? `Controls:\n${table(controls, (row) => [whatOf.get(row) ?? "", labelOf(row)], ["control", "endpoint"])}`
      : "No control was run.",
  ].join("\n\n");
}

/** An endpoint as a reader knows it, with its group of songs. */
export function labelOf({ key, endpoint }: Pick<Difference, "key" | "endpoint">): string {
  const group = key.split(".")[1];
  const songs = group === "unseen" ? ", unseen pairs" : group === "differs" ? ", lyrics and music differ" : "";
  return `${endpoint.label}${songs}`;
}

function cells({ test, endpoint, replicates, corrected, detectable }: Difference): string[] {
  if (!test) return ["–", String(replicates), "–", "–", "–"];
  const p = (value: number) => value.toFixed(3);
  return [interval(test, endpoint), String(replicates), p(test.p), p(corrected ?? 1), size(detectable ?? Number.NaN, endpoint)];
}

/** What is said of a primary endpoint: a line with the verdict, then lines with its numbers. */
export function primaryText(one: PrimaryVerdict): string {
  const { endpoint, test, replicates, corrected, detectable, music, equivalence, outcome, negligible } = one;
  const name = `${endpoint.label} (${endpoint.better} is better)`;
  if (!test) return `${name}: cannot tell. From ${counted(replicates, "replicate")} nothing is known of how replicates differ.`;
  const share = `${Math.round(100 * NEGLIGIBLE)} %`;
  const margin = equivalence && size(equivalence.margin, endpoint);
  const bought = music
    ? `The music buys ${interval(music, endpoint)} (BART-fusion − BART); ${share} of it is ${margin}.`
    : "What the music buys is not known: BART was not run.";
  const inner = equivalence
    ? ` 90 % interval [${signed(equivalence.difference.low, endpoint)}, ${signed(equivalence.difference.high, endpoint)}], equivalence ${chance(equivalence.p)}.`
    : "";
  const said = {
    better: `ALCAP is better${negligible ? `, by less than ${share} of what the music buys` : ""}.`,
    worse: `ALCAP is worse${negligible ? `, by less than ${share} of what the music buys` : ""}.`,
    "no difference": `No difference: the 90 % interval lies inside ± ${share} of what the music buys.`,
    "cannot tell": `Cannot tell: this design shows a difference of ${size(detectable ?? Number.NaN, endpoint)} ${inUnit(endpoint)} with 80 % power.`,
  }[outcome];
  return [
    `${name}: ${said}`,
    `  ${interval(test, endpoint)} ${inUnit(endpoint)}, 95 % interval over ${counted(replicates, "replicate")}, ${chance(test.p)}, ${chance(corrected ?? 1)} for both endpoints together; songs explain ${Math.round(100 * test.songs)} % of the replicates' variance.`,
    `  ${bought}${inner} Detectable with 80 % power: ${size(detectable ?? Number.NaN, endpoint)}.`,
  ].join("\n");
}
