import seedrandom from "seedrandom";
import { moodNames } from "../../data/songbook";
import { AlcapError } from "../../errors";
import { type Interval, quantile } from "../certainty";
import { mutualInformation } from "../information/information";
import { checkAgreement } from "./bayes";

/**
 * Exact mutual information between the mood of the lyrics and the mood of the music, in nats.
 * The music's mood M is uniform over n moods; the lyrics' mood is M with probability ρ, else uniform over all n. So
 * `I = ln n + a ln a + (n − 1) b ln b` with `a = ρ + (1 − ρ)/n` (equal) and `b = (1 − ρ)/n` (each other mood).
 *
 * @param agreement ρ, 0..1
 * @throws AlcapError `usage` when ρ is out of range
 */
export function moodInformation(agreement: number): number {
  checkAgreement(agreement);
  const n = moodNames.length;
  const other = (1 - agreement) / n;
  return Math.log(n) + entropyTerm(agreement + other) + (n - 1) * entropyTerm(other);
}

const entropyTerm = (probability: number) => (probability > 0 ? probability * Math.log(probability) : 0);

/**
 * The same estimated from a joint table of counts, in nats, after Miller and Madow (Miller, 1955): the plug-in estimate less its
 * expected excess, `(cells − rows − columns + 1) / 2N` with the cells, rows and columns that hold anything. The 95 % interval is a
 * basic bootstrap: resampled tables stray from the table as the table does from the truth. Near independence an estimate, and
 * the lower end of its interval, can fall below 0.
 *
 * @param table counts, `table[lyrics][music]`
 * @param options `seed` names the random generator; `resamples` (default 1,000)
 * @throws AlcapError `input` when the table is ragged or empty
 */
export function estimatedInformation(
  table: readonly (readonly number[])[],
  options: { readonly seed: number | string; readonly resamples?: number },
): Interval {
  const plugIn = mutualInformation(table);
  const mean = plugIn - expectedExcess(table);
  const columns = table[0]?.length ?? 0;
  const draw = resampler(table.flat(), seedrandom.alea(`${options.seed}/information`));
  const resampled = Float64Array.from({ length: options.resamples ?? 1000 }, () => {
    const cells = draw();
    const again = table.map((_, row) => cells.slice(row * columns, (row + 1) * columns));
    return mutualInformation(again) - expectedExcess(again);
  }).sort();
  return { mean, low: mean - (quantile(resampled, 0.975) - plugIn), high: mean - (quantile(resampled, 0.025) - plugIn) };
}

/** How much too large the plug-in estimate is on average, to first order in 1/N. */
function expectedExcess(table: readonly (readonly number[])[]): number {
  const rows = table.map((row) => row.reduce((a, b) => a + b, 0));
  const columns = (table[0] ?? []).map((_, column) => table.reduce((sum, row) => sum + row[column]!, 0));
  const filled = (counts: readonly number[]) => counts.filter((count) => count > 0).length;
  const samples = rows.reduce((a, b) => a + b, 0);
  return (filled(table.flat()) - filled(rows) - filled(columns) + 1) / (2 * samples);
}

/** Draws as many cells as there are counts, each with its share, and counts them. */
function resampler(counts: readonly number[], random: () => number): () => number[] {
  const cells = counts.flatMap((count, cell) => new Array<number>(count).fill(cell));
  if (cells.length === 0) throw new AlcapError("input", "The joint table holds no song.", "Count at least one.");
  return () => {
    const again = counts.map(() => 0);
    for (let i = 0; i < cells.length; i++) again[cells[Math.floor(random() * cells.length)]!]!++;
    return again;
  };
}
