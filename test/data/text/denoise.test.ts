import assert from "node:assert/strict";
import { test } from "node:test";
import { bartNoise, denoisingPair, infill, permuteSentences, poisson } from "alcap/dist/data/text/denoise";
import { loadTokeniser, trainBpe } from "alcap/dist/data/text/tokeniser";
import fc from "fast-check";
import seedrandom from "seedrandom";

const MASK = 4;
const noise = { share: 0.3, spanMean: 3 };
const body = (n: number) => Int32Array.from({ length: n + 2 }, (_, i) => (i === 0 ? 0 : i === n + 1 ? 2 : 99 + i));

test("infilling hides exactly the share, keeps the rest in order, and no two masks touch", () =>
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 200 }), fc.string(), (n, seed) => {
      const out = infill(body(n), MASK, noise, seedrandom(seed));
      const kept = [...out].filter((id) => id !== MASK);
      assert.equal(kept.length, n + 2 - Math.round(0.3 * n));
      assert.ok(kept.every((id, i) => i === 0 || i === kept.length - 1 || id > (kept[i - 1] ?? 0)));
      assert.deepEqual([out[0], out.at(-1)], [0, 2]);
      if (n >= 20)
        assert.ok(
          out.every((id, i) => id !== MASK || out[i + 1] !== MASK),
          String(out),
        );
    }),
    { seed: 11, numRuns: 300 },
  ));

test("a span of 0 inserts a mask; everything masked is masks alone", () => {
  const inserted = infill(body(4), MASK, { share: 0.25, spanMean: 0.001 }, seedrandom("one"));
  assert.ok([...inserted].filter((id) => id === MASK).length > 1);
  assert.ok([...infill(body(9), MASK, { share: 1, spanMean: 3 }, seedrandom("all"))].slice(1, -1).every((id) => id === MASK));
});

test("span lengths are Poisson: mean and variance 3, a twentieth of them 0", () => {
  const uniform = seedrandom("poisson");
  const drawn = Array.from({ length: 20_000 }, () => poisson(3, uniform));
  const mean = drawn.reduce((a, b) => a + b) / drawn.length;
  const variance = drawn.reduce((sum, x) => sum + (x - mean) ** 2, 0) / drawn.length;
  const zeros = drawn.filter((x) => x === 0).length / drawn.length;
  assert.ok(Math.abs(mean - 3) < 0.05 && Math.abs(variance - 3) < 0.15 && Math.abs(zeros - Math.exp(-3)) < 0.006);
});

test("sentences and lines change places and stay whole", () => {
  const text = "One here. Two there! Three?\nA line without end\nFour...";
  const orders = new Set<string>();
  for (let seed = 0; seed < 40; seed++) {
    const permuted = permuteSentences(text, seedrandom(String(seed)));
    orders.add(permuted);
    for (const sentence of ["One here.", "Two there!", "Three?", "A line without end", "Four..."])
      assert.ok(permuted.includes(sentence));
    assert.equal(permuted.length, text.length);
  }
  assert.ok(orders.size > 25);
});

test("a pair is the same for a seed, another for another, and cut before it is noised", () => {
  const text = "The rain falls on the river. The river runs to the sea. Nobody asks why.";
  const tokeniser = loadTokeniser(trainBpe([text], { vocabSize: 300 }));
  const pair = (seed: string, maxLength = 64) => denoisingPair(text, tokeniser, bartNoise, maxLength, seed);
  assert.deepEqual(pair("a"), pair("a"));
  assert.notDeepEqual(pair("a").noisy, pair("b").noisy);
  assert.deepEqual(pair("a").clean, tokeniser.encode(text));
  const short = pair("a", 12);
  assert.equal(short.clean.length, 12);
  const known = new Set(short.clean);
  assert.ok(short.noisy.length <= 12 && [...short.noisy].filter((id) => id !== tokeniser.mask && !known.has(id)).length <= 1);
});
