import assert from "node:assert/strict";
import { test } from "node:test";
import {
  compose,
  instrumentNames,
  type Mode,
  type MusicPlan,
  makeSong,
  modes,
  paceOf,
  paces,
  planSong,
  renderSong,
  type Style,
  songCount,
  soundFingerprint,
  styles,
  TAGS,
} from "alcap/dist/data/songbook";

const options = { seed: 7, songs: 1500, testSongs: 180, agreement: 0.3, noise: 0.3 };
const songs = Array.from({ length: songCount(options) }, (_, i) => makeSong(options, i));
const base: MusicPlan = { ...songs[0]!.music, looseness: 0, detune: 0, background: 0 };

/** Steps of a quarter beat at which the notes of a part begin, within the first bars. */
function onsets(plan: MusicPlan, part: number): number[] {
  const beat = 60 / plan.tempo;
  const starts = compose(plan).parts[part]!.notes.map(({ start }) => Math.round((4 * start) / beat));
  return [...new Set(starts)].sort((a, b) => a - b);
}

test("every tag is on at least 1 % and at most 60 % of the songs, and no two tags are on the same songs or on opposite ones", () => {
  const columns = TAGS.map((tag) => songs.map((song) => song.tags.includes(tag)));
  columns.forEach((column, i) => {
    const share = column.filter(Boolean).length / songs.length;
    assert.ok(share >= 0.01 && share <= 0.6, `${TAGS[i]} ${share}`);
    for (let j = 0; j < i; j++) {
      const same = column.filter((has, song) => has === columns[j]![song]).length / songs.length;
      assert.ok(same > 0.01 && same < 0.99, `${TAGS[i]} and ${TAGS[j]}: ${same}`);
    }
  });
});

test("every style, mode, pace and instrument is played, in at least 1 % of the songs each", () => {
  const atLeast = (has: (song: (typeof songs)[number]) => boolean, what: string) =>
    assert.ok(songs.filter(has).length >= 0.01 * songs.length, what);
  for (const style of styles) atLeast(({ music }) => music.style === style, style);
  for (const mode of modes) atLeast(({ music }) => music.mode === mode, mode);
  for (const pace of paces) atLeast(({ music }) => paceOf(music.tempo) === pace, pace);
  for (const name of instrumentNames) atLeast(({ truth }) => truth.instruments.includes(name), name);
});

test("tempos are 60 to 180 and keep off the borders between two words for tempo", () => {
  for (const { music } of songs) {
    assert.ok(Number.isInteger(music.tempo) && music.tempo >= 60 && music.tempo <= 180);
    assert.equal(paceOf(music.tempo - 3), paceOf(music.tempo + 3), `${music.tempo}`);
  }
});

test("a plan made alone is the plan of the whole song", () => {
  for (const index of [0, 17, 1499]) assert.deepEqual(planSong(options, index), songs[index]!.music);
});

test("lead and harmony are heard often: each begins a note in every stretch of five seconds", () => {
  for (const { id, music } of songs.slice(0, 200)) {
    for (const part of compose(music).parts.slice(0, 2)) {
      const starts = part.notes.map(({ start }) => start).filter((start) => start < 15);
      const pauses = [0, ...starts.sort((a, b) => a - b), 15].map((start, i, all) => start - (all[i - 1] ?? 0));
      assert.ok(Math.max(...pauses) < 5, `${id} ${part.instrument} ${Math.max(...pauses)} s`);
    }
  }
});

test("every style has a rhythm of its own in chords and bass", () => {
  const groove = (style: Style) => {
    const plan: MusicPlan = {
      ...base,
      style,
      beatsPerBar: style === "waltz" ? 3 : 4,
      tempo: 120,
      bass: true,
      singer: false,
      drums: 0,
    };
    return JSON.stringify([onsets({ ...plan, accompaniment: "strummed" }, 1), onsets(plan, 2)]);
  };
  assert.equal(new Set(styles.map(groove)).size, styles.length);
});

test("every mode is played in its own way: the same plan gives other notes", () => {
  const notes = (mode: Mode) => {
    const { parts } = compose({
      ...base,
      mode,
      style: "folk",
      tonic: 0,
      progression: [0],
      accompaniment: "strummed",
      tempo: 100,
    });
    return parts.map((part) => part.notes.length).join();
  };
  assert.ok(new Set(modes.map(notes)).size >= 4);
  const fastest = (mode: Mode) => {
    const { notes } = compose({ ...base, mode, style: "hymn", tempo: 80 }).parts[0]!;
    return Math.min(
      ...notes
        .slice(1)
        .map(({ start }, i) => start - notes[i]!.start)
        .filter((gap) => gap > 0.001),
    );
  };
  assert.ok(fastest("phrygian") < 0.12, "trills");
  assert.ok(fastest("major") > 0.3);
});

test("a singer is heard, and only where the plan has one", () => {
  for (const { music, tags } of songs.slice(0, 300)) {
    const sings = compose(music).parts.some(({ instrument }) => instrument === "voice");
    assert.equal(sings, music.singer);
    if (sings) assert.ok(tags.includes("vocal"));
  }
  const [without, sung] = [renderSong({ ...base, singer: false }), renderSong({ ...base, singer: true })];
  assert.ok(without.some((x, i) => Math.abs(x - sung[i]!) > 0.005));
});

test("the sound has one name on one machine", () => {
  assert.match(soundFingerprint(), /^[0-9a-f]{12}$/);
  assert.equal(soundFingerprint(), soundFingerprint());
});
