import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { type DrawSongs, songDrawer } from "alcap/dist/experiment/dataset/corpus";
import { presetNamed } from "alcap/dist/experiment/preset/songbook";
import { recipeDifferences } from "alcap/dist/experiment/run/recipe";
import { type Axes, readAxis } from "alcap/dist/experiment/sweep/axes";
import { cellsOf } from "alcap/dist/experiment/sweep/grid";
import { type Grid, grids } from "alcap/dist/experiment/sweep/grids";
import { runsOfCells } from "alcap/dist/experiment/sweep/runs";
import { arrayOf, slurmScript } from "alcap/dist/experiment/sweep/slurm";

const smoke = presetNamed("smoke");
const standard = presetNamed("standard");
const grid = (axes: Axes, kind: Grid["kind"] = "development") =>
  cellsOf({ name: "trial", kind, parts: [axes] }, kind === "confirmation" ? standard : smoke);

test("axes are read as lists and ranges, by name or by symbol", () => {
  assert.deepEqual(readAxis("λ=0,0.02,5e-1"), { lambda: [0, 0.02, 0.5] });
  assert.deepEqual(readAxis("seed=2020..2024"), { seed: [2020, 2021, 2022, 2023, 2024] });
  assert.deepEqual(readAxis("songs=40,50..52"), { songs: [40, 50, 51, 52] });
  assert.deepEqual(readAxis("ρ=0,1"), { agreement: [0, 1] });
  assert.deepEqual(readAxis("method=bart,alcap"), { method: ["bart", "alcap"] });
});

for (const wrong of [
  "seed",
  "sed=1",
  "=1",
  "seed=",
  "seed=1..",
  "seed=3..1",
  "seed=0..9999",
  "λ=-1",
  "λ=0..1",
  "ρ=1.1",
  "method=gpt",
  "songs=0",
  "rate=fast",
  "epochs=0",
  "dropout=1.5",
  "control=none",
  "toString=1",
])
  test(`--set ${wrong} is refused`, () => {
    assert.throws(() => readAxis(wrong), { name: "AlcapError", code: "usage" });
  });

test("a grid crosses its axes; what no axis names is the preset's", () => {
  const cells = grid({ lambda: [0, 1], seed: [1, 2, 3], corpusSeed: [7, 8] });
  assert.equal(cells.length, 2 * 3 * 2 * smoke.methods.length);
  const { preset, name } = cells.at(-1) ?? assert.fail();
  assert.deepEqual(name, { method: "alcap", seed: 3 });
  assert.deepEqual(preset.corpus, { ...smoke.corpus, seed: 8 });
  assert.equal(preset.recipe.alignment.weight, 1);
  assert.deepEqual(grid({})[0]?.preset, smoke);
});

test("a replicate is a corpus and a training of its own", () => {
  const seeds = (kind: Grid["kind"]) =>
    grid({ replicate: [1, 5], method: ["bart"] }, kind).map(({ preset, name }) => [preset.corpus.seed, name.seed]);
  assert.deepEqual(seeds("development"), [
    [7, 2020],
    [11, 2024],
  ]);
  assert.deepEqual(seeds("confirmation"), [
    [101, 2020],
    [105, 2024],
  ]);
  assert.throws(() => cellsOf(grids.table1, smoke, { replicate: [1], seed: [2020] }), /both set a seed/);
});

test("a development grid refuses corpora that are kept for confirmation", () => {
  for (const axes of [{ corpusSeed: [101] }, { corpusSeed: [7, 199] }, { replicate: [95] }])
    assert.throws(() => grid(axes), { code: "usage", message: /kept for confirmation/ });
  assert.equal(grid({ corpusSeed: [100, 200], method: ["bart"] }).length, 2);
  assert.equal(grid({ corpusSeed: [101], seed: [1], method: ["bart"] }, "confirmation").length, 1);
  const { stderr, status } = spawnSync(
    process.execPath,
    [require.resolve("alcap/bin/alcap.js"), "sweep", "lambda", "--preset", "smoke", "--set", "corpusSeed=101", "--list"],
    { encoding: "utf8" },
  );
  assert.equal(status, 2);
  assert.match(stderr, /corpus of seed 101 is kept for confirmation/);
});

