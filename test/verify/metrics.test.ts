// The whole shared fixture and the Python scorers, where they are; the committed fixtures stand in for both elsewhere.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { meteor } from "alcap/dist/metric/text/meteor";
import { porterStem } from "alcap/dist/metric/text/porter";
import { rouge } from "alcap/dist/metric/text/rouge";
import { wordTokenize } from "alcap/dist/metric/text/word-tokenize";
import { loadWordNet } from "alcap/dist/metric/text/wordnet";
import { compareWithReference, parseReferenceFixture } from "alcap/dist/verify/metrics";
import seedrandom from "seedrandom";
import { root } from "../metric/fixtures";

const shared = path.join(root, "../shared/reference/metrics.json");
const python = "/usr/bin/python3";
const script = path.join(root, "test/metric/reference.py");
const hasNltk = spawnSync(python, ["-c", "import nltk, os; assert os.path.exists('/usr/share/wordnet/data.noun')"]).status === 0;
const skip = hasNltk ? false : "python3-nltk and wordnet-base are not installed";

function ask<T>(task: unknown): T {
  const { status, stdout, stderr } = spawnSync(python, [script], { input: JSON.stringify(task), maxBuffer: 2 ** 28 });
  assert.equal(status, 0, stderr.toString());
  return JSON.parse(stdout.toString());
}

test("all 120 reference pairs", { skip: existsSync(shared) ? false : "../shared/reference is not here" }, () => {
  const comparison = compareWithReference(parseReferenceFixture(readFileSync(shared, "utf8"), shared), loadWordNet());
  assert.equal(comparison.pairs, 120);
  assert.ok(comparison.passed, JSON.stringify(comparison.deviations));
  assert.deepEqual(comparison.tokenDifferences, []);
});

const random = seedrandom("reference");
const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)]!;
const lemmas = readFileSync(path.join(root, "data/wordnet/wordnet-3.0.txt"), "latin1")
  .toLowerCase()
  .split(/[^a-z]+/)
  .filter(Boolean);
const endings = ["", "", "s", "es", "ies", "ed", "ing", "er", "ly", "ness", "ational", "ll", "y"];
const words = Array.from({ length: 3000 }, () => pick(lemmas) + pick(endings));

test("stems of 3,000 words against NLTK", { skip }, () => {
  ask<string[]>({ stem: words }).forEach((stem, i) => {
    assert.equal(porterStem(words[i]!), stem, words[i]);
  });
});

test("synonyms of 3,000 words against NLTK", { skip }, () => {
  const wordNet = loadWordNet();
  ask<string[][]>({ synonyms: words }).forEach((synonyms, i) => {
    assert.deepEqual([...wordNet.synonyms(words[i]!)].sort(), synonyms, words[i]);
  });
});

test("tokens of 3,000 made-up texts against NLTK", { skip }, () => {
  const marks = [
    "'",
    '"',
    "``",
    "''",
    " ",
    ". ",
    "...",
    ",",
    ":",
    "(",
    ")",
    "’",
    "“",
    "--",
    "?",
    "!",
    "*",
    "&",
    "\n",
    "\u00a0",
    "é",
    "歌",
    "1",
    "n't",
    "'s",
    "cannot",
    "gonna ",
    "'tis",
  ];
  const texts = Array.from({ length: 3000 }, () =>
    Array.from({ length: 8 }, () => (random() < 0.6 ? pick(marks) : pick(lemmas))).join(""),
  );
  ask<string[][]>({ tokenize: texts }).forEach((tokens, i) => {
    assert.deepEqual(wordTokenize(texts[i]!), tokens, JSON.stringify(texts[i]));
  });
});

test("scores of 150 made-up pairs against the reference scorers", { skip }, () => {
  const frequent = words.slice(0, 60);
  const text = () =>
    Array.from({ length: 5 + Math.floor(random() * 50) }, () => pick(random() < 0.7 ? frequent : words)).join(
      pick([" ", " ", ", "]),
    );
  const pairs = Array.from({ length: 150 }, () => ({ prediction: text(), reference: text() }));
  const answer = ask<{ rouge: number[][][]; meteor: number[] }>({ pairs });
  const wordNet = loadWordNet();
  pairs.forEach(({ prediction, reference }, i) => {
    const { rouge1, rouge2, rougeL } = rouge(prediction, reference);
    const ours = [rouge1, rouge2, rougeL].map((overlap) => [overlap.precision, overlap.recall, overlap.f1]);
    assert.deepEqual(ours, answer.rouge[i]);
    assert.ok(Math.abs(meteor(prediction, reference, wordNet) - answer.meteor[i]!) < 1e-12, `METEOR of pair ${i}`);
  });
});

test("the committed WordNet index is what its script makes of wordnet-base", {
  skip: existsSync("/usr/share/wordnet/data.noun") ? false : "wordnet-base is not installed",
}, () => {
  const folder = mkdtempSync(path.join(tmpdir(), "alcap-wordnet-"));
  try {
    const built = spawnSync(process.execPath, [path.join(root, "scripts/wordnet/build.mjs"), "/usr/share/wordnet", folder]);
    assert.equal(built.status, 0, built.stderr.toString());
    for (const name of ["wordnet-3.0.txt", "LICENSE"]) {
      assert.ok(readFileSync(path.join(folder, name)).equals(readFileSync(path.join(root, "data/wordnet", name))), name);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
