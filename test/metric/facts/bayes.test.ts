import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Instrument,
  makeSong,
  moodNames,
  names,
  places,
  playingChances,
  type Song,
  songCount,
  themeNames,
} from "alcap/dist/data/songbook";
import { AlcapError } from "alcap/dist/errors";
import { bayesFactAccuracy, bayesMoodAccuracy, type Fact, type Sees, sights } from "alcap/dist/metric/facts/bayes";
import { factScores } from "alcap/dist/metric/facts/facts";
import fc from "fast-check";

const songsAt = new Map<number, readonly Song[]>();
function songbook(agreement: number): readonly Song[] {
  const options = { seed: 5, songs: 3000, testSongs: 360, agreement, noise: 0.3 };
  const songs = songsAt.get(agreement) ?? Array.from({ length: songCount(options) }, (_, i) => makeSong(options, i));
  songsAt.set(agreement, songs);
  return songs;
}

const most = <T>(list: readonly T[], worth: (item: T) => number): T => list.reduce((a, b) => (worth(b) > worth(a) ? b : a));

const chances = moodNames.map(playingChances);

/** The instrument a captioner names that has read the lyrics' mood. */
function guess(song: Song, agreement: number): Instrument {
  const weight = (music: number) => (moodNames[music] === song.truth.lyricsMood ? agreement : 0) + (1 - agreement) / 6;
  return most(Object.keys(chances[0] ?? {}) as Instrument[], (name) =>
    chances.reduce((sum, of, music) => sum + weight(music) * of[name], 0),
  );
}

/** What the best captioner writes of a song, fact by fact, in words of the lexicon. */
function bestCaption(song: Song, agreement: number, sees: Sees): string {
  const { truth } = song;
  const reads = sees === "lyrics" || sees === "both";
  const hears = sees === "music" || sees === "both";
  const mood = hears ? truth.mood : reads ? truth.lyricsMood : "joyful";
  const moodWords = {
    joyful: "joyful",
    serene: "serene",
    melancholy: "sad",
    defiant: "defiant",
    tense: "tense",
    tender: "tender",
  };
  const instrument = hears ? truth.instruments[0] : guess(song, reads ? agreement : 0);
  return `${moodWords[mood]} ${instrument} ${reads ? truth.detail.text : names[0]}`;
}

for (const agreement of [0, 0.3, 0.8]) {
  for (const sees of sights) {
    test(`the best captioner that sees ${sees} names facts as often as Bayes says, ρ = ${agreement}`, () => {
      const songs = songbook(agreement);
      const bounds = bayesFactAccuracy(agreement, sees);
      for (const fact of ["mood", "instrument", "detail"] as const) {
        const right = songs.map((song) => Number(factScores(bestCaption(song, agreement, sees), song.truth)[fact]));
        const share = right.reduce((a, b) => a + b, 0) / songs.length;
        const deviation = Math.sqrt((bounds[fact] * (1 - bounds[fact])) / songs.length);
        assert.ok(Math.abs(share - bounds[fact]) <= 3.5 * deviation + 1e-12, `${fact}: ${share}, bound ${bounds[fact]}`);
      }
    });
  }
}

test("every instrument plays as often as its exact chance says, mood by mood", () => {
  for (const mood of moodNames) {
    const songs = songbook(0.3).filter(({ truth }) => truth.mood === mood);
    for (const [name, chance] of Object.entries(playingChances(mood))) {
      const share = songs.filter(({ truth }) => truth.instruments.includes(name as Instrument)).length / songs.length;
      const deviation = Math.sqrt((chance * (1 - chance)) / songs.length);
      assert.ok(Math.abs(share - chance) <= 4 * deviation + 1e-12, `${name} in ${mood} songs: ${share}, chance ${chance}`);
    }
  }
});

test("the theme is known from the lyrics, else one of all; the lyrics say theme and detail of every song", () => {
  for (const sees of ["lyrics", "both"] as const) assert.equal(bayesFactAccuracy(0.3, sees).theme, 1);
  for (const sees of ["nothing", "music"] as const) {
    assert.equal(bayesFactAccuracy(0.3, sees).theme, 1 / themeNames.length);
    assert.equal(bayesFactAccuracy(0.3, sees).detail, 0.5 / Math.min(names.length, places.length));
  }
  for (const { lyrics, truth } of songbook(0.3).slice(0, 300)) assert.ok(lyrics.includes(truth.detail.text));
});

test("agreement never hurts, and both are never worse than one", () => {
  const agreement = fc.double({ min: 0, max: 1, noNaN: true });
  const facts: readonly Fact[] = ["theme", "mood", "instrument", "detail"];
  fc.assert(
    fc.property(agreement, agreement, fc.constantFrom(...sights), (a, b, sees) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)].map((rho) => bayesFactAccuracy(rho, sees));
      for (const fact of facts) {
        assert.ok(low![fact] <= high![fact] + 1e-12, fact);
        assert.ok(bayesFactAccuracy(a, "nothing")[fact] <= bayesFactAccuracy(a, sees)[fact] + 1e-12, fact);
        assert.ok(bayesFactAccuracy(a, sees)[fact] <= bayesFactAccuracy(a, "both")[fact], fact);
      }
    }),
    { seed: 1, numRuns: 60 },
  );
  assert.equal(bayesMoodAccuracy(0, "lyrics"), 1 / 6);
  assert.equal(bayesMoodAccuracy(1, "lyrics"), 1);
  assert.equal(bayesMoodAccuracy(0.4, "lyrics"), 0.5);
});

test("an agreement outside 0..1 is a usage error", () => {
  for (const agreement of [-0.1, 1.1, Number.NaN])
    for (const call of [bayesFactAccuracy, bayesMoodAccuracy])
      assert.throws(
        () => call(agreement, "lyrics"),
        (error: unknown) => error instanceof AlcapError && error.code === "usage",
      );
});
