import assert from "node:assert/strict";
import { test } from "node:test";
import {
  instrumentForms,
  instrumentNames,
  makeSong,
  moodForms,
  moodNames,
  moods,
  type Song,
  themeForms,
  themeNames,
  themes,
} from "alcap/dist/data/songbook";
import { drawFrom } from "alcap/dist/data/songbook/draw";
import { adverb, articles, fill, gerund, past, sentences, thirdPerson, words } from "alcap/dist/data/songbook/english";
import { factScores, mentions } from "alcap/dist/metric/facts";

const corpora = [3, 7].map((seed) =>
  Array.from({ length: 500 }, (_, i) => makeSong({ seed, songs: 500, agreement: 0.5, noise: 0.3 }, i)),
);
const songs: readonly Song[] = corpora.flat();
const isTrue = (listener: string) => listener === "expert" || listener === "casual";

test("English bends: verbs, adverbs, articles, capitals", () => {
  assert.deepEqual(["make peace with", "worry about", "cherish", "cry"].map(thirdPerson), [
    "makes peace with",
    "worries about",
    "cherishes",
    "cries",
  ]);
  assert.deepEqual(["make peace with", "fret over", "cry", "embrace"].map(gerund), [
    "making peace with",
    "fretting over",
    "crying",
    "embracing",
  ]);
  assert.deepEqual(["weep over", "fret", "worry", "cherish", "dance"].map(past), [
    "wept over",
    "fretted",
    "worried",
    "cherished",
    "danced",
  ]);
  assert.deepEqual(["gentle", "happy", "calm", "fierce"].map(adverb), ["gently", "happily", "calmly", "fiercely"]);
  assert.equal(
    articles("a uneasy song, an dog, A hour and an united a old man"),
    "an uneasy song, a dog, An hour and a united an old man",
  );
  assert.equal(sentences("one. two! three? four"), "One. Two! Three? Four");
  assert.equal(fill("a {thing} [x|x]", { thing: () => "apple" }, drawFrom("test")), "an apple x");
  assert.throws(() => fill("{missing}", {}, drawFrom("test")), /missing/);
});

test("no word names two moods, themes or instruments", () => {
  const owner = new Map<string, string>();
  const claim = (name: string, forms: readonly string[]) => {
    for (const form of forms) {
      assert.equal(owner.get(form) ?? name, name, `"${form}" names ${name} and ${owner.get(form)}`);
      owner.set(form, name);
    }
  };
  for (const theme of themeNames) claim(`theme ${theme}`, themeForms(theme));
  for (const mood of moodNames) claim(`mood ${mood}`, moodForms(mood));
  for (const instrument of instrumentNames) claim(`instrument ${instrument}`, instrumentForms(instrument));
  assert.ok(owner.size > 400);
});

test("every stance with every object names exactly its mood and its theme", () => {
  for (const mood of moodNames) {
    for (const theme of themeNames) {
      for (const stance of moods[mood].stances) {
        for (const object of [...themes[theme].objects, ...themes[theme].topics]) {
          for (const form of [stance, thirdPerson(stance), gerund(stance), past(stance)]) {
            const named = mentions(`The song ${form} ${object}.`);
            assert.deepEqual([named.moods, named.themes, named.instruments], [[mood], [theme], []], `${form} ${object}`);
          }
        }
      }
    }
  }
});

test("every expert's and casual listener's interpretation scores right against its truth", () => {
  for (const song of songs) {
    for (const { text, listener } of song.interpretations.filter((comment) => isTrue(comment.listener))) {
      const scores = factScores(text, song.truth);
      assert.equal(scores.theme, 1, `${listener}: ${text}`);
      assert.equal(scores.mood, 1, `${listener}: ${text}`);
      assert.notEqual(scores.instrument, 0, `${listener}: ${text}`);
      assert.notEqual(scores.detail, 0, `${listener}: ${text}`);
      const length = words(text).length;
      assert.ok(length >= 20 && length <= 45, `${length} words: ${text}`);
    }
  }
});

test("trolls are wrong: what they say of theme or mood is not the truth", () => {
  for (const song of songs) {
    for (const { text } of song.interpretations.filter(({ listener }) => listener === "troll")) {
      const named = mentions(text.replace(/"[^"]*"/g, ""));
      assert.ok(!named.themes.includes(song.truth.theme), text);
      assert.ok(!named.moods.includes(song.truth.mood), text);
    }
  }
});

test("lyrics name their own mood, no other theme, and the detail; verses and choruses are laid out", () => {
  for (const song of songs) {
    const named = mentions(song.lyrics);
    assert.deepEqual(named.moods, [song.truth.lyricsMood], song.lyrics);
    assert.ok(
      named.themes.every((theme) => theme === song.truth.theme),
      song.lyrics,
    );
    assert.deepEqual(named.details, [song.truth.detail.text], song.lyrics);
    const parts = song.lyrics.split("\n\n");
    assert.equal(parts.length, 4);
    assert.equal(parts[1], parts[3]);
    const length = words(song.lyrics).length;
    assert.ok(length >= 50 && length <= 90, `${length} words`);
    assert.equal(new Set([parts[0], parts[1], parts[2]].join("\n").split("\n")).size, 9, song.lyrics);
  }
});

test("sentences are well formed", () => {
  for (const song of songs) {
    for (const line of song.lyrics.split("\n").filter((line) => line !== "")) assert.match(line, /^[A-Z][^[\]{}]*[a-zI]$/);
    for (const { text } of song.interpretations) {
      assert.match(text, /^["A-Z].*[.?!]$/, text);
      assert.doesNotMatch(text, / {2}|[{}[\]]|undefined|[.?!] [a-z]| [,.?!]/, text);
      assert.doesNotMatch(text, /\b(\w+) \1\b/i, text);
      assert.doesNotMatch(text, /\ba [aeio]|\ban [^aeiouh]/i, text);
    }
  }
});

test("no two interpretations are the same", () => {
  for (const corpus of corpora) {
    const texts = corpus.flatMap((song) => song.interpretations.map(({ text }) => text));
    assert.equal(new Set(texts).size, texts.length);
  }
});

test("400 songs use between 900 and 1,600 words", () => {
  const vocabulary = new Set<string>();
  for (const song of corpora[1]!.slice(0, 400)) {
    for (const word of words([song.lyrics, ...song.interpretations.map(({ text }) => text)].join(" "))) vocabulary.add(word);
  }
  assert.ok(vocabulary.size >= 900 && vocabulary.size <= 1600, `${vocabulary.size} words`);
});
