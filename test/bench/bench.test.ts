import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { exponentOf } from "alcap/dist/bench/growth";
import { measuredCommand } from "alcap/dist/bench/measured-command";
import { spreadOf } from "alcap/dist/bench/spread";
import { nodeTimes } from "alcap/dist/bench/step/node-times";
import { batchFile, stepCase, writeCase } from "alcap/dist/bench/step/step-data";
import { readSafetensors } from "alcap/dist/model/weights";

const dir = mkdtempSync(path.join(tmpdir(), "alcap-bench-test-"));
after(() => rmSync(dir, { recursive: true, force: true }));

test("a spread is the median with its quartiles; an exponent is that of the power law", () => {
  assert.deepEqual(spreadOf([5, 1, 3, 2, 4]), { median: 3, lower: 2, upper: 4 });
  assert.ok(Math.abs(exponentOf([1, 2, 4, 8], [3, 12, 48, 192]) - 2) < 1e-12);
  assert.ok(Math.abs(exponentOf([500, 1000], [70, 70])) < 1e-12);
});

test("node times are summed by layer and operator over all profiles, a step", () => {
  const node = (name: string, dur: number, shapes: number[][] = []) => ({
    cat: "Node",
    name,
    dur,
    args: { op_name: name.replace(/^.*\//, "").split("#")[0], input_type_shape: shapes.map((float) => ({ float })) },
  });
  const profiles = [
    [
      node("decoder/fc1/Gemm#3_kernel_time", 4000),
      node("decoder/fc1/Gemm#7_kernel_time", 2000),
      { cat: "Session", name: "run", dur: 9e6 },
    ],
    [node("Mul#1_kernel_time", 1000, [[2, 3], [3]]), node("Mul#1_fence_before", 500)],
  ];
  const files = profiles.map((events, at) => {
    const file = path.join(dir, `profile-${at}.json`);
    writeFileSync(file, JSON.stringify(events));
    return file;
  });
  assert.deepEqual(nodeTimes(files, 2), [
    { layer: "decoder/fc1", op: "Gemm", nodes: 1, ms: 3 },
    { layer: "[2, 3] [3]", op: "Mul", nodes: 0.5, ms: 0.5 },
  ]);
});

test("both sides of bench step get the corpus' rows, PyTorch padded to the longest of a batch", () => {
  const it = stepCase("quick", 2);
  const [first = [], second = []] = it.batches;
  assert.equal(first.length, 26);
  assert.notDeepEqual(first[0]?.caption, second[0]?.caption);
  writeCase(dir, it, 1e-4);
  const read = (padding: "full" | "longest") => readSafetensors(readFileSync(path.join(dir, batchFile(padding, 1)))).tensors;
  assert.deepEqual(read("full").lyrics?.shape, [26, 104]);
  assert.deepEqual(read("longest").labels?.shape, [26, Math.max(...second.map(({ caption }) => caption.length))]);
});

test("lengths at BART-base's size have the stated medians", () => {
  const { batches, paddings } = stepCase("base", 500);
  const median = (lengths: number[]) => lengths.sort((a, b) => a - b)[lengths.length >> 1] ?? 0;
  const rows = batches.flat();
  assert.ok(Math.abs(median(rows.map(({ lyrics }) => lyrics.length)) / 250 - 1) < 0.1);
  assert.ok(Math.abs(median(rows.map(({ caption }) => caption.length)) / 110 - 1) < 0.1);
  assert.ok(Math.max(...rows.map(({ lyrics }) => lyrics.length)) <= 512);
  assert.deepEqual(paddings, ["longest", "full"]);
});

test("a command is measured as a process; one that fails is said", async () => {
  const { cpuMs, peakMiB, stdout } = await measuredCommand("--help");
  assert.match(stdout, /caption/);
  assert.ok(cpuMs > 10 && peakMiB > 10);
  await assert.rejects(measuredCommand("caption"), { code: "engine", message: /alcap caption failed: alcap: SONG is missing/ });
});

test("no help loads what only work needs", async () => {
  const { cpuMs } = await measuredCommand("caption", "--help");
  const bare = await measuredCommand("--help");
  assert.ok(cpuMs < 1.7 * bare.cpuMs, `${cpuMs} ms against ${bare.cpuMs} ms`);
});
