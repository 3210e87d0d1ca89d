import assert from "node:assert/strict";
import { test } from "node:test";
import { alignWords, meteor, meteorScorer } from "alcap/dist/metric/text/meteor";
import { porterStem } from "alcap/dist/metric/text/porter";
import { wordTokenize } from "alcap/dist/metric/text/word-tokenize";
import { loadWordNet, parseWordNet, type SynonymDictionary } from "alcap/dist/metric/text/wordnet";
import { readFixture } from "../fixtures";

interface Nltk {
  readonly stems: readonly (readonly [word: string, stem: string])[];
  readonly synonyms: readonly (readonly [word: string, synonyms: readonly string[]])[];
  readonly tokens: readonly (readonly [text: string, tokens: readonly string[]])[];
}

const nltk = readFixture<Nltk>("nltk.json");
const wordNet = loadWordNet();
const noSynonyms: SynonymDictionary = { synonyms: () => [] };

test("stems equal NLTK's", () => {
  for (const [word, stem] of nltk.stems) assert.equal(porterStem(word), stem, word);
});

test("synonyms equal NLTK's", () => {
  for (const [word, synonyms] of nltk.synonyms) assert.deepEqual([...wordNet.synonyms(word)].sort(), synonyms, word);
});

test("tokens equal NLTK's", () => {
  for (const [text, tokens] of nltk.tokens) assert.deepEqual(wordTokenize(text), tokens, JSON.stringify(text));
});

test("worked by hand: one chunk of three, one word unmatched", () => {
  const score = meteor("the sad song", "the sad song ends", noSynonyms);
  const mean = (1 * 0.75) / (0.9 * 1 + 0.1 * 0.75);
  assert.ok(Math.abs(score - mean * (1 - 0.5 * (1 / 3) ** 3)) < 1e-15);
});

test("words pair up exactly first, then by stem, then by synonym, the last free one first", () => {
  assert.deepEqual([...alignWords(["a", "a"], ["a", "b", "a"], noSynonyms)], [0, 2]);
  assert.deepEqual([...alignWords(["songs", "song"], ["song", "singing"], noSynonyms)], [-1, 0]);
  assert.deepEqual([...alignWords(["songs"], ["song"], noSynonyms)], [0]);
  assert.deepEqual([...alignWords(["auto"], ["car"], wordNet)], [0]);
  assert.deepEqual([...alignWords(["auto"], ["car"], noSynonyms)], [-1]);
  // Synonyms, but NLTK looks up stems, and "warfar" is in no dictionary.
  assert.deepEqual([...alignWords(["warfare"], ["war"], wordNet)], [-1]);
});

test("a scorer gives each pair the same score whatever it has scored before", () => {
  const score = meteorScorer(wordNet);
  const texts = nltk.tokens.map(([, tokens]) => tokens).concat(nltk.stems.slice(0, 60).map(([a, b]) => [a, b, "song"]));
  const pairs = texts.map((text, i) => [text, texts[(i * 31 + 7) % texts.length]!] as const);
  const first = pairs.map(([a, b]) => score(a, b));
  assert.deepEqual(
    first,
    pairs.map(([a, b]) => meteorScorer(wordNet)(a, b)),
  );
  assert.deepEqual(
    first.reverse(),
    pairs.reverse().map(([a, b]) => score(a, b)),
  );
});

test("a prediction without words or without matches scores 0", () => {
  for (const [prediction, reference] of [
    ["", ""],
    ["", "war"],
    ["war", ""],
    ["joy", "war"],
  ] as const) {
    assert.equal(meteor(prediction, reference, wordNet), 0);
  }
});

test("16,000-token texts and words of 100,000 letters are scored", () => {
  const words = [...new Set(nltk.stems.map(([word]) => word))].filter(Boolean);
  const many = Array.from({ length: 16_000 }, (_, i) => words[(i * i + i) % words.length]!);
  const others = Array.from({ length: 16_000 }, (_, i) => words[(i * 7) % words.length]!);
  assert.ok(meteorScorer(wordNet)(many, others) > 0);
  const long = "s".repeat(100_000);
  assert.ok(meteor(`${long} sings. ${" ".repeat(100_000)}x`, `${long.slice(1)} song`, wordNet) >= 0);
});

test("an index that is cut off is refused", () => {
  assert.throws(() => parseWordNet("# synsets noun\nwar warfare", "cut.txt"), { name: "AlcapError", code: "data" });
  assert.throws(() => loadWordNet("/nowhere/wordnet.txt"), /missing.*scripts\/wordnet\/build\.mjs/);
});