test("the primary comparison comes first, whole replicates one after the other", () => {
  const cells = cellsOf(grids.table1, standard);
  assert.deepEqual(
    cells.slice(0, 30).map(({ at }) => at),
    Array.from({ length: 10 }, (_, r) =>
      standard.methods.map((method) => ({ replicate: r + 1, dataSet: "songbook-positive", method })),
    ).flat(),
  );
  const rest = cells.slice(30);
  assert.equal(rest.length, 5 * 3 * 3);
  assert.deepEqual(
    rest.map(({ preset }) => preset.corpus.seed),
    [1, 2].flatMap((sets) => [101, 102, 103, 104, 105].flatMap((seed) => Array.from({ length: 3 * sets }, () => seed))),
  );
  const epochs = new Set(rest.map(({ preset }) => `${preset.dataSet} ${preset.captioning.epochs}`));
  assert.deepEqual([...epochs], ["songbook-playlists 6", "songbook-nonnegative 1", "songbook-full 1"]);
  assert.deepEqual(cellsOf(grids.table2, standard), cells);
});

test("grids for confirmation use its corpora at standard alone, those for development never", () => {
  for (const grid of Object.values(grids))
    for (const name of ["quick", "smoke", "standard"] as const) {
      const seeds = cellsOf(grid, presetNamed(name)).map(({ preset }) => preset.corpus.seed);
      const confirms = name === "standard" && grid.kind === "confirmation";
      assert.ok(
        seeds.every((seed) => seed >= 101 === confirms),
        `${grid.name} at ${name}`,
      );
    }
});

test("smoke has few replicates of its own few songs", () => {
  for (const grid of Object.values(grids)) {
    const cells = cellsOf(grid, smoke);
    assert.ok(cells.every(({ preset }) => preset.corpus.songs === smoke.corpus.songs && preset.corpus.seed <= 8));
  }
});

test("what is set holds in every part; a seed or a corpus seed takes the replicates' place", () => {
  const cells = cellsOf(grids.controls, smoke, { seed: [5], lambda: [0.5] });
  assert.ok(cells.every(({ preset, name }) => name.seed === 5 && preset.recipe.alignment.weight === 0.5));
  assert.deepEqual(cells[0]?.preset.corpus, smoke.corpus);
});

test("the controls' λ = 0 is BART-fusion's run, and each control is one of its own", () => {
  const runs = runsOfCells(cellsOf(grids.controls, smoke, { replicate: [1] }));
  assert.deepEqual(
    runs.map(({ id }) => id.replace(/^songbook-positive\.|\.s2020\..*$/g, "")),
    [
      "bart",
      "bart-fusion",
      "alcap.λ0.02",
      "bart-fusion.other-music",
      "bart-fusion.true-mood",
      "alcap.λ0.02.true-mood",
      "alcap.λ0.02.random-pairs",
      "bart.layer-norm",
    ],
  );
});

/** A value of each axis beside smoke's own, and the recipe's fields that it changes. */
const changes: readonly [given: string, fields: readonly string[]][] = [
  ["rate=0.5", ["training.schedule.peak"]],
  ["epochs=3", ["training.epochs"]],
  ["dropout=0.1", ["training.dropout"]],
  ["residual=1", ["fusion.residual"]],
  ["forgetGate=sigmoid", ["fusion.forgetGate"]],
  ["τ=0.07", ["alignment.temperature"]],
  ["similarity=dot", ["alignment.similarity"]],
  ["loss=sigmoid-pairs", ["alignment.loss", "alignment.direction"]],
  ["direction=symmetric", ["alignment.direction"]],
  ["pooling=without-padding", ["alignment.pooling"]],
  ["alignmentLayer=2", ["alignment.layer"]],
  ["startEpoch=1", ["alignment.startEpoch"]],
  ["repeatedSongs=each-row", ["alignment.repeatedSongs"]],
  ["labelPadding=counted", ["caption.labelPadding"]],
  ["lastBatch=dropped", ["lastBatch"]],
  ["start=random", ["baseModel"]],
  ["start=intermediate", ["baseModel"]],
  ["comments=1", ["data.hash"]],
  ["control=true-mood", ["control"]],
];

