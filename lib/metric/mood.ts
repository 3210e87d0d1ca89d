import { moodNames } from "../data/songbook";
import { AlcapError } from "../errors";

/**
 * Exact mutual information between the mood of the lyrics and the mood of the music, in nats.
 * The music's mood M is uniform over n moods; the lyrics' mood is M with probability ρ, else uniform over all n. So
 * `I = ln n + a ln a + (n - 1) b ln b` with `a = ρ + (1 - ρ)/n` (equal) and `b = (1 - ρ)/n` (each other mood).
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

/** What a captioner has before it. */
export type Sees = "nothing" | "lyrics" | "music" | "both";

/**
 * The best accuracy any captioner can reach in naming the mood of the music.
 * From the lyrics alone: guess their mood, right with probability `ρ + (1 - ρ)/n`. With the music: 1, as the mood is a cause of
 * what is played; at high `noise` two moods can sound alike, and 1 is an upper bound.
 *
 * @param agreement ρ, 0..1
 * @throws AlcapError `usage` when ρ is out of range
 */
export function bayesMoodAccuracy(agreement: number, sees: Sees): number {
  checkAgreement(agreement);
  const chance = 1 / moodNames.length;
  if (sees === "nothing") return chance;
  return sees === "lyrics" ? agreement + (1 - agreement) * chance : 1;
}

const entropyTerm = (probability: number) => (probability > 0 ? probability * Math.log(probability) : 0);

function checkAgreement(agreement: number): void {
  if (!(agreement >= 0 && agreement <= 1)) {
    throw new AlcapError("usage", `The agreement of lyrics and music is ${agreement}.`, "Give a number from 0 to 1.");
  }
}
