import assert from "node:assert/strict";
import { test } from "node:test";
import { dotProduct, dotProducts, type NamedEncoder, unitVector } from "alcap/dist/metric/retrieval/encoder";
import { lsaEncoder } from "alcap/dist/metric/retrieval/lsa";
import { hitsAtK, querySentence, type RetrievalRow, retrieval } from "alcap/dist/metric/retrieval/retrieval";
import fc from "fast-check";

/** Encodes a text as the counts of its letters: the same text, the same vector. */
const letters: NamedEncoder = {
  name: "letters",
  encode: async (sentences) =>
    sentences.map((text) => {
      const counts = new Float32Array(26);
      for (const letter of text.toLowerCase().match(/[a-z]/g) ?? []) counts[letter.charCodeAt(0) - 97]!++;
      return counts;
    }),
};

test("dot products with all rows have the bits of one after another, whatever the number of rows", () => {
  const numbers = fc.float64Array({ minLength: 3, maxLength: 3, noNaN: true, noDefaultInfinity: true, min: -9, max: 9 });
  fc.assert(
    fc.property(numbers, fc.array(numbers, { maxLength: 11 }), (vector, rows) => {
      const found = new Float64Array(rows.length);
      dotProducts(vector, Float64Array.from(rows.flatMap((row) => [...row])), found);
      assert.deepEqual(
        [...found],
        rows.map((row) => dotProduct(vector, row)),
      );
    }),
  );
});

test("p@k and r@k of a ranking worked by hand", () => {
  const similarities = [0.9, 0.8, 0.7, 0.6, 0.5];
  assert.deepEqual(hitsAtK(similarities, [2], 2), { precision: 0, recall: 0 });
  assert.deepEqual(hitsAtK(similarities, [2], 4), { precision: 1 / 4, recall: 1 });
  assert.deepEqual(hitsAtK(similarities, [0, 2, 4], 3), { precision: 2 / 3, recall: 2 / 3 });
  assert.throws(() => hitsAtK(similarities, [], 3), { name: "AlcapError" });
});

test("equal captions share their chances: as good as the mean over all orders", () => {
  assert.deepEqual(hitsAtK([0.5, 0.5, 0.5, 0.5], [1], 1), { precision: 1 / 4, recall: 1 / 4 });
  assert.deepEqual(hitsAtK([0.9, 0.5, 0.5], [2], 2), { precision: 1 / 4, recall: 1 / 2 });
  assert.deepEqual(hitsAtK([0.9, 0.5, 0.5], [1, 2], 2), { precision: 1 / 2, recall: 1 / 2 });
});

test("with one relevant song r@k is k times p@k and grows with k", () => {
  const ranking = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(ranking, fc.nat(), (similarities, place) => {
      let before = 0;
      for (const k of [1, 5, 10, 20, 30]) {
        const { precision, recall } = hitsAtK(similarities, [place % similarities.length], k);
        assert.ok(Math.abs(recall - k * precision) < 1e-12 && recall >= before && recall <= 1);
        before = recall;
      }
    }),
    { seed: 5 },
  );
});

const words = ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet", "kilo", "lima"];
const rows: RetrievalRow[] = words.map((word, i) => ({ song: `s${i}`, interpretation: `${word}.`, caption: word }));

test("captions that equal the queries are found first", async () => {
  const { at, queries, captions, encoder } = await retrieval(rows, letters, { seed: 1, queries: "all", cutoffs: [1, 5] });
  assert.deepEqual({ queries, captions, encoder }, { queries: 12, captions: 12, encoder: "letters" });
  assert.deepEqual(at[0], { k: 1, precision: { mean: 1, low: 1, high: 1 }, recall: { mean: 1, low: 1, high: 1 } });
  assert.ok(Math.abs(at[1]!.precision.mean - 1 / 5) < 1e-12);
});

