import seedrandom from "seedrandom";
import { moodNames } from "../data/songbook";
import { AlcapError } from "../errors";
import { checkAgreement } from "./bayes";
import { type Interval, quantile } from "./certainty";
import { mutualInformation } from "./information";

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
 * The same estimated from a joint table of counts, in nats: the plug-in estimate less its expected excess `(X − 1)(Y − 1) / 2N`
 * (Miller, 1955), with a 95 % interval from parametric bootstrap resamples of the table, moved by how far they are off on average
 * (basic bootstrap). Near independence an estimate, and the lower end of its interval, can fall below 0.
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
  const counts = table.flat();
  const samples = counts.reduce((sum, count) => sum + count, 0);
  const columns = table[0]?.length ?? 0;
  const excess = ((table.length - 1) * (columns - 1)) / (2 * samples);
  const draw = resampler(counts, seedrandom.alea(`${options.seed}/information`));
  const resampled = Float64Array.from({ length: options.resamples ?? 1000 }, () => {
    const again = draw();
    return mutualInformation(table.map((_, row) => again.slice(row * columns, (row + 1) * columns)));
  }).sort();
  const mean = plugIn - excess;
  // A corrected resample strays from the table as the corrected estimate strays from the truth.
  const spread = (at: number) => quantile(resampled, at) - excess - plugIn;
  return { mean, low: mean - spread(0.975), high: mean - spread(0.025) };
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
