import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { tf } from "alcap/dist/engine";
import { readRecords } from "alcap/dist/experiment/run/records";
import { frameTable, runFrame } from "alcap/dist/experiment/study/frame";
import { projectRoot } from "alcap/dist/files/project";

const records = readRecords(path.join(projectRoot(), "results/standard/runs"));
const loaded = (part: string) => Object.keys(require.cache).filter((file) => file.includes(part));

test("records become a data frame that is grouped and shown; what a run does not have is null", async () => {
  assert.deepEqual(loaded("danfojs"), [], "loaded only when asked for");
  const frame = await runFrame(records);
  assert.equal(frame.shape[0], 9);
  const { columns, rows } = frameTable(frame.loc({ columns: ["method", "seed", "alignment.weight", "mood"] }));
  assert.deepEqual(columns, ["method", "seed", "alignment.weight", "mood"]);
  const [alcap] = records;
  assert.deepEqual(rows[0], ["alcap", 2020, 0.02, alcap?.metrics.mood?.mean]);
  assert.deepEqual(rows.find(([method]) => method === "bart")?.slice(0, 3), ["bart", 2020, null]);
  const means = frameTable(frame.groupby(["method"]).col(["mood"]).mean());
  const byHand = records
    .filter(({ recipe }) => recipe.method === "bart")
    .reduce((sum, { metrics }) => sum + (metrics.mood?.mean ?? 0) / 3, 0);
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
