import { moodNames, names, places, playingChances, themeNames } from "../../data/songbook";
import { AlcapError } from "../../errors";

/** What a captioner has before it. */
export const sights = ["nothing", "lyrics", "music", "both"] as const;
export type Sees = (typeof sights)[number];

/** The facts of a song that a caption can name. */
export type Fact = "theme" | "mood" | "instrument" | "detail";

/**
 * The best accuracy that any captioner can reach in naming each fact of a Songbook song once in every caption, as `factScores` counts
 * it, given what it sees. Exact; ρ is the agreement.
 *
 * - **theme**, one of T drawn uniformly, decides the verses and nothing of the music: 1 with the lyrics, else `1/T`.
 * - **mood** of the music, one of n drawn uniformly: see {@link bayesMoodAccuracy}.
 * - **instrument**: any one that plays counts. Before a note is heard the best guess is the likeliest one to play,
 *   `max_i (1/n) Σ_m P(i | m)`. The lyrics' mood m' tells a little of the music's, `P(m | m') = ρ [m = m'] + (1 − ρ)/n`, so from the
 *   lyrics it is `(1/n) Σ_m' max_i Σ_m P(m | m') P(i | m)`, with `P(i | m)` from {@link playingChances}. With the music 1.
 * - **detail**, a name or a place with a chance of ½ each, drawn uniformly within its kind: 1 with the lyrics, which say it, else
 *   `½ / min(names, places)`.
 *
 * With the music, mood and instrument are upper bounds: a soft player can be lost, and in a noisy performance two moods can be played
 * alike; `musicMoodBound` says how often.
 *
 * @param agreement ρ, 0..1
 * @throws AlcapError `usage` when ρ is out of range
 */
export function bayesFactAccuracy(agreement: number, sees: Sees): Readonly<Record<Fact, number>> {
  const reads = sees === "lyrics" || sees === "both";
  const hears = sees === "music" || sees === "both";
  return {
    theme: reads ? 1 : 1 / themeNames.length,
    mood: bayesMoodAccuracy(agreement, sees),
    instrument: hears ? 1 : guessedInstrument(reads ? agreement : 0),
    detail: reads ? 1 : 0.5 / Math.min(names.length, places.length),
  };
}

/**
 * The best accuracy any captioner can reach in naming the mood of the music.
 * From the lyrics alone: guess their mood, right with probability `ρ + (1 − ρ)/n`. With the music: 1, as the mood is a cause of
 * what is played; at high `noise` two moods can be played alike, and 1 is an upper bound (`musicMoodBound` is the exact one).
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

/** The mean over the lyrics' moods of the likeliest instrument's chance to play; at an agreement of 0 the lyrics say nothing. */
function guessedInstrument(agreement: number): number {
  const chances = moodNames.map(playingChances);
  const instruments = Object.keys(chances[0] ?? {}) as (keyof (typeof chances)[number])[];
  const best = moodNames.map((_, lyrics) =>
    Math.max(
      ...instruments.map((name) =>
        chances.reduce((sum, of, music) => {
          const posterior = (music === lyrics ? agreement : 0) + (1 - agreement) / moodNames.length;
          return sum + posterior * of[name];
        }, 0),
      ),
    ),
  );
  return best.reduce((a, b) => a + b) / best.length;
}

/** @throws AlcapError `usage` when ρ is not a number from 0 to 1 */
export function checkAgreement(agreement: number): void {
  if (!(agreement >= 0 && agreement <= 1)) {
    throw new AlcapError("usage", `The agreement of lyrics and music is ${agreement}.`, "Give a number from 0 to 1.");
  }
}
