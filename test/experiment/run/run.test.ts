import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { presetNamed } from "alcap/dist/experiment/preset/songbook";
import { obtainRuns } from "alcap/dist/experiment/run/obtain-runs";
import { trainedWeights } from "alcap/dist/experiment/run/run";
import { songbookFacts } from "alcap/dist/experiment/run/songbook-material";
import { encoderFiles } from "alcap/dist/experiment/tagger/songbook-encoder";
import { projectRoot } from "alcap/dist/files/project";

// A home without weights or caches, and the committed records.
const home = mkdtempSync(path.join(tmpdir(), "alcap-run-"));
process.env.ALCAP_HOME = home;
after(() => rmSync(home, { recursive: true, force: true }));
const facts = songbookFacts(presetNamed("standard"), path.join(projectRoot(), "results/standard"));

test("recorded runs are read where there are no weights; nothing is rendered or trained", async () => {
  const jobs: string[] = [];
  const records = await obtainRuns(facts, (label) => {
    jobs.push(label);
    return () => {};
  });
  assert.deepEqual(
    records.map(({ recipe: { method, seed } }) => `${method} ${seed}`),
    facts.preset.seeds.flatMap((seed) => ["bart", "bart-fusion", "alcap"].map((method) => `${method} ${seed}`)),
  );
  assert.deepEqual(jobs, []);
  assert.ok(!existsSync(encoderFiles(facts.preset, facts.corpus, facts.workspace.cache).music), "no song was represented");
});

// The weights of BART are not among those that are kept.
test("what needs weights says that they are not here, and the command that trains them again", () => {
  assert.throws(() => trainedWeights(facts, { method: "bart", seed: 2020 }), {
    name: "AlcapError",
    code: "weights",
    message:
      /bart\.s2020\.[0-9a-f]{6} are not on this machine.*alcap train --preset standard --method bart --seed 2020 --weights/,
  });
});
