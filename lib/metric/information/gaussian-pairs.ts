import type { PairedVectors } from "./gaussian-critic";
import type { CriticScores } from "./information";

/** Standard normal numbers from uniform ones (Box and Muller). */
export function normalNumbers(random: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Vectors with independent noise of the deviation `sigma` on every number: codes whose information is finite. */
export function withNoise(vectors: readonly ArrayLike<number>[], sigma: number, random: () => number): Float64Array[] {
  const normal = normalNumbers(random);
  return vectors.map((vector) => Float64Array.from(vector, (entry) => entry + sigma * normal()));
}

/** Pairs of standard normal vectors whose dimensions correlate one by one at `rho`: `gaussianInformation(rho, dimensions)` nats. */
export function gaussianPairs(rho: number, dimensions: number, samples: number, random: () => number): PairedVectors {
  const normal = normalNumbers(random);
  const x = Array.from({ length: samples }, () => Float64Array.from({ length: dimensions }, normal));
  const y = x.map((vector) => vector.map((entry) => rho * entry + Math.sqrt(1 - rho * rho) * normal()));
  return { x, y };
}

/** The best critics of {@link gaussianPairs}, which know the truth: `ln p(y_j | x_i) − ln p(y_j)` and `ln p(y_j | x_i)`, the latter but for a constant. */
export function trueGaussianCritic(
  { x, y }: PairedVectors,
  rho: number,
): { readonly ratios: CriticScores; readonly conditionals: CriticScores } {
  const samples = x.length;
  const [ratios, conditionals] = [new Float64Array(samples * samples), new Float64Array(samples * samples)];
  const spread = 1 - rho * rho;
  for (let i = 0; i < samples; i++) {
    const given = Array.from(x[i]!, (entry) => rho * entry);
    for (let j = 0; j < samples; j++) {
      let [about, alone] = [0, 0];
      const target = y[j]!;
      for (let d = 0; d < given.length; d++) {
        about += (target[d]! - given[d]!) ** 2;
        alone += target[d]! ** 2;
      }
      conditionals[i * samples + j] = -about / (2 * spread);
      ratios[i * samples + j] = (alone - about / spread - given.length * Math.log(spread)) / 2;
    }
  }
  return { ratios: { scores: ratios, samples }, conditionals: { scores: conditionals, samples } };
}
