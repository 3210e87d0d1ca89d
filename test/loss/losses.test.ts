import assert from "node:assert/strict";
import { test } from "node:test";
import { tf } from "alcap/dist/engine";
import { captionLoss } from "alcap/dist/loss/caption";
import { infoNCE } from "alcap/dist/loss/infonce";
import { sigmoidPairs } from "alcap/dist/loss/sigmoid-pairs";
import { tagLoss } from "alcap/dist/loss/tags";
import { releasedRecipe } from "alcap/dist/recipe";

const near = (actual: number, expected: number, tolerance = 1e-6) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not within ${tolerance} of ${expected}`);
const number = (scalar: tf.Tensor) => scalar.dataSync()[0] ?? Number.NaN;
const all = (n: number) => tf.ones([n]);
const dot = { ...releasedRecipe.alignment, similarity: "dot", temperature: 1 } as const;

test("InfoNCE of a 2 × 2 similarity matrix by hand", () => {
  // music = I, lyrics = [[2, 0], [1, 0]]: similarities [[2, 1], [0, 0]]
  const music = tf.tensor2d([1, 0, 0, 1], [2, 2]);
  const lyrics = tf.tensor2d([2, 0, 1, 0], [2, 2]);
  const rows = [Math.log(Math.exp(2) + Math.exp(1)) - 2, Math.log(2)];
  near(number(infoNCE(music, lyrics, dot, all(2))), (rows[0]! + rows[1]!) / 2);
  const columns = [Math.log(Math.exp(2) + 1) - 2, Math.log(Math.exp(1) + 1)];
  near(number(infoNCE(music, lyrics, { ...dot, direction: "lyrics-to-music" }, all(2))), (columns[0]! + columns[1]!) / 2);
  near(
    number(infoNCE(music, lyrics, { ...dot, direction: "symmetric" }, all(2))),
    [...rows, ...columns].reduce((a, b) => a + b) / 4,
  );
});

test("InfoNCE is log N where all codes are equal, and near 0 where pairs stand apart", () => {
  near(number(infoNCE(tf.ones([5, 3]), tf.ones([5, 3]), releasedRecipe.alignment, all(5))), Math.log(5));
  const apart = tf.mul(tf.eye(4), 100);
  near(number(infoNCE(apart, apart, dot, all(4))), 0);
});

test("a repeated song takes no part: the loss equals that of the distinct songs alone", () => {
  const music = tf.tensor2d([1, 2, 0.5, -1, 1, 2, 3, 0.1], [4, 2]); // row 2 repeats row 0
  const lyrics = tf.tensor2d([0.3, 1, -1, 0.2, 5, -4, 1, 1], [4, 2]);
  const pick = (x: tf.Tensor2D) => tf.gather(x, [0, 1, 3]);
  for (const direction of ["music-to-lyrics", "lyrics-to-music", "symmetric"] as const) {
    const recipe = { ...releasedRecipe.alignment, direction };
    const masked = number(infoNCE(music, lyrics, recipe, tf.tensor1d([1, 1, 0, 1])));
    near(masked, number(infoNCE(pick(music), pick(lyrics), recipe, all(3))), 1e-6);
  }
});

test("cosine similarity ignores the codes' lengths, the dot product does not", () => {
  const music = tf.tensor2d([1, 2, -1, 1], [2, 2]);
  const lyrics = tf.tensor2d([0.5, 1, 1, 0], [2, 2]);
  const scaled = tf.mul(lyrics, 7) as tf.Tensor2D;
  const cosine = releasedRecipe.alignment;
  near(number(infoNCE(music, lyrics, cosine, all(2))), number(infoNCE(music, scaled, cosine, all(2))));
  assert.ok(Math.abs(number(infoNCE(music, lyrics, dot, all(2))) - number(infoNCE(music, scaled, dot, all(2)))) > 0.1);
});

test("caption loss by hand: uniform scores cost log V, uncounted rows cost nothing", () => {
  near(number(captionLoss(tf.zeros([3, 8]), tf.tensor1d([1, 5, 7], "int32"), all(3))), Math.log(8));
  const logits = tf.tensor2d([0, Math.log(3), 9, -9], [2, 2]);
  near(number(captionLoss(logits, tf.tensor1d([1, 1], "int32"), tf.tensor1d([1, 0]))), -Math.log(0.75));
});

test("tag loss by hand, and finite for huge logits", () => {
  near(number(tagLoss(tf.tensor2d([0, 0], [1, 2]), tf.tensor2d([1, 0], [1, 2]))), Math.log(2));
  near(number(tagLoss(tf.tensor2d([Math.log(3)], [1, 1]), tf.tensor2d([1], [1, 1]))), -Math.log(0.75));
  near(number(tagLoss(tf.tensor2d([500, -500], [1, 2]), tf.tensor2d([1, 0], [1, 2]))), 0);
});

test("sigmoid pairs by hand; codes that know nothing; a repeated song takes no part", () => {
  const [music, lyrics] = [tf.tensor2d([1, 0, 0, 1], [2, 2]), tf.tensor2d([2, 0, 1, 0], [2, 2])]; // scores [[2, 1], [0, 0]], bias 0
  const cells = [-2, 0, 1, 0].map((x) => Math.log(1 + Math.exp(x)));
  near(number(sigmoidPairs(music, lyrics, dot, all(2))), cells.reduce((a, b) => a + b) / 2);
  const blank = Math.log(5) + 4 * Math.log(5 / 4); // a row: the pair has chance 1/5, each of the others 4/5 of being none
  near(number(sigmoidPairs(tf.zeros([5, 3]), tf.zeros([5, 3]), dot, all(5))), blank);
  const repeated = number(sigmoidPairs(tf.concat([music, music]), tf.concat([lyrics, lyrics]), dot, tf.tensor1d([1, 1, 0, 0])));
  const biased = [2, 1, 0, 0].map((s, i) => Math.log(1 + Math.exp((i % 3 === 0 ? -1 : 1) * (s - Math.log(3)))));
  near(repeated, biased.reduce((a, b) => a + b) / 2);
});
