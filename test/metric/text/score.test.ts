import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, mock, test } from "node:test";
import { run as bench } from "alcap/dist/cli/bench/metrics";
import { run as score } from "alcap/dist/cli/score";
import { run as verify } from "alcap/dist/cli/verify/metrics";
import { intervalsOf, parseCaptionLines, scoreNames, scorePairs } from "alcap/dist/metric/text/score";
import { loadWordNet } from "alcap/dist/metric/text/wordnet";
import { compareWithReference, parseReferenceFixture, type ReferencePair } from "alcap/dist/verify/metrics";
import { readFixture, root } from "../fixtures";

const folder = mkdtempSync(path.join(tmpdir(), "alcap-score-"));
after(() => rmSync(folder, { recursive: true }));

const dictionary = loadWordNet();
const { pairs } = readFixture<{ readonly pairs: readonly ReferencePair[] }>("metrics.json");

/** Runs a command of the line and returns its exit code and what it printed. */
async function printed(
  command: (args: readonly string[]) => Promise<number>,
  ...args: string[]
): Promise<{ code: number; text: string }> {
  const log = mock.method(console, "log", () => {});
  try {
    const code = await command(args);
    return { code, text: log.mock.calls.map((call) => String(call.arguments[0])).join("\n") };
  } finally {
    log.mock.restore();
  }
}

function written(name: string, text: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

test("all measures equal the reference scorers on the committed pairs, edge cases included", () => {
  const comparison = compareWithReference(pairs, dictionary);
  assert.equal(comparison.pairs, 38);
  for (const { measure, largest, tolerance } of comparison.deviations)
    assert.ok(largest <= tolerance, `${measure} is off by ${largest}`);
  assert.deepEqual(comparison.tokenDifferences, []);
});

test("a wrong number, a missing number and other tokens are found", () => {
  const [first, ...rest] = pairs.slice(9, 12) as [ReferencePair, ReferencePair, ReferencePair];
  const spoilt: ReferencePair = {
    ...first,
    meteor: first.meteor + 0.5,
    rouge: { ...first.rouge, rouge2: [0.2, Number.NaN, 1 / 3] },
    meteor_tokens: { ...first.meteor_tokens, prediction: ["a", ...first.meteor_tokens.prediction] },
  };
  const { deviations, tokenDifferences, passed } = compareWithReference([...rest, spoilt], dictionary);
  const off = deviations.filter(({ largest, tolerance }) => largest > tolerance);
  assert.deepEqual(
    off.map(({ measure, pair }) => [measure, pair]),
    [
      ["rouge2", 2],
      ["meteor", 2],
    ],
  );
  assert.equal(off[0]?.largest, Number.POSITIVE_INFINITY);
  assert.deepEqual(
    tokenDifferences.map(({ pair, side }) => [pair, side]),
    [[2, "prediction"]],
  );
  assert.equal(passed, false);
});

test("a fixture of another layout is refused with the pair and the key", () => {
  assert.throws(() => parseReferenceFixture("{", "f.json"), /f\.json is not JSON/);
  assert.throws(() => parseReferenceFixture("{}", "f.json"), /no list "pairs"/);
  const { meteor_tokens, ...lacking } = pairs[0]!;
  assert.throws(
    () => parseReferenceFixture(JSON.stringify({ pairs: [pairs[0], lacking] }), "f.json"),
    /"meteor_tokens" in pair 1/,
  );
  assert.ok(meteor_tokens);
});

test("verify metrics prints what it found and fails where it should", async () => {
  const whole = await printed(verify, path.join(root, "test/fixtures/metric/metrics.json"), "--json");
  assert.equal(whole.code, 0);
  assert.equal(JSON.parse(whole.text).passed, true);
  const wrong = written("wrong.json", JSON.stringify({ pairs: [{ ...pairs[4], meteor: 0.25 }] }));
  const { code, text } = await printed(verify, wrong);
  assert.equal(code, 1);
  assert.match(text, /meteor +2\.50e-1 \(pair 0\), BEYOND 1e-6/);
  await assert.rejects(printed(verify), { name: "AlcapError", code: "usage" });
  await assert.rejects(printed(verify, "nowhere.json"), { name: "AlcapError", code: "input" });
});

test("score reads captions and records, and prints means with intervals", async () => {
  const lines = pairs.map(({ prediction, reference }, i) =>
    JSON.stringify(i % 2 ? { prediction, reference } : { caption: prediction, reference, song: i }),
  );
  const file = written("captions.jsonl", `\uFEFF${lines.join("\r\n")}\n\n`);
  const report = JSON.parse((await printed(score, file, "--json", "--seed", "3")).text);
  assert.equal(report.captions, 38);
  const expected = intervalsOf(scorePairs(pairs, dictionary), { seed: 3, resamples: 2000 });
  for (const name of scoreNames) assert.deepEqual(report.intervals[name], expected[name]);
  assert.ok(Math.abs(expected.meteor.mean - pairs.reduce((sum, pair) => sum + pair.meteor, 0) / 38) < 1e-12);
  assert.match(
    (await printed(score, file)).text,
    /38 captions .*\n {2}rouge1\.recall +\d+\.\d\d \[\d+\.\d\d, \d+\.\d\d\] {2}mid/,
  );
  await assert.rejects(printed(score, file, "--seed", "two"), { name: "AlcapError", code: "usage" });
});

test("bad lines are counted and the first ten named", () => {
  const text = [
    '{"prediction":"a","reference":"b"}',
    "no",
    '{"prediction":1,"reference":"b"}',
    '{"prediction":"a"}',
    "[]",
    "7",
  ].join("\n");
  assert.throws(
    () => parseCaptionLines(text, "c.jsonl"),
    (error: Error) => {
      assert.match(
        error.message,
        /c\.jsonl has 5 bad lines: line 2 is not JSON; line 3 has no text "prediction"; line 4 has no text "reference"/,
      );
      return true;
    },
  );
  assert.throws(() => parseCaptionLines("\n", "c.jsonl"), /no captions/);
});

test("bench metrics reports speeds also without Python", async () => {
  const { code, text } = await printed(bench, "--pairs", "20", "--words", "10", "--python", "/nowhere/python", "--json");
  const report = JSON.parse(text);
  assert.equal(code, 0);
  assert.equal(report.peer, null);
  assert.match(report.reason, /no Python at \/nowhere\/python/);
  assert.ok(report.rouge.ours > 0 && report.meteor.ours > 0 && !("ratio" in report.rouge));
  await assert.rejects(printed(bench, "--pairs", "0"), { name: "AlcapError", code: "usage" });
});

test("captions in Latin-1 are refused by line, and read where that is said", async () => {
  const line = '{"prediction": "un café noir", "reference": "un café noir"}\n';
  const file = path.join(folder, "latin1.jsonl");
  writeFileSync(file, Buffer.from(line + line, "latin1"));
  await assert.rejects(score([file]), { code: "input", message: /latin1\.jsonl, line 1: byte 23 of the file is not UTF-8/ });
  const { text } = await printed(score, file, "--encoding", "latin1", "--json");
  assert.equal(JSON.parse(text).intervals["rouge1.f1"].mean, 1);
});

test("a text that would be compared for minutes is named", () => {
  const line = JSON.stringify({ prediction: "a ".repeat(500_000), reference: "a" });
  assert.throws(() => parseCaptionLines(line, "long.jsonl"), { message: /line 1 has a text of more than 32768 characters/ });
});
