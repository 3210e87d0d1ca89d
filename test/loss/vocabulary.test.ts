import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import { compile, tf, value, valueAndGrad } from "alcap/dist/engine";
import { captionLoss } from "alcap/dist/loss/caption";
import { positivePair } from "alcap/dist/loss/positive-pair";
import fc from "fast-check";
import seedrandom from "seedrandom";

type Sides = { states: tf.Tensor; table: tf.Tensor; bias: tf.Tensor };

/** Loss and gradients of random states and weights, unsplit and in chunks. */
async function bothWays(N: number, C: number, V: number, rows: number, seed: string) {
  const random = seedrandom(seed);
  const draw = (...shape: number[]) =>
    value(
      Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 4 * random() - 2),
      shape,
    );
  const sides = { states: draw(N, C), table: draw(V, C), bias: draw(V) };
  const labels = value(
    Int32Array.from({ length: N }, () => Math.floor(random() * V)),
    [N],
  );
  const weights = value(
    Float32Array.from({ length: N }, (_, i) => (i === 0 || random() < 0.7 ? 1 : 0)),
    [N],
  );
  const unsplit = compile((s: Sides, l: tf.Tensor, w: tf.Tensor) =>
    valueAndGrad((p: Sides) => {
      const product = tf.matMul(p.states as tf.Tensor2D, p.table as tf.Tensor2D, false, true);
      return captionLoss(tf.add(product, p.bias), l, w);
    }, s),
  );
  const chunked = compile((s: Sides, l: tf.Tensor, w: tf.Tensor) =>
    valueAndGrad((p: Sides) => captionLoss({ ...p, rows }, l, w), s),
  );
  const results = [await unsplit(sides, labels, weights), await chunked(sides, labels, weights)] as const;
  await Promise.all([unsplit.release(), chunked.release()]);
  return results;
}

test("the vocabulary loss in chunks equals the unsplit one to 1e-6, and so does every gradient", () =>
  fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 13 }),
      fc.integer({ min: 2, max: 60 }),
      fc.integer({ min: 1, max: 15 }),
      fc.string(),
      async (N, V, rows, seed) => {
        const [whole, parts] = await bothWays(N, 6, V, rows, seed);
        const loss = whole.loss.data[0] ?? 0;
        assert.ok(Math.abs((parts.loss.data[0] ?? Number.NaN) - loss) <= 1e-6 * Math.max(1, loss));
        for (const name of ["states", "table", "bias"] as const) {
          const [a, b] = [whole.grads[name].data, parts.grads[name].data];
          for (const [i, x] of a.entries())
            assert.ok(Math.abs(x - (b[i] ?? Number.NaN)) <= 1e-6, `${name}[${i}]: ${x} and ${b[i]}`);
        }
      },
    ),
    { numRuns: 12, seed: 4 },
  ));

test("in chunks the scores of all rows are never in memory at once", () => {
  const peak = (rows: number) =>
    Number(execFileSync(process.execPath, [path.join(__dirname, "peak-memory.js"), String(rows)], { encoding: "utf8" }));
  const scores = (1024 * 40_000 * 4) / 2 ** 20; // MiB of one matrix of all scores; unsplit, at least two are there
  const [whole, chunked] = [peak(1024), peak(32)];
  assert.ok(whole - chunked > 1.5 * scores, `${whole} MiB unsplit, ${chunked} MiB in chunks`);
});

test("the positive-pair loss by hand: 0 for the same direction, 1 for a right angle, 2 for opposite; repeats take no part", () => {
  const music = tf.tensor2d([1, 0, 1, 0, 1, 0, 0, 0], [4, 2]);
  const lyrics = tf.tensor2d([3, 0, 0, 5, -2, 0, 1, 1], [4, 2]);
  const loss = (counted: number[]) => positivePair(music, lyrics, tf.tensor1d(counted)).dataSync()[0] ?? Number.NaN;
  const near = (actual: number, expected: number) => assert.ok(Math.abs(actual - expected) < 1e-6, `${actual}`);
  near(loss([1, 0, 0, 0]), 0);
  near(loss([0, 1, 0, 0]), 1);
  near(loss([0, 0, 1, 0]), 2);
  near(loss([1, 1, 1, 0]), 1);
  near(loss([0, 0, 0, 1]), 1); // a code of length 0 has no direction
});
