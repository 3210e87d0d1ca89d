import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { presetNamed } from "alcap/dist/experiment/preset/songbook";
import { cellsOf } from "alcap/dist/experiment/sweep/grid";
import { grids } from "alcap/dist/experiment/sweep/grids";
import { makeSweep } from "alcap/dist/experiment/sweep/make";
import { runsOfCells } from "alcap/dist/experiment/sweep/runs";
import { readTrials, type Trial, trialsFile, tuneFolder } from "alcap/dist/experiment/sweep/trials";
import { chosen, trialTable } from "alcap/dist/experiment/sweep/tuning";
import { workspaceOf } from "alcap/dist/files/project";
import { smokeHome } from "./smoke-home";

const trial = (at: Trial["at"], loss: number): Trial => ({ id: "", recipeHash: "", at, loss, step: 1, seconds: 1 });

/** Trials whose loss is a function of the setting, and a little of the replicate. */
const trialsBy = (loss: (method: string, rate: number, epochs: number) => number) =>
  (["bart", "alcap"] as const).flatMap((method) =>
    [1, 2, 3].flatMap((rate) =>
      [4, 8].flatMap((epochs) =>
        [1, 2].map((replicate) => trial({ method, rate, epochs, replicate }, loss(method, rate, epochs) + replicate / 100)),
      ),
    ),
  );

test("each method's least mean loss is chosen, and the setting that is least for all", () => {
  const best = { bart: 1, alcap: 3 } as Record<string, number>;
  const choice = chosen(trialsBy((method, rate, epochs) => (rate - (best[method] ?? 0)) ** 2 + 1 / epochs));
  assert.deepEqual(choice.methods.bart?.at, { rate: 1, epochs: 8 });
  assert.deepEqual(choice.methods.alcap?.at, { rate: 3, epochs: 8 });
  assert.deepEqual(choice.common?.at, { rate: 2, epochs: 8 });
  assert.ok(Math.abs((choice.methods.bart?.loss ?? 0) - (0.125 + 0.015)) < 1e-12);
  assert.deepEqual(choice.edges, { bart: ["rate"], alcap: ["rate"], common: [] });
});

test("a setting that lacks a replicate is not chosen", () => {
  const all = trialsBy((_, rate, epochs) => rate + epochs);
  const some = all.filter(({ at }) => !(at.rate === 1 && at.epochs === 4 && at.replicate === 2 && at.method === "bart"));
  assert.deepEqual(chosen(all).methods.bart?.at, { rate: 1, epochs: 4 });
  assert.deepEqual(chosen(some).methods.bart?.at, { rate: 2, epochs: 4 });
  assert.deepEqual(chosen(some).common?.at, { rate: 2, epochs: 4 });
  assert.match(trialTable(some), /^rate {2}epochs {2}BART +ALCAP\n1 +4 +– +5\.0150 \*/);
  assert.deepEqual(chosen([]), { trials: 0, methods: {}, edges: {} });
});

const homes: string[] = [];
after(() => {
  for (const home of homes) rmSync(home, { recursive: true, force: true });
});

test("the grid gives every method the same settings, on development corpora at quick's size", () => {
  const cells = cellsOf(grids.tune, presetNamed("quick"));
  const of = (method: string) =>
    cells.filter(({ name }) => name.method === method).map(({ at: { method: _, ...setting } }) => JSON.stringify(setting));
  assert.ok(of("alcap").length >= 12);
  assert.deepEqual(of("bart"), of("alcap"));
  assert.deepEqual(of("bart-fusion"), of("alcap"));
  assert.deepEqual([...new Set(cells.map(({ preset }) => preset.corpus.seed))], [7, 8]);
});

test("a trial leaves a line and nothing else; one that is there is not made again", async () => {
  const home = await smokeHome();
  homes.push(home);
  process.env.ALCAP_HOME = home;
  const preset = presetNamed("smoke");
  const runs = runsOfCells(
    cellsOf(grids.tune, preset, { replicate: [1], rate: [4e-3, 1e-3], epochs: [1], dropout: [0], method: ["bart"] }),
  );
  assert.equal(runs.length, 2);
  const trials = trialsFile(tuneFolder());
  const begun: string[] = [];
  const options = { jobs: 2, cache: workspaceOf(preset).cache, trials, started: ({ id }: { id: string }) => begun.push(id) };
  assert.deepEqual(await makeSweep(runs, options), []);
  const made = readTrials(trials);
  assert.deepEqual(
    made.map(({ at }) => at.rate),
    [1e-3, 4e-3],
  );
  assert.deepEqual(new Set(made.map(({ recipeHash }) => recipeHash.slice(0, 6))), new Set(runs.map(({ id }) => id.slice(-6))));
  assert.ok(made.every(({ loss, step, seconds }) => loss > 1 && step > 0 && seconds >= 0));
  assert.ok(!existsSync(path.join(home, "results", "smoke")), "a trial writes no record");
  assert.deepEqual(
    readdirSync(options.cache).filter((name) => name.startsWith("run-")),
    [],
  );
  const bytes = readFileSync(trials, "utf8");
  assert.deepEqual(await makeSweep(runs, options), []);
  assert.equal(begun.length, 2);
  assert.equal(readFileSync(trials, "utf8"), bytes);
});

test("a line that is no trial is named", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "alcap-trials-"));
  homes.push(folder);
  const file = trialsFile(folder);
  assert.deepEqual(readTrials(file), []);
  writeFileSync(file, `${JSON.stringify(trial({}, 1))}\n{"loss": `);
  assert.throws(() => readTrials(file), { code: "record", message: /line 2, is no trial/ });
});
