import assert from "node:assert/strict";
import { test } from "node:test";
import { mostCollected } from "alcap/dist/data/corpus";
import {
  makePlaylist,
  makeSong,
  moodNames,
  type PlaylistOptions,
  playlistPairing,
  playlistsOfWindow,
  playlistWindows,
  reviewWords,
  type SongbookPlaylist,
  songCount,
  songId,
  splitOf,
  themeNames,
} from "alcap/dist/data/songbook";
import { words } from "alcap/dist/data/songbook/english";
import { playlistFrames } from "alcap/dist/data/songbook/words/frames/playlists";
import { AlcapError } from "alcap/dist/errors";
import { mentions } from "alcap/dist/metric/facts/facts";

const options: PlaylistOptions = { seed: 7, songs: 2000, testSongs: 240, agreement: 0.3, noise: 0.3 };
const allOf = (given: PlaylistOptions): SongbookPlaylist[] =>
  Array.from({ length: playlistWindows(given) }, (_, window) => playlistsOfWindow(given, window)).flat();
const playlists = allOf(options);

/** Whether a frequency lies within four standard deviations of a probability. */
const near = (hits: readonly boolean[], probability: number) =>
  Math.abs(hits.filter(Boolean).length - hits.length * probability) <
  4 * Math.sqrt(hits.length * probability * (1 - probability)) + 1e-9;

test("a playlist is the same alone or among others, in a small or a large corpus; another seed gives another", () => {
  assert.equal(playlists.length, songCount(options), "as many playlists as songs");
  for (const p of [0, 57, 1234, 1999]) {
    assert.deepEqual(makePlaylist(options, p), playlists[p]);
    assert.deepEqual(makePlaylist({ ...options, songs: 100_000 }, p), playlists[p]);
    assert.deepEqual(makePlaylist({ ...options, agreement: 0.9, noise: 0 }, p).concept, playlists[p]?.concept);
  }
  assert.notEqual(makePlaylist({ ...options, seed: 8 }, 3).review, playlists[3]?.review);
});

test("the most collected song stands for its playlist, and the split is that song's", () => {
  const collected = new Map<string, number>();
  for (const { song, collected: times } of playlists) {
    assert.equal(collected.get(song) ?? times, times, `${song} has one popularity`);
    collected.set(song, times);
  }
  for (const playlist of playlists) {
    const ids = playlist.songs.map((index) => songId(options, index));
    assert.equal(new Set(ids).size, ids.length);
    assert.ok(playlist.songs.includes(playlist.standing));
    assert.equal(playlist.song, songId(options, playlist.standing));
    assert.equal(playlist.split, splitOf(options, playlist.standing));
    // Songs that never stand have no known popularity: they count as the least collected.
    assert.equal(mostCollected(ids, collected), playlist.song);
  }
  assert.ok(new Set(playlists.map(({ song }) => song)).size > 0.3 * options.songs, "many songs stand for a playlist");
});

test("the standing song shares a mood or a theme as often as the pairing says", () => {
  for (const pairing of [0, playlistPairing, 1]) {
    const made = pairing === playlistPairing ? playlists : allOf({ ...options, songs: 1000, pairing });
    const hits = (aspect: "mood" | "theme") => made.flatMap(({ matches }) => matches[aspect] ?? []);
    assert.ok(near(hits("mood"), pairing + (1 - pairing) / moodNames.length), `mood at ${pairing}`);
    assert.ok(near(hits("theme"), pairing + (1 - pairing) / themeNames.length), `theme at ${pairing}`);
    for (const { concept, matches, standing } of made.slice(0, 100)) {
      const { truth } = makeSong(options, standing);
      assert.deepEqual(Object.keys(matches), Object.keys(concept));
      for (const aspect of ["mood", "theme", "style"] as const)
        if (concept[aspect]) assert.equal(matches[aspect], truth[aspect] === concept[aspect]);
    }
  }
});

test("a playlist's songs suit its concept more often than chance", () => {
  const moods = playlists.flatMap(({ songs, standing, concept: { mood } }) =>
    mood ? songs.filter((index) => index !== standing).map((index) => makeSong(options, index).truth.mood === mood) : [],
  );
  assert.ok(moods.filter(Boolean).length > (2 / moodNames.length) * moods.length);
});

test("a review says its concept and no other mood, theme, instrument or detail", () => {
  for (const { review, concept } of playlists) {
    const named = mentions(review);
    assert.deepEqual(named.moods, concept.mood ? [concept.mood] : [], review);
    assert.deepEqual(named.themes, concept.theme ? [concept.theme] : [], review);
    assert.deepEqual([named.instruments, named.details], [[], []], review);
    if (concept.style) assert.ok(review.toLowerCase().includes(concept.style), review);
    const { length } = words(review);
    assert.ok(length >= reviewWords.fewest && length <= reviewWords.most, `${length} words: ${review}`);
    assert.match(review, /^[A-Z].*[.?!]$/, review);
    assert.doesNotMatch(review, / {2}|[{}[\]]|undefined|[.?!] [a-z]| [,.?!]/, review);
    assert.doesNotMatch(review, /\b(\w+) \1\b/i, review);
    assert.doesNotMatch(review, /\ba [aeio]|\ban [^aeiouh]/i, review);
  }
  assert.ok(new Set(playlists.map(({ review }) => review)).size > 0.95 * playlists.length);
});

test("there are at least 40 frames, each once, and none says a fact", () => {
  const { mood, theme, both } = playlistFrames;
  assert.ok(mood.length + theme.length + both.length >= 40);
  const frames = Object.values(playlistFrames).flat();
  assert.equal(new Set(frames).size, frames.length);
  for (const frame of frames) {
    const plain = frame.replace(/\{\w+\}/g, "").replace(/[[\]|]/g, " ");
    assert.deepEqual(mentions(plain), { themes: [], moods: [], instruments: [], details: [] }, frame);
  }
  for (const frame of mood) assert.doesNotMatch(frame, /\{topic\}/);
  for (const frame of theme) assert.doesNotMatch(frame, /\{(adj|noun)\}/);
  for (const frame of both) assert.match(frame, /\{topic\}.*\{(adj|noun)\}|\{(adj|noun)\}.*\{topic\}/);
});

test("the smallest corpus has a playlist; numbers and dials out of range are usage errors", () => {
  assert.deepEqual(makePlaylist({ ...options, songs: 1 }, 0).songs, [0]);
  assert.deepEqual(playlistsOfWindow({ ...options, songs: 130 }, 1).length, 30);
  assert.deepEqual(playlistsOfWindow({ ...options, songs: 130, testSongs: 0 }, 2), []);
  const wrong: readonly [Partial<PlaylistOptions>, number][] = [
    [{}, 2240],
    [{}, -1],
    [{}, 0.5],
    [{ pairing: 1.1 }, 0],
    [{ pairing: Number.NaN }, 0],
    [{ seed: -1 }, 0],
  ];
  for (const [change, p] of wrong)
    assert.throws(
      () => makePlaylist({ ...options, ...change }, p),
      (error: unknown) => error instanceof AlcapError && error.code === "usage",
      JSON.stringify([change, p]),
    );
});
