import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { value } from "alcap/dist/engine";
import { presetNamed } from "alcap/dist/experiment/preset/songbook";
import { idOf, recipeHash, recipeOf } from "alcap/dist/experiment/run/recipe";
import { findWeights, keepWeights, readWeights, weightsFile } from "alcap/dist/experiment/run/run";
import { songbookFacts } from "alcap/dist/experiment/run/songbook-material";
import { writeSafetensors } from "alcap/dist/model/weights";

process.env.ALCAP_THREADS = "1";
const home = mkdtempSync(path.join(tmpdir(), "alcap-weights-"));
process.env.ALCAP_HOME = home;
after(() => rmSync(home, { recursive: true, force: true }));

test("weights are found where training left them, and where they are kept when the cache is gone", () => {
  const facts = songbookFacts(presetNamed("smoke"));
  const name = { method: "alcap", seed: 2022 } as const;
  const recipe = recipeOf(facts, name);
  const record = { id: idOf(recipe), recipe } as Parameters<typeof keepWeights>[1];
  const put = (hash: string) => {
    mkdirSync(path.dirname(weightsFile(facts, name)), { recursive: true });
    writeFileSync(weightsFile(facts, name), writeSafetensors({ w: value(Float32Array.of(1, 2), [2]) }, { recipe: hash }));
  };
  assert.equal(findWeights(facts, name), undefined);
  assert.throws(() => readWeights(facts, name), { code: "weights", message: /not on this machine/ });
  assert.throws(() => keepWeights(facts.workspace, record), { code: "weights" });
  put("another");
  assert.throws(() => readWeights(facts, name), { code: "weights", message: /another recipe/ });
  put(recipeHash(recipe));
  assert.equal(findWeights(facts, name), weightsFile(facts, name));
  const kept = keepWeights(facts.workspace, record);
  assert.equal(kept, path.join(home, "results/smoke/checkpoints", `${record.id}.safetensors`));
  rmSync(facts.workspace.cache, { recursive: true });
  assert.equal(findWeights(facts, name), kept);
  assert.deepEqual([...(readWeights(facts, name).w?.data ?? [])], [1, 2]);
});
