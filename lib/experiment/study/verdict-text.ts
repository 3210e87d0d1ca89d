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

/** Differences that were corrected together, with what names each beside its endpoint. */
export interface VerdictTable {
  readonly title: string;
  /** What the names are. */
  readonly names: "data set" | "control";
  readonly rows: readonly { readonly name: string; readonly endpoint: string; readonly one: Difference }[];
}

/** The tables of a verdict beside its primary endpoints; one without rows is left out. */
export function verdictTables({ secondary, controls }: Pick<Verdict, "secondary" | "controls">): VerdictTable[] {
  const endpoint = labelOf;
  const tables: VerdictTable[] = [
    {
      title: "Secondary endpoints, corrected together",
      names: "data set",
      rows: secondary.map((one) => ({ name: one.dataSet, endpoint: endpoint(one), one })),
    },
    {
      title: "Controls, corrected together",
      names: "control",
      rows: controls.map((one) => ({ name: one.what, endpoint: endpoint(one), one })),
    },
  ];
  return tables.filter(({ rows }) => rows.length > 0);
}

/** What is said where the tables of a verdict have no controls. */
export const NO_CONTROL = "No control was run.";

/** The verdict in words and tables: the same words in both directions. */
export function verdictText(found: Verdict): string {
  const { dataSet, weight, primary, controls } = found;
  const table = ({ title, names, rows }: VerdictTable) => {
    const head = [names, "endpoint", "difference [95 %]", "replicates", "p", "corrected", "detectable"];
    return `${title}:\n${inColumns([head, ...rows.map(({ name, endpoint, one }) => [name, endpoint, ...cells(one)])])}`;
  };
  return [
    `ALCAP − BART-fusion on ${dataSet}, λ = ${weight}`,
    ...primary.map(primaryText),
    ...verdictTables(found).map(table),
    ...(controls.length === 0 ? [NO_CONTROL] : []),
  ].join("\n\n");
}

/** A difference in numbers of a size to be read: points of percent, or thousandths of a nat a token. */
export function inReadableUnits({ endpoint, test, detectable }: Difference): {
  readonly unit: string;
  readonly difference: Interval | null;
  readonly detectable: number | null;
} {
  const nats = endpoint.unit === "nats";
  const scale = nats ? 1000 : 100;
  return {
    unit: nats ? "nats/1000 a token" : "points",
    difference: test && { mean: scale * test.mean, low: scale * test.low, high: scale * test.high },
    detectable: detectable && scale * detectable,
  };
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

/** What is said of a primary endpoint in one text: a line with the verdict, then lines with its numbers. */
export function primaryText(one: PrimaryVerdict): string {
  const { said, numbers } = primaryWords(one);
  return [said, ...numbers.map((line) => `  ${line}`)].join("\n");
}

/** What is said of a primary endpoint, and its numbers in words. */
export function primaryWords(one: PrimaryVerdict): { readonly said: string; readonly numbers: readonly string[] } {
  const { endpoint, test, replicates, corrected, detectable, music, equivalence, outcome, negligible } = one;
  const name = `${endpoint.label} (${endpoint.better} is better)`;
  if (!test)
    return {
      said: `${name}: cannot tell. From ${counted(replicates, "replicate")} nothing is known of how replicates differ.`,
      numbers: [],
    };
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
  const numbers = [
    `${interval(test, endpoint)} ${inUnit(endpoint)}, 95 % interval over ${counted(replicates, "replicate")}, ${chance(test.p)}, ${chance(corrected ?? 1)} for both endpoints together; songs explain ${Math.round(100 * test.songs)} % of the replicates' variance.`,
    `${bought}${inner} Detectable with 80 % power: ${size(detectable ?? Number.NaN, endpoint)}.`,
  ];
  return { said: `${name}: ${said}`, numbers };
}
