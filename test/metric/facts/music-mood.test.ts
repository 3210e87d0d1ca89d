import assert from "node:assert/strict";
import { test } from "node:test";
import { makeSong, moodLogLikelihood, moodNames, type Song } from "alcap/dist/data/songbook";
import { moodPosterior, musicMoodBound } from "alcap/dist/metric/facts/music-mood";

const songbook = (noise: number, songs = 1500): readonly Song[] =>
  Array.from({ length: songs }, (_, i) => makeSong({ seed: 11, songs, testSongs: 0, agreement: 0.3, noise }, i));

const likeliest = (posterior: Readonly<Record<string, number>>) =>
  Object.entries(posterior).reduce((a, b) => (b[1] > a[1] ? b : a));

for (const noise of [0.3, 1]) {
  const songs = songbook(noise);
  for (const sees of ["music", "both"] as const) {
    test(`who names the likeliest mood is right as often as the probabilities say: ${sees}, noise ${noise}`, () => {
      const best = songs.map((song) => likeliest(moodPosterior(song, noise, sees)));
      const said = best.reduce((sum, [, probability]) => sum + probability, 0) / songs.length;
      const right = best.filter(([mood], i) => mood === songs[i]!.truth.mood).length / songs.length;
      const variance = best.reduce((sum, [, p]) => sum + p * (1 - p), 0) / songs.length ** 2;
      assert.ok(Math.abs(said - right) <= 3.5 * Math.sqrt(variance) + 1e-9, `says ${said}, is right in ${right}`);
      assert.equal(musicMoodBound(songs, noise, sees).mean, said);
    });
  }
}

test("noise makes moods harder to tell, and lyrics then help", () => {
  const [clear, loud] = [0.3, 1].map((noise) => ({ noise, songs: songbook(noise, 400) }));
  assert.ok(musicMoodBound(clear!.songs, 0.3, "music").mean > musicMoodBound(loud!.songs, 1, "music").mean);
  assert.ok(musicMoodBound(loud!.songs, 1, "both").mean >= musicMoodBound(loud!.songs, 1, "music").mean);
});

test("the song's own mood is never impossible, and probabilities add up to 1", () => {
  for (const noise of [0, 0.3, 1]) {
    for (const song of songbook(noise, 200)) {
      assert.ok(Number.isFinite(moodLogLikelihood(song.music, song.truth.mood, noise)), song.id);
      const sum = moodNames.reduce((total, mood) => total + moodPosterior(song, noise, "music")[mood], 0);
      assert.ok(Math.abs(sum - 1) < 1e-9);
    }
  }
});
