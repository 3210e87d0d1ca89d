import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { tf } from "alcap/dist/engine";
import { type RunRecord, readRecords } from "alcap/dist/experiment/run/records";
import { frameTable, runFrame } from "alcap/dist/experiment/study/frame";
import { projectRoot } from "alcap/dist/files/project";

const records = readRecords(path.join(projectRoot(), "results/standard/runs")).slice(0, 30);
const loaded = (part: string) => Object.keys(require.cache).filter((file) => file.includes(part));

test("records become a data frame that is grouped and shown; what a run does not have is null", async () => {
  assert.deepEqual(loaded("danfojs"), [], "loaded only when asked for");
  const frame = await runFrame(records);
  assert.equal(frame.shape[0], records.length);
  const { columns, rows } = frameTable(frame.loc({ columns: ["method", "seed", "alignment.weight", "mood"] }));
  assert.deepEqual(columns, ["method", "seed", "alignment.weight", "mood"]);
  const expected = ({ recipe: { method, seed, alignment }, metrics }: RunRecord) => [
    method,
    seed,
    alignment?.weight ?? null,
    metrics.mood?.mean,
  ];
  assert.deepEqual(rows, records.map(expected));
  const means = frameTable(frame.groupby(["method"]).col(["mood"]).mean());
  const ofBart = records.filter(({ recipe }) => recipe.method === "bart");
  const byHand = ofBart.reduce((sum, { metrics }) => sum + (metrics.mood?.mean ?? 0) / ofBart.length, 0);
  const [, bart] = means.rows.find(([method]) => method === "bart") ?? [];
  assert.ok(Math.abs(Number(bart) - byHand) < 1e-12);
});

test("the frame's library brings no second tfjs, and leaves the first one as it was", () => {
  assert.equal(loaded("tf-core.node.js").length, 1);
  assert.equal(tf.add(1, 2).dataSync()[0], 3);
  assert.equal(tf.getBackend(), "cpu");
  assert.equal(
    tf
      .grad((x: tf.Tensor) => tf.square(x))(tf.scalar(3))
      .dataSync()[0],
    6,
  );
});
