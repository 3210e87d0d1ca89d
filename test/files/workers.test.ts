import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { inWorkers } from "alcap/dist/files/workers";

const folder = mkdtempSync(path.join(tmpdir(), "alcap-workers-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const worker = path.join(folder, "worker.js");
writeFileSync(
  worker,
  `exports.__esModule = true;
  exports.default = (task) => {
    if (task === "throw") throw new Error("The disk is full.");
    if (task === "exit") process.exit(3);
    while (task === "stick") {}
    return task.toUpperCase();
  };`,
);

/** What became of each task, by its place. */
async function answersOf(tasks: readonly string[], options: { threads?: number; patience?: number; lost?: () => string } = {}) {
  const answers: string[] = [];
  const finished = (answer: string, place: number) => {
    answers[place] = answer;
  };
  await inWorkers<string, string>(worker, tasks, { threads: 2, what: "Shouting", finished, ...options });
  return answers;
}

test("every task is answered at its place, under any number of threads", async () => {
  const tasks = Array.from({ length: 20 }, (_, i) => `task ${i}`);
  for (const threads of [1, 3])
    assert.deepEqual(
      await answersOf(tasks, { threads }),
      tasks.map((task) => task.toUpperCase()),
    );
  assert.deepEqual(await answersOf([]), []);
  await assert.rejects(answersOf(tasks, { threads: 0 }), { name: "AlcapError", code: "usage" });
});

test("the first task that fails ends the work in words", async () => {
  const tasks = ["a", "throw", ...Array.from({ length: 1000 }, () => "b")];
  await assert.rejects(answersOf(tasks), {
    name: "AlcapError",
    code: "internal",
    message: /Shouting failed: The disk is full\. /,
  });
});

test("a thread that dies or sticks is replaced where the caller has an answer for it", async () => {
  const lost = () => "lost";
  const found = await answersOf(["exit", "a", "stick", "b", "throw", "c"], { patience: 1500, lost });
  assert.deepEqual(found, ["lost", "A", "lost", "B", "lost", "C"]);
});
