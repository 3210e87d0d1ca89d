import assert from "node:assert/strict";
import { test } from "node:test";
import { hasWords, splitSentences } from "alcap/dist/data/text/sentences";

test("sentences end at stops and line breaks, and keep their stops", () => {
  assert.deepEqual(splitSentences('It hurts. "Why?" she asks... So (yes!) it ends\n\nAnd then. !'), [
    "It hurts.",
    '"Why?"',
    "she asks...",
    "So (yes!)",
    "it ends",
    "And then.",
    "!",
  ]);
  assert.deepEqual(splitSentences("3.5 stars from me"), ["3.5 stars from me"]);
  assert.deepEqual(splitSentences(" ?! \n ").filter(hasWords), []);
});

test("Chinese sentences end without a space, after what closes them", () => {
  assert.deepEqual(splitSentences("他问：「为什么？」雨夜！！回家。想家"), ["他问：「为什么？」", "雨夜！！", "回家。", "想家"]);
});
