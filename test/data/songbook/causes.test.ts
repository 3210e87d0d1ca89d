import assert from "node:assert/strict";
import { test } from "node:test";
import {
  isUnseen,
  makeSong,
  moodNames,
  planSong,
  type Song,
  type SongbookOptions,
  songCount,
  splitOf,
  TAGS,
  themeNames,
  unseenPairs,
} from "alcap/dist/data/songbook";
import { AlcapError } from "alcap/dist/errors";

const options: SongbookOptions = { seed: 7, songs: 3000, testSongs: 360, agreement: 0.5, noise: 0.3 };
const corpus: readonly Song[] = Array.from({ length: songCount(options) }, (_, i) => makeSong(options, i));

/** Whether a frequency lies within four standard deviations of a probability (one false alarm in 16,000). */
const near = (count: number, total: number, probability: number) =>
  Math.abs(count - total * probability) < 4 * Math.sqrt(total * probability * (1 - probability));

test("the same options give the same song, alone or among others; another seed gives another", () => {
  assert.deepEqual(makeSong(options, 1234), corpus[1234]);
  assert.deepEqual(makeSong({ ...options, songs: 100_000 }, 1234), corpus[1234]);
  assert.notDeepEqual(makeSong({ ...options, seed: 8 }, 1234).lyrics, corpus[1234]!.lyrics);
});

test("lyrics follow the music's mood as often as ρ asks, and else say any mood equally often", () => {
  for (const agreement of [0, 0.25, 0.5, 1]) {
    const songs = agreement === 0.5 ? corpus : corpus.map((_, i) => makeSong({ ...options, agreement }, i));
    const followed = songs.filter((song) => song.truth.followed).length;
    const equal = songs.filter((song) => song.truth.mood === song.truth.lyricsMood).length;
    assert.ok(agreement % 1 === 0 ? followed === agreement * songs.length : near(followed, songs.length, agreement));
    assert.ok(agreement === 1 ? equal === songs.length : near(equal, songs.length, agreement + (1 - agreement) / 6));
  }
  const free = corpus.filter((song) => !song.truth.followed);
  for (const mood of moodNames) {
    assert.ok(near(free.filter((song) => song.truth.lyricsMood === mood).length, free.length, 1 / 6), mood);
  }
});

test("raising ρ turns lyrics towards the music and leaves every other cause alone", () => {
  for (let i = 0; i < 60; i++) {
    const low = makeSong({ ...options, agreement: 0.2 }, i);
    const high = makeSong({ ...options, agreement: 0.7 }, i);
    assert.deepEqual(high.music, low.music);
    assert.equal(high.truth.theme, low.truth.theme);
    assert.deepEqual(high.truth.detail, low.truth.detail);
    if (low.truth.followed) assert.ok(high.truth.followed);
  }
});

test("themes and moods are evenly spread, and of test songs their pairs too; the pairs that training must not have it has not", () => {
  for (const theme of themeNames) {
    const songs = corpus.filter((song) => song.truth.theme === theme);
    assert.ok(near(songs.length, corpus.length, 1 / themeNames.length), theme);
    const test = songs.filter(({ split }) => split === "test");
    for (const mood of moodNames) assert.ok(near(test.filter(({ truth }) => truth.mood === mood).length, test.length, 1 / 6));
  }
  const open = corpus.filter(({ split }) => split !== "test");
  for (const mood of moodNames) assert.ok(near(open.filter(({ truth }) => truth.mood === mood).length, open.length, 1 / 6), mood);
  assert.ok(!open.some(({ truth }) => isUnseen(truth)));
  const unseen = corpus.filter(({ split, truth }) => split === "test" && isUnseen(truth)).length;
  assert.ok(near(unseen, options.testSongs, unseenPairs.length / (themeNames.length * moodNames.length)), `${unseen}`);
  assert.equal(new Set(unseenPairs.map(({ mood }) => mood)).size, 6);
  assert.equal(new Set(unseenPairs.map(({ theme }) => theme)).size, 6);
  assert.ok(near(corpus.filter((song) => song.truth.detail.kind === "name").length, corpus.length, 0.5));
});

test("no instrument, style or tempo belongs to one mood", () => {
  const moodsWith = (has: (song: Song) => boolean) => new Set(corpus.filter(has).map((song) => song.truth.mood)).size;
  for (const instrument of new Set(corpus.flatMap((song) => song.truth.instruments))) {
    assert.equal(
      moodsWith((song) => song.truth.instruments.includes(instrument)),
      6,
      instrument,
    );
  }
  for (const style of new Set(corpus.map((song) => song.truth.style))) {
    assert.ok(moodsWith((song) => song.truth.style === style) >= 4, style);
  }
  for (let tempo = 70; tempo < 150; tempo += 10) {
    assert.ok(moodsWith((song) => Math.abs(song.truth.tempo - tempo) < 10) >= 3, `${tempo} beats a minute`);
  }
});

