import assert from "node:assert/strict";
import { test } from "node:test";
import { changedWords } from "alcap/dist/metric/text/changed-words";

test("words that change are those outside the longest common subsequence", () => {
  const changed = changedWords("A song that mourns the sea, slowly.", "a song that celebrates the wide sea");
  assert.deepEqual(changed, { gone: ["mourns", "slowly"], come: ["celebrates", "wide"] });
  assert.deepEqual(changedWords("the same", "The same!"), { gone: [], come: [] });
  assert.deepEqual(changedWords("", "new words"), { gone: [], come: ["new", "words"] });
  assert.deepEqual(changedWords("don't go", ""), { gone: ["don't", "go"], come: [] });
});
