import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { presetNamed } from "alcap/dist/experiment/preset/songbook";
import { idOf, leaves, type RunName, recipeDifferences, recipeOf, runId } from "alcap/dist/experiment/run/recipe";
import { recordedRuns, type SongbookFacts, songbookFacts } from "alcap/dist/experiment/run/songbook-material";
import { projectRoot } from "alcap/dist/files/project";
import { recipes } from "alcap/dist/recipe";
import fc from "fast-check";

const facts = songbookFacts(presetNamed("smoke"));
const run = (method: RunName["method"]): RunName => ({ method, seed: 2022 });
const id = (method: RunName["method"], changed: SongbookFacts) => runId(changed, run(method));

type Recipe = SongbookFacts["preset"]["recipe"];
const withRecipe = (recipe: Partial<Recipe>): SongbookFacts => ({
  ...facts,
  preset: { ...facts.preset, recipe: { ...facts.preset.recipe, ...recipe } },
});
const { alignment, fusion } = facts.preset.recipe;

/** An alignment with one field changed. */
type Alignment = Recipe["alignment"];

const changes: Readonly<Record<keyof Alignment, unknown>> = {
  weight: 0.5,
  loss: "positive-pair",
  temperature: 0.07,
  similarity: "dot",
  direction: "symmetric",
  aggregation: "cls",
  pooling: "without-padding",
  layer: 0,
  startEpoch: 1,
  repeatedSongs: "each-row",
};
const changedField = fc.constantFrom(...(Object.keys(changes) as (keyof Alignment)[]));
const changed = (field: keyof Alignment, of: Alignment = alignment) => ({ ...of, [field]: changes[field] });

test("an id is readable and ends in the recipe's hash", () => {
  assert.match(id("alcap", facts), /^songbook-positive\.alcap\.λ0\.02\.s2022\.[0-9a-f]{6}$/);
  assert.match(id("bart", facts), /^songbook-positive\.bart\.s2022\.[0-9a-f]{6}$/);
});

test("λ and the rest of the alignment say nothing about BART and BART-fusion, the fusion nothing about BART", () => {
  fc.assert(
    fc.property(changedField, (field) => {
      const other = withRecipe({ alignment: changed(field) });
      assert.equal(id("bart", other), id("bart", facts));
      assert.equal(id("bart-fusion", other), id("bart-fusion", facts));
      assert.notEqual(id("alcap", other), id("alcap", facts));
    }),
  );
  const other = withRecipe({ fusion: { ...fusion, residual: 0.7 } });
  assert.equal(id("bart", other), id("bart", facts));
  for (const method of ["bart-fusion", "alcap"] as const) assert.notEqual(id(method, other), id(method, facts));
  const music = { ...facts, music: { hash: "another" } };
  assert.equal(id("bart", music), id("bart", facts));
  assert.notEqual(id("alcap", music), id("alcap", facts));
});

test("λ = 0 is BART-fusion, and then no field of the alignment matters", () => {
  fc.assert(
    fc.property(changedField, (field) => {
      const other = withRecipe({ alignment: { ...changed(field), weight: 0 } });
      assert.equal(id("alcap", other), id("bart-fusion", facts));
    }),
  );
});

test("a field that the alignment's loss or aggregation does not read leaves the id", () => {
  const pairs: Alignment = { ...alignment, loss: "positive-pair" };
  for (const field of ["temperature", "similarity", "direction"] as const)
    assert.equal(id("alcap", withRecipe({ alignment: changed(field, pairs) })), id("alcap", withRecipe({ alignment: pairs })));
  const first: Alignment = { ...alignment, aggregation: "cls" };
  assert.equal(id("alcap", withRecipe({ alignment: changed("pooling", first) })), id("alcap", withRecipe({ alignment: first })));
});