test("of every 25 songs that are not test songs 23 train and 2 validate; songs and test songs stay the same in another size", () => {
  for (const seed of [1, 7]) {
    for (let block = 0; block < 40; block++) {
      const splits = Array.from({ length: 25 }, (_, i) => splitOf({ seed, songs: 1000 }, 25 * block + i));
      assert.equal(splits.filter((split) => split === "train").length, 23);
      assert.equal(splits.filter((split) => split === "validation").length, 2);
    }
  }
  assert.equal(new Set(corpus.map((song) => song.id)).size, corpus.length);
  assert.equal(corpus.filter(({ split }) => split === "test").length, options.testSongs);
  assert.deepEqual(makeSong({ ...options, songs: 60 }, 59), corpus[59]);
  assert.deepEqual(makeSong({ ...options, songs: 60, testSongs: 5 }, 63), corpus[options.songs + 3]);
});

test("there are 50 tags, each used, and a song's tags repeat its truth", () => {
  assert.equal(TAGS.length, 50);
  assert.equal(new Set(TAGS).size, 50);
  const used = new Set(corpus.flatMap((song) => song.tags));
  assert.deepEqual(
    TAGS.filter((tag) => !used.has(tag)),
    [],
  );
  for (const song of corpus.slice(0, 200)) {
    const { instruments, mood, mode, style } = song.truth;
    for (const tag of [...instruments, mood, mode, style]) assert.ok(song.tags.includes(tag), `${song.id} ${tag}`);
    assert.equal(song.tags.includes("vocal"), instruments.includes("choir") || song.music.singer);
  }
});

test("votes are rare and follow how true a kind of listener is; every song has a true interpretation, which test songs' listeners liked best", () => {
  for (const song of corpus) {
    assert.ok(song.interpretations.length >= 3 && song.interpretations.length <= 6);
    assert.ok(["expert", "casual"].includes(song.interpretations[0]!.listener));
    if (song.split !== "test") continue;
    const [first, ...others] = song.interpretations.map(({ votes }) => votes);
    assert.ok(first! > 0 && others.every((votes) => votes < first!), song.id);
  }
  const all = corpus.filter(({ split }) => split !== "test").flatMap((song) => song.interpretations);
  const share = (of: typeof all, has: (votes: number) => boolean) => of.filter(({ votes }) => has(votes)).length / of.length;
  const liked = (kind: string) =>
    share(
      all.filter(({ listener }) => listener === kind),
      (votes) => votes > 0,
    );
  assert.ok(Math.abs(share(all, (votes) => votes > 0) - 0.2) < 0.02, "a fifth, as the paper's 18 %");
  assert.ok(Math.abs(share(all, (votes) => votes >= 0) - 0.95) < 0.02, "as the paper's 95 %");
  assert.ok(liked("expert") > liked("casual") && liked("casual") > liked("vague") && liked("vague") > liked("troll"));
  const right = all.filter(({ listener }) => listener === "expert" || listener === "casual").length;
  assert.ok(right > 0.6 * all.length && right < 0.85 * all.length, `${right} of ${all.length}`);
});

test("options and indices out of range are usage errors", () => {
  const wrong: readonly [Partial<SongbookOptions>, number][] = [
    [{}, 3360],
    [{}, -1],
    [{}, 1.5],
    [{ agreement: 1.1 }, 0],
    [{ agreement: Number.NaN }, 0],
    [{ noise: -0.1 }, 0],
    [{ seed: 0.5 }, 0],
    [{ seed: -1 }, 0],
    [{ songs: 0 }, 0],
    [{ testSongs: -1 }, 0],
    [{ songs: Number.POSITIVE_INFINITY }, 0],
  ];
  for (const [change, index] of wrong) {
    assert.throws(
      () => makeSong({ ...options, ...change }, index),
      (error: unknown) => error instanceof AlcapError && error.code === "usage",
      JSON.stringify([change, index]),
    );
  }
});

test("a song turned into its own mood is the song; into another it keeps its seed and takes what that mood asks for", () => {
  const song = corpus[5] as Song;
  assert.deepEqual(planSong(options, 5, song.truth.mood), song.music);
  assert.deepEqual(planSong(options, 5), song.music);
  const other = moodNames.find((mood) => mood !== song.truth.mood);
  const turned = planSong(options, 5, other);
  assert.deepEqual([turned.seed, planSong(options, 5, other)], [song.music.seed, turned]);
  assert.notDeepEqual(turned.expression, song.music.expression);
});
