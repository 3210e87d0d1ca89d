import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { readWav } from "alcap/dist/data/audio/wav";
import { makeSong, moodNames, renderSong, songCount } from "alcap/dist/data/songbook";
import type { Tokeniser } from "alcap/dist/data/text/tokeniser";
import { songbookCorpus } from "alcap/dist/experiment/dataset/corpus";
import {
  allPlaylists,
  dataSetSizes,
  moodTable,
  playlistPairings,
  recordSongs,
  saidWithin,
  tagShares,
  testNovelty,
  turnDial,
  variedSongs,
  vocabularyGrowth,
  votesByListener,
} from "alcap/dist/experiment/dataset/corpus-facts";
import { dataSetNames } from "alcap/dist/experiment/preset/songbook";

const folder = mkdtempSync(path.join(tmpdir(), "alcap-facts-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const options = { seed: 7, songs: 150, testSongs: 18, agreement: 0.3, noise: 0.3 };
const songs = Array.from({ length: songCount(options) }, (_, i) => makeSong(options, i));

test("sizes are those of the corpora that are trained on", () => {
  const sizes = dataSetSizes(options, songs);
  for (const dataSet of dataSetNames) {
    const { rows } = songbookCorpus({ corpus: options, dataSet });
    assert.deepEqual(
      sizes[dataSet],
      { train: rows.train.length, validation: rows.validation.length, test: rows.test.length },
      dataSet,
    );
  }
});

test("pairings: standing songs share a review's theme, mood and style as often as the pairing says", () => {
  const pairings = playlistPairings(allPlaylists({ ...options, songs: 1500 }));
  assert.deepEqual(
    pairings.map(({ aspect }) => aspect),
    ["theme", "mood", "style"],
  );
  for (const { aspect, playlists, shared, chance } of pairings) {
    const deviation = Math.sqrt((chance * (1 - chance)) / playlists);
    assert.ok(Math.abs(shared.mean - chance) < 3.5 * deviation, `${aspect}: ${shared.mean}, by construction ${chance}`);
  }
});

test("votes: every interpretation is counted once, under its own listener and votes", () => {
  const { votes, counts } = votesByListener(songs);
  const all = songs.flatMap(({ interpretations }) => interpretations);
  assert.equal(
    counts.reduce((sum, { counts: own }) => sum + own.reduce((a, b) => a + b, 0), 0),
    all.length,
  );
  for (const { listener, counts: own } of counts)
    own.forEach((count, i) => {
      assert.equal(count, all.filter((one) => one.listener === listener && one.votes === votes[i]).length);
    });
});

test("facts within a cut: all of them where nothing is cut, none where everything is", () => {
  const spelled: Tokeniser = {
    ...{ vocabSize: 0x110000, bos: -1, eos: -1, pad: -1, unk: -1, mask: -1 },
    encode: (text, { maxLength = Number.POSITIVE_INFINITY } = {}) =>
      Int32Array.from([...text].slice(0, maxLength), (letter) => letter.codePointAt(0) ?? 0),
    decode: (ids) => String.fromCodePoint(...ids),
  };
  assert.deepEqual(saidWithin(spelled, songs, 100_000), { mood: 1, detail: 1 });
  assert.deepEqual(saidWithin(spelled, songs, 0), { mood: 0, detail: 0 });
  const half = saidWithin(spelled, songs, 250);
  assert.ok(half.detail > 0 && half.detail < 1);
});

test("tags, vocabulary: shares of songs, words that only grow and are those of all texts together", () => {
  for (const { tag, share } of tagShares(songs))
    assert.equal(share, songs.filter(({ tags }) => tags.includes(tag)).length / songs.length);
  const growth = vocabularyGrowth(songs);
  assert.ok(growth.every((count, i) => i === 0 || count >= growth[i - 1]!));
  const [last] = vocabularyGrowth([{ ...songs[0]!, lyrics: "It's a dog, a DOG", interpretations: [] }]);
  assert.equal(last, 3);
});

test("novelty: one number a test interpretation, 0 for one that was seen in training", () => {
  const [test] = songs.filter(({ split }) => split === "test");
  const seen = { ...songs.find(({ split }) => split === "train")!, interpretations: test!.interpretations };
  assert.deepEqual(
    testNovelty([test!, seen]).alone,
    test!.interpretations.map(() => 0),
  );
  const { alone: all, withOthers } = testNovelty(songs, [seen.interpretations[0]!.text]);
  assert.deepEqual(withOthers.slice(0, 1), [0]);
  assert.ok(withOthers.every((fraction, i) => fraction <= all[i]!));
  assert.equal(
    all.length,
    songs.filter(({ split }) => split === "test").flatMap(({ interpretations }) => interpretations).length,
  );
  assert.ok(all.every((fraction) => fraction >= 0 && fraction <= 1) && all.some((fraction) => fraction > 0.25));
});

test("the dial: the estimate covers the exact information at most settings, and music stays as it was", () => {
  const points = turnDial({ ...options, songs: 600 }, [0, 0.25, 0.5, 0.75, 1]);
  const covered = points.filter(({ exact, estimate }) => estimate.low <= exact + 1e-9 && exact <= estimate.high + 1e-9);
  assert.ok(covered.length >= 4);
  assert.equal(points.at(-1)?.equal, 1);
  const columns = (agreement: number) => {
    const table = moodTable({ ...options, agreement });
    return moodNames.map((_, music) => table.reduce((sum, row) => sum + row[music]!, 0));
  };
  assert.deepEqual(columns(0), columns(1));
});

test("songs to hear first: every mood, no song twice", () => {
  const heard = variedSongs(songs, 10);
  assert.equal(new Set(heard.map(({ id }) => id)).size, 10);
  assert.equal(new Set(heard.map(({ truth }) => truth.mood)).size, moodNames.length);
});

test("recordings hold what was played", () => {
  const [audio] = recordSongs(songs.slice(0, 1), folder);
  assert.deepEqual(audio, renderSong(songs[0]!.music));
  const { channels } = readWav(readFileSync(path.join(folder, `${songs[0]!.id}.wav`)), "song");
  assert.ok(channels[0]!.every((sample, i) => Math.abs(sample - audio![i]!) <= 1 / 32_000));
});
