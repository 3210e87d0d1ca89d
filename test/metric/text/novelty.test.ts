import assert from "node:assert/strict";
import { test } from "node:test";
import { novelty, noveltyAgainst } from "alcap/dist/metric/text/novelty";
import fc from "fast-check";

const word = fc.constantFrom("a", "sad", "song", "about", "the", "sea", "and", "rain");
const sentence = fc.array(word, { maxLength: 12 }).map((list) => list.join(" "));

/** The same by the definition: each pair of texts by itself. */
function slowly(text: string, others: readonly string[]): number {
  const list = text === "" ? [] : text.split(" ");
  const fractions = others.map((other) => {
    const left = other.split(" ");
    const missing = list.filter((one) => {
      const at = left.indexOf(one);
      if (at >= 0) left.splice(at, 1);
      return at < 0;
    });
    return missing.length / list.length;
  });
  return list.length === 0 || others.length === 0 ? 1 : Math.min(...fractions);
}

test("novelty counts words as often as they occur, whatever their case and punctuation", () => {
  assert.equal(novelty("The sea, the sea!", ["By the sea."]), 0.5);
  assert.equal(novelty("The sea, the sea!", ["THE SEA and the sea"]), 0);
  assert.equal(novelty("A quiet song", ["nothing", "a song"]), 1 - 2 / 3);
  assert.equal(novelty("one two", []), 1);
  assert.equal(novelty("", ["one"]), 1);
});

test("the index agrees with comparing pair by pair", () => {
  fc.assert(
    fc.property(sentence, fc.array(sentence, { maxLength: 8 }), (text, others) => {
      assert.ok(Math.abs(novelty(text, others) - slowly(text, others)) < 1e-12);
    }),
    { seed: 2022 },
  );
});

test("more texts to compare with never make a text more novel, and one among them has none", () => {
  fc.assert(
    fc.property(sentence, fc.array(sentence, { minLength: 1, maxLength: 8 }), (text, others) => {
      assert.ok(noveltyAgainst(others)(text) <= noveltyAgainst(others.slice(1))(text));
      if (text !== "") assert.equal(novelty(text, [...others, text]), 0);
    }),
    { seed: 2023 },
  );
});
