import { type Mood, moodLogLikelihood, moodNames, type Song } from "../../data/songbook";
import { bootstrapInterval, type Interval } from "../certainty";
import type { Sees } from "./bayes";

/** What of a song decides it: its plan, its lyrics' mood and the corpus's agreement. */
export type Played = Pick<Song, "music" | "truth">;

/**
 * What anyone could know of a song's mood who sees its whole score and manner of playing: Bayes' rule over the generator's own
 * chances, `P(m | plan) ∝ P(m) P(plan | m)`, exact. Before it the mood is uniform; who reads the lyrics too starts from
 * `P(m | m') = ρ [m = m'] + (1 − ρ)/n`. The sound is made of the plan alone, so nobody can know more from the sound than this.
 *
 * @param noise 0..1, the corpus's
 */
export function moodPosterior(
  { music, truth: { agreement, lyricsMood } }: Played,
  noise: number,
  sees: Extract<Sees, "music" | "both">,
): Readonly<Record<Mood, number>> {
  const rho = sees === "both" ? agreement : 0;
  const logs = moodNames.map((mood) => {
    const prior = (mood === lyricsMood ? rho : 0) + (1 - rho) / moodNames.length;
    return Math.log(prior) + moodLogLikelihood(music, mood, noise);
  });
  const top = Math.max(...logs);
  const weights = logs.map((log) => Math.exp(log - top));
  const total = weights.reduce((a, b) => a + b, 0);
  return Object.fromEntries(moodNames.map((mood, i) => [mood, weights[i]! / total])) as Record<Mood, number>;
}

/**
 * The best accuracy of naming the mood from the music (or from music and lyrics): the mean over songs of the likeliest mood's exact probability,
 * with its 95 % interval over songs. {@link bayesMoodAccuracy} gives 1; this says how far below 1 the overlap of moods puts it.
 *
 * @param noise 0..1, the corpus's
 */
export function musicMoodBound(songs: readonly Played[], noise: number, sees: Extract<Sees, "music" | "both">): Interval {
  const best = songs.map((song) => Math.max(...Object.values(moodPosterior(song, noise, sees))));
  return bootstrapInterval(best, { seed: `heard/${sees}` });
}
