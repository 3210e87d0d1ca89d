import assert from "node:assert/strict";
import { test } from "node:test";
import {
  checkBottleneck,
  codeInformation,
  jointEntropy,
  tableInformation,
  withCodes,
} from "alcap/dist/metric/information/enumeration";
import { mutualInformation } from "alcap/dist/metric/information/information";
import seedrandom from "seedrandom";

const near = (value: number, expected: number, within = 1e-12) =>
  assert.ok(Math.abs(value - expected) <= within, `${value} for ${expected}`);
const channel = (error: number) => [
  [1 - error, error],
  [error, 1 - error],
];

test("entropies and information of any variables of a table, against a table of two", () => {
  const random = seedrandom("table");
  const sizes = [2, 3, 2, 4];
  const values = Float64Array.from({ length: 48 }, () => random());
  const total = values.reduce((a, b) => a + b, 0);
  const table = { sizes, values: values.map((v) => v / total) };
  // Variables 1 and 3 by hand.
  const pair = Array.from({ length: 3 }, (_, b) =>
    Array.from({ length: 4 }, (_, d) =>
      [0, 1].flatMap((a) => [0, 1].map((c) => table.values[((a * 3 + b) * 2 + c) * 4 + d]!)).reduce((x, y) => x + y, 0),
    ),
  );
  near(tableInformation(table, [1], [3]), mutualInformation(pair));
  near(tableInformation(table, [3], [1]), mutualInformation(pair));
  near(jointEntropy(table, []), 0);
  near(tableInformation(table, [0, 1], [2, 3]), tableInformation(table, [0], [2, 3]) + tableInformation(table, [1], [2, 3], [0]));
});

test("a fair bit through two noisy channels, worked by hand", () => {
  const [a, b] = [channel(0.1), channel(0.2)];
  const found = codeInformation(
    withCodes(
      [
        [0.5, 0],
        [0, 0.5],
      ],
      (m) => a[m]!,
      (_, l) => b[l]!,
    ),
  );
  const kept = (error: number) => Math.log(2) + error * Math.log(error) + (1 - error) * Math.log(1 - error);
  near(found.music, kept(0.1));
  near(found.lyrics, kept(0.2));
  near(found.shared, kept(0.1 * 0.8 + 0.9 * 0.2)); // one channel after the other
  near(found.constant, 2 * Math.log(2));
  near(found.whole, found.music + found.lyrics - found.shared);
});

test("the identity and both bounds hold for separate encoders, and fail for one that sees both", () => {
  const separate = checkBottleneck(300, seedrandom("separate"));
  assert.ok(separate.identity < 1e-12 && separate.frozen < 1e-12, JSON.stringify(separate));
  assert.ok(separate.floor > -1e-12 && separate.ceiling > -1e-12);
  const fused = checkBottleneck(300, seedrandom("fused"), { fused: true });
  assert.ok(fused.identity > 0.05 && fused.frozen > 0.01, JSON.stringify(fused));
  assert.deepEqual(checkBottleneck(20, seedrandom("a")), checkBottleneck(20, seedrandom("a")));
});

test("identity encoders of independent sources keep everything and share nothing", () => {
  const one = (at: number) => Array.from({ length: 6 }, (_, z) => (z === at ? 1 : 0));
  const sources = Array.from({ length: 6 }, () => new Array<number>(6).fill(1 / 36));
  const { whole, shared } = codeInformation(
    withCodes(
      sources,
      (m) => one(m),
      (_, l) => one(l),
    ),
  );
  near(whole, 2 * Math.log(6));
  near(shared, 0);
});
