import assert from "node:assert/strict";
import { test } from "node:test";
import { value } from "alcap/dist/engine";
import { controlled, deranged, otherSongs, withComments } from "alcap/dist/experiment/dataset/controls";
import { songbookCorpus } from "alcap/dist/experiment/dataset/corpus";
import { examplesOf } from "alcap/dist/experiment/dataset/examples";
import { heldRepresentations } from "alcap/dist/experiment/dataset/representations";
import { presetNamed } from "alcap/dist/experiment/preset/songbook";
import fc from "fast-check";

const preset = presetNamed("smoke");
const corpus = songbookCorpus(preset);
const music = heldRepresentations(
  new Map(corpus.songs.map(({ id }, i) => [id, value(Float32Array.of(i, i, i, i, i, i), [3, 2])])),
  "some",
);
const splitOf = new Map(corpus.songs.map(({ id, split }) => [id, split]));

test("a derangement leaves nothing in its place and loses nothing", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 40 }), fc.string(), (length, seed) => {
      const list = Array.from({ length }, (_, i) => i);
      const out = deranged(list, seed);
      assert.ok(out.every((one, i) => one !== i));
      assert.deepEqual(
        [...out].sort((a, b) => a - b),
        list,
      );
    }),
  );
});

test("other music is another song's of the same split, in its shape, each song's once", () => {
  const others = otherSongs(corpus);
  assert.ok([...others].every(([song, other]) => song !== other && splitOf.get(song) === splitOf.get(other)));
  assert.equal(new Set(others.values()).size, corpus.songs.length);
  const { of, width } = controlled(music, "other-music", corpus);
  for (const { id } of corpus.songs) {
    assert.equal(of(id), music.of(others.get(id) as string));
    assert.deepEqual(of(id).shape, music.of(id).shape);
  }
  assert.equal(width, music.width);
  assert.notDeepEqual([...otherSongs({ ...corpus, hash: "another" }).values()], [...others.values()]);
  const [one = assert.fail()] = corpus.songs;
  assert.throws(() => otherSongs({ hash: "", songs: [one] }), { code: "usage", message: /one song/ });
});

test("songs of one true mood have one code, songs of two moods two, in the music's shape", () => {
  const { of } = controlled(music, "true-mood", corpus);
  const moods = new Map<string, Set<string>>();
  for (const { id, truth } of corpus.songs) {
    const { data, shape } = of(id);
    assert.deepEqual(shape, music.of(id).shape);
    moods.set(truth.mood, (moods.get(truth.mood) ?? new Set()).add([...data].join()));
  }
  assert.ok(moods.size > 1);
  assert.ok([...moods.values()].every(({ size }) => size === 1));
  assert.equal(new Set([...moods.values()].flatMap((codes) => [...codes])).size, moods.size);
  const untold = { ...corpus, songs: corpus.songs.map(({ truth: _, ...song }) => song) };
  assert.throws(() => controlled(music, "true-mood", untold).of(corpus.songs[0]?.id ?? ""), {
    code: "usage",
    message: /true mood/,
  });
});

test("random pairs leave a song its own music and align its words with another's", () => {
  const tokeniser = { encode: () => Int32Array.of(0, 2) } as unknown as Parameters<typeof examplesOf>[0]["tokeniser"];
  const examples = examplesOf({ tokeniser, music: controlled(music, "random-pairs", corpus), preset }, corpus.rows.train);
  const { song, music: own, pairedMusic } = examples.of(0);
  assert.equal(own, music.of(song));
  assert.equal(pairedMusic, music.of(otherSongs(corpus).get(song) as string));
  const plain = examplesOf({ tokeniser, music: controlled(music, undefined, corpus), preset }, corpus.rows.train);
  assert.ok(!("pairedMusic" in plain.of(0)));
});

test("comments a song are its first training rows, under another name", () => {
  const one = withComments(corpus, 1);
  assert.deepEqual(
    one.rows.train,
    corpus.rows.train.filter(({ song }, i, all) => all.findIndex((row) => row.song === song) === i),
  );
  assert.ok(one.rows.train.length < corpus.rows.train.length);
  assert.deepEqual(one.rows.test, corpus.rows.test);
  assert.notEqual(one.hash, corpus.hash);
  assert.equal(withComments(corpus, undefined), corpus);
});