test("what applies to every method changes every id; what changes no result changes none", () => {
  const { captioning } = facts.preset;
  const plan = (preset: Partial<SongbookFacts["preset"]>): SongbookFacts => ({
    ...facts,
    preset: { ...facts.preset, ...preset },
  });
  const others: SongbookFacts[] = [
    plan({ captioning: { ...captioning, epochs: 1 } }),
    plan({ captioning: { ...captioning, batch: 7 } }),
    plan({ captioning: { ...captioning, schedule: { ...captioning.schedule, peak: 1 } } }),
    plan({ captioning: { ...captioning, evaluateEvery: 2 } }),
    plan({ captionTokens: 31 }),
    plan({ decodingBatch: 3 }),
    plan({ lastBatch: "dropped" }),
    { ...facts, start: { hash: "another" } },
    { ...facts, corpus: { ...facts.corpus, hash: "another" } },
    { ...facts, corpus: { ...facts.corpus, name: "another" } },
    withRecipe({ caption: { labelPadding: "counted" } }),
  ];
  const same: SongbookFacts[] = [
    plan({ captioning: { ...captioning, checkpointSteps: 3 } }),
    plan({ captioning: { ...captioning, evaluateEvery: 1 } }),
    plan({ lastBatch: "scored" }),
    plan({ about: "in other words", seeds: [1, 2022] }),
  ];
  for (const method of ["bart", "bart-fusion", "alcap"] as const) {
    assert.equal(new Set([facts, ...others].map((one) => id(method, one))).size, others.length + 1, method);
    for (const one of same.slice(0, 3)) assert.equal(id(method, one), id(method, facts));
    assert.equal(id("bart", same[3] as SongbookFacts), id("bart", facts));
  }
});

test("threads are part of a recipe, one unless asked for", () => {
  const asked = process.env.ALCAP_THREADS;
  delete process.env.ALCAP_THREADS;
  const one = recipeOf(facts, run("bart"));
  process.env.ALCAP_THREADS = "2";
  const two = recipeOf(facts, run("bart"));
  if (asked === undefined) delete process.env.ALCAP_THREADS;
  else process.env.ALCAP_THREADS = asked;
  assert.equal(one.engine.threads, 1);
  assert.notEqual(idOf(two), idOf(one));
});

test("two recipes are compared field by field", () => {
  const [a, b] = [recipeOf(facts, run("alcap")), recipeOf(facts, { method: "bart-fusion", seed: 1 })];
  const differences = recipeDifferences(a, b);
  assert.deepEqual(differences.slice(0, 2), [
    { field: "method", a: "alcap", b: "bart-fusion" },
    { field: "seed", a: 2022, b: 1 },
  ]);
  assert.deepEqual(
    differences.slice(2).map(({ field }) => field),
    [...leaves(a).keys()].filter((field) => field.startsWith("alignment.")),
  );
  assert.deepEqual(recipeDifferences(a, a), []);
});

test("the committed runs of standard are found for its recipes, without weights", () => {
  const standard = songbookFacts(presetNamed("standard"), path.join(projectRoot(), "results/standard"));
  const records = recordedRuns(standard);
  assert.equal(records.length, 9, "after a change of what decides a run, the records have to be made again");
  assert.deepEqual(new Set(records.map(({ recipe }) => recipe.data.hash)), new Set([standard.corpus.hash]));
  const { corpus } = standard.preset;
  const other = songbookFacts(
    { ...standard.preset, corpus: { ...corpus, songs: 40, testSongs: 5, agreement: 0.8 } },
    standard.workspace.results,
  );
  assert.ok(existsSync(other.workspace.runs));
  assert.deepEqual(recordedRuns(other), [], "no record of ρ = 0.5 is taken for a corpus of ρ = 0.8");
});

test("a decoding setting that is left out and one that says its default are one recipe; another value is another", () => {
  const { decoding: released } = recipes.released;
  const withDecoding = (settings: Partial<typeof released>): string => {
    const decoding = { kind: "beams", ...released, ...settings } as const;
    return id("bart", { ...facts, preset: { ...facts.preset, decoding } });
  };
  const plain = withDecoding({});
  assert.equal(withDecoding({ minLength: 0, temperature: 1, minTokensToKeep: 2, returnSequences: 1 }), plain);
  for (const settings of [{ minLength: 8 }, { temperature: 0.7 }, { beams: 1, minTokensToKeep: 1 }] as const)
    assert.notEqual(withDecoding(settings), plain);
});
