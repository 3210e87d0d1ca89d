import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { songbookCorpus } from "alcap/dist/experiment/dataset/corpus";
import { presetNamed } from "alcap/dist/experiment/preset/songbook";
import { idOf, type RunRecipe, recipeHash } from "alcap/dist/experiment/run/recipe";
import { writeRecord } from "alcap/dist/experiment/run/records";
import { cellsOf } from "alcap/dist/experiment/sweep/grid";
import { grids } from "alcap/dist/experiment/sweep/grids";
import { recordedGrid, recordedMap } from "alcap/dist/experiment/sweep/recorded";
import { runsOfCells, type SweepRun } from "alcap/dist/experiment/sweep/runs";
import { someRecord } from "../run/some-record";

const home = mkdtempSync(path.join(tmpdir(), "alcap-recorded-"));
after(() => rmSync(home, { recursive: true, force: true }));
process.env.ALCAP_HOME = home;

const smoke = presetNamed("smoke");
const own = cellsOf(grids.table1, smoke).filter(
  ({ at }) => at.dataSet === "songbook-positive" || at.dataSet === "songbook-playlists",
);
const runs = runsOfCells(own);

/** The record of a run that nobody trained, on the test songs of its corpus or of one whose lyrics agree more. */
function record({ preset, folder }: SweepRun, recipe: RunRecipe, agreement = preset.corpus.agreement) {
  const { rows } = songbookCorpus({ ...preset, corpus: { ...preset.corpus, agreement } });
  const captions = rows.test.map(({ song, text }) => ({
    song: song.id,
    reference: text,
    caption: text,
    ...(song.truth.mood !== song.truth.lyricsMood && { groups: ["differs"] }),
    scores: { mood: 1 },
  }));
  writeRecord(folder, { ...someRecord(recipe), id: idOf(recipe), recipeHash: recipeHash(recipe), recipe }, captions);
}

test("runs of a grid are found by their recipe and songs, whatever the engine; others beside them are not", () => {
  const [bart, ...others] = runs as [SweepRun, ...SweepRun[]];
  const playlists = others.find(({ preset }) => preset.dataSet === "songbook-playlists") as SweepRun;
  const found = () => recordedGrid(["table1", "controls"], smoke).map(({ record }) => record.id);
  assert.deepEqual(found(), []);
  record(bart, bart.recipe);
  record(playlists, playlists.recipe);
  assert.deepEqual(found(), [bart.id, playlists.id].sort());
  const { recipe } = bart;
  record(bart, { ...recipe, training: { ...recipe.training, epochs: 99 } });
  record(bart, { ...recipe, data: { ...recipe.data, hash: "other" } }, 1);
  record(bart, { ...recipe, seed: recipe.seed + 1 });
  assert.deepEqual(found(), [bart.id, playlists.id].sort(), "another training, another agreement, another replicate's songs");
  const elsewhere = { ...recipe, engine: { ...recipe.engine, device: "cuda" } };
  record(bart, elsewhere);
  assert.deepEqual(found(), [bart.id, playlists.id, idOf(elsewhere)].sort());
});

test("the map is read where a run of it is recorded", () => {
  assert.deepEqual(recordedMap(smoke), []);
  const cells = cellsOf({ ...grids.map, parts: grids.map.parts.slice(0, 1) }, smoke);
  const [run] = runsOfCells(cells.filter(({ at }) => at.lambda === 0.2 && at.agreement === 0.9)) as [SweepRun];
  record(run, run.recipe);
  assert.deepEqual(
    recordedMap(smoke).map(({ at, replicate, weight }) => [at.agreement, at.lambda, replicate, weight]),
    [[0.9, 0.2, 1, 0.2]],
  );
});
