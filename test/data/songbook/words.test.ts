import assert from "node:assert/strict";
import { test } from "node:test";
import {
  frameCounts,
  instrumentForms,
  instrumentNames,
  makeSong,
  moodForms,
  moodNames,
  moods,
  type Song,
  type Split,
  themeForms,
  themeNames,
  themes,
} from "alcap/dist/data/songbook";
import { drawFrom } from "alcap/dist/data/songbook/draw";
import { adverb, articles, fill, gerund, past, sentences, thirdPerson, words } from "alcap/dist/data/songbook/english";
import { lyricsWords } from "alcap/dist/data/songbook/lyrics";
import {
  autobiographicalFrames,
  casualFrames,
  expertFrames,
  offTopicFrames,
  times,
  trollFrames,
  vagueFrames,
} from "alcap/dist/data/songbook/words/frames/index";
import {
  nameLines,
  placeLines,
  sharedFigures,
  sharedLines,
  themeLines,
  titleFrames,
} from "alcap/dist/data/songbook/words/verses/index";
import { linesOfMood, moodLines } from "alcap/dist/data/songbook/words/verses/mood";
import { factScores, mentions } from "alcap/dist/metric/facts/facts";
import { noveltyAgainst } from "alcap/dist/metric/text/novelty";

const corpora = [3, 7].map((seed) =>
  Array.from({ length: 500 }, (_, i) => makeSong({ seed, songs: 500, testSongs: 60, agreement: 0.5, noise: 0.3 }, i)),
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

test("a comment that claims to know the song says theme and mood rightly, and no title", () => {
  for (const song of songs) {
    for (const { text, listener } of song.interpretations) {
      if (!["expert", "casual", "autobiographical"].includes(listener)) continue;
      const scores = factScores(text, song.truth);
      assert.deepEqual([scores.theme, scores.mood], [1, 1], `${listener}: ${text}`);
      assert.ok(scores.instrument !== 0 && scores.detail !== 0, text);
      assert.ok(!text.includes(`"${song.title}"`), text);
    }
  }
});

test("lyrics name their own mood at least twice, no other theme, and the detail; a chorus comes back", () => {
  for (const song of songs) {
    const named = mentions(song.lyrics);
    assert.deepEqual(named.moods, [song.truth.lyricsMood], song.lyrics);
    assert.ok(
      named.themes.every((theme) => theme === song.truth.theme),
      song.lyrics,
    );
    assert.deepEqual(named.details, [song.truth.detail.text], song.lyrics);
    const sayingMood = song.lyrics.split("\n").filter((line) => mentions(line).moods.length > 0);
    assert.ok(sayingMood.length >= 2, song.lyrics);
    const parts = song.lyrics.split("\n\n");
    assert.ok(parts.length >= 4 && parts.length <= 7);
    assert.ok(parts.slice(2).includes(parts[1]!), song.lyrics);
    const lines = [...new Set(parts)].join("\n").split("\n");
    assert.equal(new Set(lines).size, lines.length, song.lyrics);
  }
});

test("lyrics have 60 to 200 words, few above 115, and the mood and the detail are among the first 80", () => {
  const lengths = songs.map((song) => words(song.lyrics).length);
  assert.ok(Math.min(...lengths) >= lyricsWords.fewest && Math.max(...lengths) <= lyricsWords.most);
  assert.ok(lengths.filter((length) => length > 115).length < 0.08 * songs.length);
  for (const song of songs) {
    const start = mentions(song.lyrics.split(/\s+/).slice(0, 80).join(" "));
    assert.deepEqual([start.moods, start.details], [[song.truth.lyricsMood], [song.truth.detail.text]], song.lyrics);
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

test("at least 95 % of the test split's interpretations differ from each training one in a quarter of their words", () => {
  for (const corpus of corpora) {
    const texts = (split: Split) =>
      corpus.filter((song) => song.split === split).flatMap((song) => song.interpretations.map(({ text }) => text));
    const measure = noveltyAgainst(texts("train"));
    const novelties = texts("test").map(measure);
    assert.ok(novelties.filter((value) => value >= 0.25).length >= 0.95 * novelties.length);
  }
});

test("every kind of listener has at least 40 frames, none twice", () => {
  assert.ok(Object.values(frameCounts()).every((count) => count >= 40));
  for (const frames of [expertFrames, casualFrames, autobiographicalFrames, vagueFrames, offTopicFrames, trollFrames]) {
    const list = listsOf(frames);
    assert.equal(new Set(list).size, list.length);
  }
});

test("frames say no fact themselves; a reading and a listener's own story say theme and mood once each", () => {
  const without = (frame: string) => frame.replace(/\{\w+\}/g, ".");
  for (const frames of [expertFrames, casualFrames, autobiographicalFrames, vagueFrames, offTopicFrames, trollFrames, times]) {
    for (const frame of listsOf(frames)) {
      for (const text of everyChoice(without(frame))) {
        assert.deepEqual(mentions(text), { themes: [], moods: [], instruments: [], details: [] }, text);
      }
    }
  }
  for (const frame of [...expertFrames.reading, ...casualFrames.reading, ...autobiographicalFrames.first]) {
    for (const text of everyChoice(frame)) {
      assert.equal(text.match(/\{(object|topic)\}/g)?.length, 1, text);
      assert.equal(text.match(/\{(stands?|standing|adj|noun)\}/g)?.length, 1, text);
    }
  }
});

test("lines of a theme say no mood, no other theme and no instrument; lines of a mood say that mood", () => {
  for (const theme of themeNames) {
    for (const line of listsOf(themeLines[theme]).flatMap(everyChoice)) {
      const named = mentions(line);
      assert.deepEqual([named.moods, named.instruments, named.details], [[], [], []], line);
      assert.ok(
        named.themes.every((name) => name === theme),
        `${theme}: ${line}`,
      );
    }
  }
  for (const line of [...sharedLines, ...sharedFigures, ...nameLines, ...placeLines, ...moodLines, ...titleFrames]) {
    for (const text of everyChoice(line.replace(/\{\w+\}/g, "."))) {
      assert.deepEqual(mentions(text), { themes: [], moods: [], instruments: [], details: [] }, text);
    }
  }
  for (const mood of moodNames) {
    for (const line of linesOfMood[mood]) {
      assert.deepEqual(mentions(line), { themes: [], moods: [mood], instruments: [], details: [] }, line);
    }
  }
});

const listsOf = (frames: object) => (Object.values(frames) as (readonly string[])[]).flat();

/** A frame with each of its `[this|that]` chosen. */
function everyChoice(frame: string): string[] {
  const bracket = /\[([^\]]*)\]/.exec(frame);
  if (!bracket) return [frame];
  return bracket[1]!.split("|").flatMap((choice) => everyChoice(frame.replace(bracket[0], () => choice)));
}

test("1,000 songs use at least 2,300 words", () => {
  const vocabulary = new Set<string>();
  for (const song of songs) {
    for (const word of words([song.lyrics, ...song.interpretations.map(({ text }) => text)].join(" "))) vocabulary.add(word);
  }
  assert.ok(vocabulary.size >= 2300, `${vocabulary.size} words`);
});