test("useless captions are found by chance", async () => {
  const same = rows.map((row) => ({ ...row, caption: "music" }));
  const { at } = await retrieval(same, letters, { seed: 1, queries: "all", cutoffs: [3] });
  assert.ok(Math.abs(at[0]!.recall.mean - 3 / 12) < 1e-12);
});

test("queries depend on the seed and never on the captions", async () => {
  const long = rows.map((row, i) => ({ ...row, interpretation: words.map((word) => `${word} ${i}!`).join(" ") }));
  const asked: string[][] = [];
  const listening: NamedEncoder = {
    name: "listening",
    encode: async (sentences) => {
      asked.push([...sentences]);
      return letters.encode(sentences);
    },
  };
  await retrieval(long, listening, { seed: 7, queries: 5 });
  await retrieval(
    long.map((row) => ({ ...row, caption: "other" })),
    listening,
    { seed: 7, queries: 5 },
  );
  await retrieval(long, listening, { seed: 8, queries: 5 });
  assert.equal(asked[1]?.length, 5);
  assert.deepEqual(asked[3], asked[1]);
  assert.notDeepEqual(asked[5], asked[1]);
  const sentences = new Set(Array.from({ length: 60 }, (_, seed) => querySentence(long, 0, seed)));
  assert.equal(sentences.size, 12);
});

test("several rows of a song are all relevant", async () => {
  const double = rows.flatMap((row) => [row, { ...row, caption: "zzz" }]);
  const { at } = await retrieval(double, letters, { seed: 1, queries: "all", cutoffs: [1] });
  assert.ok(Math.abs(at[0]!.precision.mean - 1) < 1e-12);
  assert.ok(Math.abs(at[0]!.recall.mean - 1 / 2) < 1e-12);
});

test("rows that cannot be asked or searched are refused", async () => {
  const empty = [{ song: "s0", interpretation: " ... ", caption: "x" }];
  await assert.rejects(retrieval(empty, letters, { seed: 1 }), /song s0 .* no sentence/);
  await assert.rejects(retrieval([], letters, { seed: 1 }), { name: "AlcapError", code: "input" });
});

const captions = [
  ...["grief and loss fill the ballad", "the ballad mourns a loss", "grief fills the slow ballad", "loss and mourning and grief"],
  ...["dancing all summer night", "a summer party with dancing", "the party dances all night", "summer night and party songs"],
];

test("the LSA encoder brings words together that occur together", async () => {
  const { encode, name } = lsaEncoder(captions, { seed: 1, dimensions: 2 });
  assert.match(name, /LSA, 2 dimensions, 8 training captions/);
  const [grief, loss, party, unknown] = (await encode(["grief", "loss", "party", "xyzzy"])).map(unitVector);
  assert.ok(dotProduct(grief!, loss!) > 0.9, "grief is near loss");
  assert.ok(dotProduct(grief!, party!) < 0.3, "grief is far from party");
  assert.ok(unknown!.every((value) => value === 0));
});

test("with as many dimensions as terms LSA keeps every angle", async () => {
  const texts = ["a b", "b c", "c a", "a b c", "a", "b", "c", "a a b"].map((text) =>
    text.replaceAll(/[abc]/g, (x) => `${x}${x}`),
  );
  const full = await lsaEncoder(texts, { seed: 1, dimensions: 100 }).encode(["aa", "bb", "aa bb"]);
  const [a, b, both] = full.map(unitVector);
  assert.ok(Math.abs(dotProduct(a!, b!)) < 1e-6);
  assert.ok(Math.abs(dotProduct(a!, both!) ** 2 + dotProduct(b!, both!) ** 2 - 1) < 1e-6);
});

test("the LSA encoder repeats itself for a seed, and refuses captions that share no word", async () => {
  const [first, second] = await Promise.all([1, 1].map((seed) => lsaEncoder(captions, { seed }).encode(captions)));
  assert.deepEqual(first, second);
  assert.throws(() => lsaEncoder(["one", "two"], { seed: 1 }), { name: "AlcapError", code: "input" });
});