test("each axis changes its field of the recipe and no other", () => {
  const [plain = assert.fail()] = runsOfCells(grid({ method: ["alcap"] }));
  for (const [given, fields] of changes) {
    const [run = assert.fail()] = runsOfCells(grid({ method: ["alcap"], ...readAxis(given) }));
    const differing = recipeDifferences(plain.recipe, run.recipe).map(({ field }) => field);
    if (given === "start=intermediate" && differing.length === 0) continue; // the preset's own start has the task
    assert.deepEqual(differing, fields, given);
  }
  const forms = { optimiser: "adafactor", decoding: "sampled", aggregation: "cls", loss: "positive-pair", noise: "0.6" };
  for (const [axis, word] of Object.entries(forms)) {
    const [run = assert.fail()] = runsOfCells(grid({ method: ["alcap"], ...readAxis(`${axis}=${word}`) }));
    assert.notEqual(run.id, plain.id, axis);
  }
});

test("cells with one recipe are one run, under the number of the first", () => {
  const runs = runsOfCells(grid({ lambda: [0, 0.02], seed: [2022] }));
  assert.deepEqual(
    runs.map(({ cell, id }) => [cell, id.replace(/\.[^.]*$/, "")]),
    [
      [0, "songbook-positive.bart.s2022"],
      [1, "songbook-positive.bart-fusion.s2022"], // and ALCAP with λ = 0, and the same two at λ = 0.02
      [5, "songbook-positive.alcap.λ0.02.s2022"],
    ],
  );
  assert.ok(runs.every(({ steps }) => steps === runs[0]?.steps && steps > 5));
});

test("runs share encoder and base model where their names are equal", () => {
  const runs = runsOfCells(grid({ dataSet: ["songbook-positive", "songbook-full"], corpusSeed: [7, 8], method: ["alcap"] }));
  const { material } = runs[0] ?? assert.fail();
  assert.deepEqual(
    runs.map((run) => [run.preset.corpus.seed, run.material.encoder === material.encoder]),
    [
      [7, true],
      [7, true],
      [8, true],
      [8, true],
    ],
  );
  assert.ok(runs.every((run) => run.material.baseModel === material.baseModel));
});

test("the songs of each corpus are drawn once for all its data sets, and it is told how far that is", () => {
  const cells = grid({
    dataSet: ["songbook-positive", "songbook-full"],
    corpusSeed: [7, 8],
    noise: [0.3, 0.6],
    method: ["alcap"],
  });
  const drawn: string[] = [];
  const told: number[] = [];
  const kept = songDrawer();
  const draw: DrawSongs = (options) => {
    const asked = JSON.stringify(options);
    if (drawn.at(-1) !== asked) drawn.push(asked);
    return kept(options);
  };
  const runs = runsOfCells(cells, undefined, { draw, report: () => (done, total) => told.push(done / total) });
  assert.deepEqual([runs.length, drawn.length, new Set(drawn).size], [8, 4, 4]);
  assert.deepEqual([told.length, told[0], told.at(-1)], [9, 0, 1]);
  const [options = assert.fail()] = cells.map(({ preset }) => preset.corpus);
  assert.equal(kept(options), kept(options));
});

test("a job array is a script that a shell reads, with every word as it was", () => {
  assert.equal(arrayOf([7, 0, 1, 2, 9, 10]), "0-2,7,9-10");
  const words = ["sweep", "lambda", "--set", "λ=0,0.02", "--out", "/a folder/it's"];
  const script = slurmScript({ words, cells: [0, 1, 2], root: "/", logs: "/tmp", environment: { ALCAP_HOME: "/some where" } });
  assert.equal(spawnSync("bash", ["-n"], { input: script }).status, 0);
  const line = /srun --ntasks=1 node lib\/bin\/alcap.js (.*) --task/.exec(script)?.[1] ?? assert.fail(script);
  const { stdout } = spawnSync("bash", ["-c", `printf '%s\\n' ${line}`], { encoding: "utf8" });
  assert.deepEqual(stdout.trimEnd().split("\n"), words);
  assert.match(script, /^#SBATCH --array=0-2$/m);
  assert.match(script, /--dependency=afterany:"\$runs"/);
});
