import assert from "node:assert/strict";
import { test } from "node:test";
import { terminalReporter } from "alcap/dist/cli/terminal";
import { duration, reportFound, standingLine, timeLeft } from "alcap/dist/progress";

/** A reporter that writes to a list, on a terminal of that many columns or to a file. */
function recorded(columns?: number) {
  const written: string[] = [];
  const stream = { isTTY: columns !== undefined, columns, write: (text: string) => written.push(text) };
  return { report: terminalReporter(() => 0, stream), written };
}

test("a line on the terminal is never as wide as the terminal", () => {
  const { report, written } = recorded(40);
  const progress = report("a label that is much too long for so small a terminal");
  progress(1, 9, "and a note");
  progress(9, 9, "and a note");
  assert.equal(written.length, 2);
  for (const text of written) assert.equal(text.replace("\r\u001b[2K", "").trimEnd().length, 39, text);
});

test("nothing is said of the time left before there is something to go by, and the first step does not count", () => {
  const left = timeLeft();
  assert.equal(left(0, 100, 0), undefined);
  assert.equal(left(1, 100, 24), undefined, "24 s of compiling");
  assert.equal(left(2, 100, 25), undefined, "one per cent");
  assert.equal(left(5, 100, 28), 95);
  const slow = timeLeft();
  slow(1, 1000, 0);
  assert.equal(slow(2, 1000, 6), 6 * 998, "a few seconds are enough");
});

test("the time left follows the recent rate", () => {
  const left = timeLeft();
  for (let done = 1; done <= 100; done++) left(done, 1000, done);
  let found: number | undefined;
  for (let done = 101; done <= 400; done++) found = left(done, 1000, 100 + (done - 100) / 10);
  assert.ok(Math.abs((found ?? 0) - 60) < 1, `${found} s for 600 steps at 10 a second`);
});

test("a job that has not begun and one that was found say no time", () => {
  const { report, written } = recorded();
  report("songs")(0, 28);
  reportFound(report("training"), 304);
  assert.deepEqual(written, ["songs 0/28\n", "training 304/304 · read from disk\n"]);
});

test("a job in words", () => {
  assert.equal(
    standingLine({ label: "training", done: 120, total: 460, unit: "steps", left: 33.2, note: "loss 2.31" }),
    "training 120/460 steps · 34 s left · loss 2.31",
  );
  assert.deepEqual([5, 187, 2391, 9000].map(duration), ["5 s", "3 min 07 s", "40 min", "2.5 h"]);
});
