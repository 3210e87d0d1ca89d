// Every committed number of standard follows from what is committed beside it: scores from captions and the songs' truth, metrics from
// scores, README's results from metrics.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import { drawCauses } from "alcap/dist/data/songbook/index";
import { presetNamed } from "alcap/dist/experiment/preset/songbook";
import { readCaptions, readRecord, recordIds } from "alcap/dist/experiment/run/records";
import { diversityOf, scored, summarise } from "alcap/dist/experiment/run/scoring/scores";
import { corpusSeedOf } from "alcap/dist/experiment/study/grid-runs";
import { projectRoot } from "alcap/dist/files/project";
import { meanAndDeviation } from "alcap/dist/metric/certainty";

const folder = path.join(projectRoot(), "results/standard/runs");
const ids = recordIds(folder);
const { corpus } = presetNamed("standard");
/** Intervals are drawn again for one record in so many; means for all. */
const STRIDE = 8;

test(`${ids.length} committed records: scores from captions, means from scores, variety from captions`, () => {
  assert.ok(ids.length >= 6);
  for (const [at, id] of ids.entries()) {
    const record = readRecord(folder, id);
    const captions = readCaptions(folder, record);
    const options = { ...corpus, seed: corpusSeedOf(captions) };
    const rows = captions.map(({ song, reference }) => ({
      song: {
        id: song,
        split: "test" as const,
        lyrics: "",
        truth: drawCauses(options, corpus.songs + Number(song.slice(-6))).truth,
      },
      text: reference,
    }));
    const again = scored(rows, { captions: captions.map(({ caption }) => caption) });
    again.forEach(({ scores, groups }, i) => {
      const kept = captions[i]!;
      assert.deepEqual({ ...kept.scores, ...scores }, kept.scores, `${id}, ${kept.song}`);
      assert.deepEqual(groups, kept.groups, `${id}, ${kept.song}`);
    });
    for (const [name, { mean }] of Object.entries(record.metrics)) {
      const [key = name, group] = name.split(".");
      const of = group ? captions.filter(({ groups }) => groups?.includes(group)) : captions;
      const values = of.flatMap(({ scores }) => scores[key] ?? []);
      assert.equal(Number(meanAndDeviation(values).mean.toPrecision(7)), mean, `${id}: ${name}`);
    }
    assert.deepEqual(diversityOf(captions), record.diversity, id);
    if (at % STRIDE === 0) assert.deepEqual(summarise(captions), record.metrics, id);
  }
});

test("README's results are those of the records", () => {
  const script = path.join(projectRoot(), "scripts/results.mjs");
  const { status, stderr } = spawnSync(process.execPath, [script, "--check"], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
});
