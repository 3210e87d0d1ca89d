import assert from "node:assert/strict";
import { test } from "node:test";
import { nucleus, repeatedNgrams, sampledCandidates } from "alcap/dist/model/decoding/candidates";

const row = (probabilities: number[]) => ({
  logProbabilities: Float32Array.from(probabilities, Math.log),
  score: -1,
  banned: new Set<number>(),
  forced: undefined,
});

test("top-p keeps the token that crosses the bound, top-k the likeliest, both at least two", () => {
  const tokens = (topP: number | null, topK: number) =>
    nucleus(row([0.1, 0.5, 0.05, 0.3, 0.05]), { topP, topK }).map(([token]) => token);
  assert.deepEqual(tokens(0.75, 0), [1, 3]);
  assert.deepEqual(tokens(0.85, 0), [1, 3, 0]);
  assert.deepEqual(tokens(0.01, 0), [1, 3]);
  assert.deepEqual(tokens(1, 3), [1, 3, 0]);
  assert.deepEqual(tokens(1, 1), [1, 3]);
  assert.deepEqual(tokens(0.6, 3), [1, 3]); // of what top-k left: 0.5 / 0.9, then 0.8 / 0.9
  const one = nucleus(row([0.1, 0.5, 0.4]), { topP: 0.4, topK: 0, minTokensToKeep: 1 });
  assert.deepEqual(one, [[1, Math.fround(Math.fround(Math.log(0.5)) - 1)]]);
  const [[, cold] = []] = nucleus(row([0.1, 0.5, 0.4]), { topP: 0.4, topK: 0, temperature: 0.5 });
  assert.equal(cold, Math.fround((one[0]?.[1] ?? 0) / 0.5));
});

test("draws follow the probabilities, without replacement", () => {
  const beams = [row([0.6, 0.3, 0.1])];
  const counts = [0, 0, 0];
  const N = 6000;
  for (let step = 0; step < N; step++) {
    const drawn = sampledCandidates(beams, 1, { topK: 0, topP: 1 }, { seed: 3, song: 0, step });
    counts[drawn[0]?.token ?? 0]! += 1;
    if (step < 50) {
      const all = sampledCandidates(beams, 3, { topK: 0, topP: 1 }, { seed: 3, song: 0, step });
      assert.deepEqual(
        all.map(({ token }) => token),
        [0, 1, 2],
      ); // sorted by score
    }
  }
  [0.6, 0.3, 0.1].forEach((p, token) => {
    const sigma = Math.sqrt(p * (1 - p) * N);
    assert.ok(Math.abs(counts[token]! - p * N) < 4 * sigma, `token ${token}: ${counts[token]} of ${N}`);
  });
});

test("repeated n-grams by hand", () => {
  assert.deepEqual([...repeatedNgrams([2, 7, 8, 9, 7, 8], 3)], [9]);
  assert.deepEqual([...repeatedNgrams([2, 7, 8, 9, 7], 2)], [8]);
  assert.deepEqual([...repeatedNgrams([4, 5], 1)], [4, 5]);
  assert.deepEqual([...repeatedNgrams([4, 5, 4, 5], 0)], []);
});
