import assert from "node:assert/strict";
import { test } from "node:test";
import type { RunRecipe } from "alcap/dist/experiment/run/recipe";
import type { CaptionRecord, RunRecord } from "alcap/dist/experiment/run/records";
import { type Arm, confirmationRun, type GridRun } from "alcap/dist/experiment/study/grid-runs";
import { trendOver } from "alcap/dist/experiment/study/trend";
import { compareArms, verdict } from "alcap/dist/experiment/study/verdict";
import { inReadableUnits, primaryText, primaryWords, verdictTables, verdictText } from "alcap/dist/experiment/study/verdict-text";
import type { Method } from "alcap/dist/paper";
import seedrandom from "seedrandom";
import { someRecipe, someRecord } from "../run/some-record";

function normals(seed: string) {
  const random = seedrandom.alea(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Each method's true NLL and share of right moods; the spread between replicates. */
interface World {
  readonly nll: Readonly<Record<string, number>>;
  readonly mood: Readonly<Record<string, number>>;
  readonly spread: number;
}

/** Runs of a grid drawn from a world whose answer is known. */
function grid(seed: string, { nll, mood, spread }: World, replicates = 8, songs = 60): GridRun[] {
  const next = normals(seed);
  const random = seedrandom.alea(`${seed}/mood`);
  return Array.from({ length: replicates }, (_, r) => {
    const base = Array.from({ length: songs }, () => [0.1 * next(), random()] as const);
    return Object.keys(nll).map((name): GridRun => {
      const [method, control] = name.split("/") as [Method, string | undefined];
      const [trained, heard] = [spread * next(), spread * next()];
      const captions = base.map(
        ([of, luck], i): CaptionRecord => ({
          song: `songbook-${101 + r}-${i}`,
          reference: "",
          caption: "",
          groups: i % 6 === 0 ? ["unseen"] : ["differs"],
          scores: {
            nll: (nll[name] ?? 0) + of + trained + 0.01 * next(),
            mood: Number(luck < (mood[name] ?? 0) + heard),
            theme: 1,
            rouge1: 0.2 + 0.05 * next(),
          },
        }),
      );
      const record = { ...someRecord(), captions: { count: songs, sha256: "" } } as RunRecord;
      return {
        replicate: r + 1,
        method,
        control,
        dataSet: "songbook-positive",
        weight: method === "alcap" ? 0.02 : undefined,
        record,
        captions,
      };
    });
  }).flat();
}

const byMusic = { bart: 0.74, "bart-fusion": 0.7 };
const moods = { bart: 0.5, "bart-fusion": 0.85 };

test("a clear gain is called better and a clear loss worse, in the same words", () => {
  const gain = verdict(grid("gain", { nll: { ...byMusic, alcap: 0.68 }, mood: { ...moods, alcap: 0.97 }, spread: 0.003 }));
  const loss = verdict(grid("gain", { nll: { ...byMusic, alcap: 0.72 }, mood: { ...moods, alcap: 0.7 }, spread: 0.003 }));
  assert.deepEqual(
    gain.primary.map(({ outcome }) => outcome),
    ["better", "better"],
  );
  assert.deepEqual(
    loss.primary.map(({ outcome }) => outcome),
    ["worse", "worse"],
  );
  const [better, worse] = [gain, loss].map((one) =>
    verdictText(one)
      .split("\n\n")
      .slice(1, 3)
      .map((part) => part.split(". ")[0]?.split("\n")[0]),
  );
  assert.deepEqual(
    better?.map((line) => line?.replace("ALCAP is better", "ALCAP is worse")),
    worse,
  );
  const [nll] = gain.primary;
  assert.ok(
    (nll?.music?.mean ?? 0) < -0.03 && Math.abs((nll?.equivalence?.margin ?? 0) - 0.004) < 0.001,
    "lower NLL is what the music buys",
  );
});

test("the tables of a verdict are the same wherever they are shown", () => {
  const world = {
    nll: { ...byMusic, alcap: 0.7, "bart-fusion/other-music": 0.74 },
    mood: { ...moods, alcap: 0.9 },
    spread: 0.01,
  };
  const found = verdict(grid("tables", world));
  const [secondary = assert.fail(), controls = assert.fail()] = verdictTables(found);
  assert.deepEqual([secondary.rows.length, controls.rows.length], [found.secondary.length, found.controls.length]);
  assert.deepEqual(verdictTables({ ...found, controls: [] }), [secondary]);
  const text = verdictText(found);
  for (const { title, rows } of [secondary, controls]) {
    assert.ok(text.includes(`${title}:`));
    for (const { name, endpoint } of rows) assert.ok(text.includes(`${name} `) && text.includes(endpoint));
  }
  const [nll = assert.fail(), mood = assert.fail()] = found.primary;
  assert.equal(inReadableUnits(nll).difference?.mean, 1000 * (nll.test?.mean ?? 0));
  assert.equal(inReadableUnits(mood).difference?.mean, 100 * (mood.test?.mean ?? 0));
  const { said, numbers } = primaryWords(nll);
  assert.deepEqual(primaryText(nll).split(/\n +/), [said, ...numbers]);
});

test("equal methods are called equal where the design can tell, and cannot be told apart where it cannot", () => {
  const same = { nll: { ...byMusic, alcap: 0.7 }, mood: { ...moods, alcap: 0.85 } };
  const sharp = verdict(grid("same", { ...same, spread: 0.0005 }, 10)).primary[0];
  assert.deepEqual([sharp?.outcome, sharp?.negligible], ["no difference", true]);
  const blunt = verdict(grid("same", { ...same, spread: 0.02 }, 4));
  assert.equal(blunt.primary[0]?.outcome, "cannot tell");
  assert.ok((blunt.primary[0]?.detectable ?? 0) > 0.02);
  assert.match(verdictText(blunt), /Cannot tell: this design shows a difference of 0\.\d{5} nats a token with 80 % power/);
});

test("equal methods are told apart in at most 6 % of grids, on either endpoint", () => {
  let wrong = 0;
  const trials = 300;
  for (let i = 0; i < trials; i++) {
    const runs = grid(`size/${i}`, { nll: { ...byMusic, alcap: 0.7 }, mood: { ...moods, alcap: 0.85 }, spread: 0.01 }, 5, 20);
    if (verdict(runs).primary.some(({ outcome }) => outcome === "better" || outcome === "worse")) wrong++;
  }
  assert.ok(wrong <= 0.06 * trials, String(wrong));
});

test("controls are held against the runs that they are to lose to or gain over; unseen pairs stand apart", () => {
  const nll = { ...byMusic, alcap: 0.7, "bart-fusion/other-music": 0.745, "bart-fusion/true-mood": 0.66 };
  const mood = { ...moods, alcap: 0.85, "bart-fusion/other-music": 0.45, "bart-fusion/true-mood": 0.99 };
  const { controls, secondary } = verdict(grid("controls", { nll, mood, spread: 0.003 }));
  const mean = (control: string, key: string) =>
    controls.find((row) => row.control === control && row.key === key)?.test?.mean ?? 0;
  assert.ok(mean("other-music", "nll") > 0.03 && mean("other-music", "mood") < -0.2);
  assert.ok(mean("true-mood", "nll") < -0.02 && mean("true-mood", "mood") > 0.05);
  assert.ok(
    controls.every(({ control }) => !["random-pairs", "layer-norm"].includes(control)),
    "not run, not shown",
  );
  assert.ok(["nll.unseen", "mood.unseen", "mood.differs", "rouge1"].every((key) => secondary.some((row) => row.key === key)));
  assert.ok(secondary.every(({ corrected, test }) => (corrected ?? 0) >= (test?.p ?? 1)));
});

test("one replicate, none, and two recipes in one place are said to be that", () => {
  const world = { nll: { ...byMusic, alcap: 0.6 }, mood: { ...moods, alcap: 0.9 }, spread: 0.003 };
  const one = verdict(grid("one", world, 1));
  assert.deepEqual([one.primary[0]?.outcome, one.primary[0]?.test, one.primary[0]?.replicates], ["cannot tell", null, 1]);
  assert.match(verdictText(one), /cannot tell\. From 1 replicate nothing/);
  assert.equal(verdict([]).primary[0]?.replicates, 0);
  const twice = grid("twice", world, 2);
  assert.throws(() => verdict([...twice, ...twice.slice(0, 1)]), { code: "record", message: /one replicate of two recipes/ });
});

test("a run's replicate is read off its record and songs; development corpora are no part of it", () => {
  const captions = (seed: number) => [{ song: `songbook-${seed}-000001`, reference: "", caption: "", scores: {} }];
  const record = (recipe: Partial<RunRecipe>) => someRecord({ ...someRecipe, ...recipe }) as RunRecord;
  const found = confirmationRun(record({ seed: 2022 }), captions(103));
  assert.deepEqual([found?.replicate, found?.method, found?.control, found?.weight], [3, "alcap", undefined, 0.02]);
  assert.equal(confirmationRun(record({ seed: 2022 }), captions(9)), undefined);
  assert.equal(confirmationRun(record({ seed: 2021 }), captions(103)), undefined, "seeds of two replicates");
});

test("a trend along a dial is found where there is one, over the replicates that have all its levels", () => {
  const dataSet = "songbook-positive";
  const levels = [{ method: "bart", dataSet } as const, { method: "bart-fusion", dataSet } as const];
  const runs = grid("trend", { nll: byMusic, mood: moods, spread: 0.003 });
  const found = trendOver(runs, levels, "nll.differs");
  assert.ok(found && found.mean < -0.03 && found.p < 0.01);
  assert.equal(trendOver(runs.slice(1), levels, "nll")?.replicates, 7, "one replicate lacks a level");
  assert.equal(trendOver(runs.slice(0, 2), levels, "nll"), null);
});

test("any arms are compared in the verdict's own words, corrected together", () => {
  const runs = grid("arms", {
    nll: { ...byMusic, alcap: 0.68, "alcap/residual 1": 0.72 },
    mood: { ...moods, alcap: 0.9, "alcap/residual 1": 0.9 },
    spread: 0.003,
  });
  const [alcap, fusion, bart] = (["alcap", "bart-fusion", "bart"] as const).map((method) => ({
    method,
    dataSet: "songbook-positive",
    ...(method === "alcap" && { weight: 0.02 }),
  })) as [Arm, Arm, Arm];
  const changed = { what: "residual 1", a: { ...alcap, control: "residual 1" }, b: alcap };
  const claim = { what: "the claim", a: alcap, b: fusion };
  const found = compareArms(runs, [changed, claim], ["nll"], { a: fusion, b: bart });
  assert.deepEqual(
    found.map(({ pair, outcome }) => [pair.what, outcome]),
    [
      ["residual 1", "worse"],
      ["the claim", "better"],
    ],
  );
  const [whole = assert.fail()] = verdict(runs.filter(({ control }) => control === undefined)).primary;
  assert.deepEqual([found[1]?.test, found[1]?.music], [whole.test, whole.music]);
  const [unknown = assert.fail()] = compareArms(
    runs.filter(({ method }) => method !== "bart"),
    [claim],
    ["mood"],
    { a: fusion, b: bart },
  );
  assert.deepEqual([unknown.music, unknown.equivalence], [null, null]);
  assert.deepEqual(
    compareArms(runs, [{ ...claim, a: { ...alcap, control: "never run" } }], ["nll"], claim)[0]?.outcome,
    "cannot tell",
  );
});
