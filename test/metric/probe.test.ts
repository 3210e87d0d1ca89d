import assert from "node:assert/strict";
import { test } from "node:test";
import { AlcapError } from "alcap/dist/errors";
import { linearProbe } from "alcap/dist/metric/probe";
import seedrandom from "seedrandom";

/** Points around `classes` corners, `spread` wide, in a plane of unequal scales. */
function clouds(classes: number, rows: number, spread: number, seed: string) {
  const random = seedrandom(seed);
  const labels = Array.from({ length: rows }, (_, i) => i % classes);
  const features = labels.map((label) => {
    const angle = (2 * Math.PI * label) / classes;
    return [Math.cos(angle) + spread * (random() - 0.5), 1000 * (Math.sin(angle) + spread * (random() - 0.5)), 7];
  });
  return { features, labels };
}

test("classes that a line separates are read without a mistake, a feature that never varies included", () => {
  const { accuracy, confusion, interval } = linearProbe({
    train: clouds(4, 80, 0.5, "a"),
    test: clouds(4, 40, 0.5, "b"),
    classes: 4,
  });
  assert.equal(accuracy, 1);
  assert.deepEqual([interval.low, interval.high], [1, 1]);
  assert.deepEqual(
    confusion,
    [0, 1, 2, 3].map((c) => [0, 1, 2, 3].map((d) => (c === d ? 10 : 0))),
  );
});

test("features that know nothing are read at chance, and the confusion adds up", () => {
  const random = seedrandom("noise");
  const rows = (count: number) => ({
    features: Array.from({ length: count }, () => [random(), random()]),
    labels: Array.from({ length: count }, () => Math.floor(3 * random())),
  });
  const { accuracy, confusion, interval } = linearProbe({ train: rows(600), test: rows(600), classes: 3 });
  assert.ok(Math.abs(accuracy - 1 / 3) < 0.08, `${accuracy}`);
  assert.ok(interval.low < accuracy && accuracy < interval.high);
  assert.equal(
    confusion.flat().reduce((a, b) => a + b),
    600,
  );
  assert.equal(
    [0, 1, 2].reduce((sum, c) => sum + confusion[c]![c]!, 0),
    Math.round(600 * accuracy),
  );
});

test("two classes on one binary feature: the fitted odds are the observed ones", () => {
  // 30 of 40 rows with x = 1 and 10 of 40 with x = 0 are class 1, so class 1 is predicted exactly where x = 1.
  const features = Array.from({ length: 80 }, (_, i) => [i < 40 ? 1 : 0]);
  const labels = features.map((_, i) => (i < 30 || i >= 70 ? 1 : 0));
  const { accuracy, confusion } = linearProbe({ train: { features, labels }, test: { features, labels }, classes: 2 });
  assert.equal(accuracy, 0.75);
  assert.deepEqual(confusion, [
    [30, 10],
    [10, 30],
  ]);
});

test("the same rows give the same numbers, and another scale of a feature changes nothing", () => {
  const task = { train: clouds(3, 90, 2.5, "c"), test: clouds(3, 60, 2.5, "d"), classes: 3 };
  const once = linearProbe(task);
  assert.deepEqual(linearProbe(task), once);
  const scaled = ({ features, labels }: typeof task.train) => ({
    features: features.map((row) => row.map((x) => 64 * x)),
    labels,
  });
  assert.deepEqual(linearProbe({ ...task, train: scaled(task.train), test: scaled(task.test) }).confusion, once.confusion);
  assert.ok(once.accuracy > 0.5 && once.accuracy < 1);
});

test("rows that do not fit are refused", () => {
  const good = { features: [[1], [2]], labels: [0, 1] };
  const bad = [
    { features: [], labels: [] },
    { features: [[1], [2]], labels: [0] },
    { features: [[1], [2, 3]], labels: [0, 1] },
    { features: [[1], [2]], labels: [0, 2] },
  ];
  for (const part of bad) {
    assert.throws(() => linearProbe({ train: part, test: good, classes: 2 }), AlcapError);
    assert.throws(() => linearProbe({ train: good, test: part, classes: 2 }), AlcapError);
  }
});

test("a class that no training row has is no obstacle", () => {
  const random = seedrandom("absent");
  const rows = (count: number) => {
    const labels = Array.from({ length: count }, (_, i) => i % 3);
    const features = labels.map((label) => Array.from({ length: 16 }, (_, i) => (i % 6 === label ? 1 : 0) + random()));
    return { features, labels };
  };
  assert.equal(linearProbe({ train: rows(32), test: rows(60), classes: 6 }).accuracy, 1);
});
