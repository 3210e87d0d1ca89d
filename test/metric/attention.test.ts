import assert from "node:assert/strict";
import { test } from "node:test";
import { attentionConcentration, compareConcentration, concentration } from "alcap/dist/metric/attention";
import fc from "fast-check";
import seedrandom from "seedrandom";

const near = (value: number, expected: number) => assert.ok(Math.abs(value - expected) < 1e-12, `${value} for ${expected}`);

test("even and focused attention, worked by hand", () => {
  const even = concentration([1, 1, 1, 1], 1);
  near(even.entropy, Math.log(4));
  near(even.evenness, 1);
  near(even.gini, 0);
  near(even.topMass, 1 / 4);
  const focused = concentration([0, 1, 0, 0], 1);
  assert.deepEqual(focused, { entropy: 0, evenness: 0, gini: 3 / 4, topMass: 1 });
  const mixed = concentration([0.5, 0.3, 0.2], 2);
  near(mixed.gini, (-2 * 0.2 + 0 * 0.3 + 2 * 0.5) / 3);
  near(mixed.topMass, 0.8);
});

test("sharpening a distribution lowers entropy and raises Gini and top mass", () => {
  const weights = fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 2, maxLength: 30 });
  fc.assert(
    fc.property(weights, (even) => {
      const blunt = concentration(even, 1);
      const sharp = concentration(
        even.map((weight) => weight ** 2),
        1,
      );
      assert.ok(sharp.entropy <= blunt.entropy + 1e-9);
      assert.ok(sharp.gini >= blunt.gini - 1e-9 && sharp.topMass >= blunt.topMass - 1e-9);
    }),
    { seed: 5 },
  );
});

test("a map is read along the music or along the words, padding left out", () => {
  // Both tokens look at frame 0 only: focused over frames, even over tokens. The third token is padding.
  const map = { weights: [1, 0, 1, 0, 0.5, 0.5], tokens: 3, frames: 2 };
  assert.equal(attentionConcentration(map, { over: "frames", realTokens: 2 }).entropy, 0);
  near(attentionConcentration(map, { over: "frames" }).entropy, Math.log(2) / 3);
  near(attentionConcentration(map, { over: "tokens", realTokens: 2 }).evenness, 1);
  assert.throws(() => attentionConcentration({ ...map, frames: 3 }, { over: "frames" }), { name: "AlcapError" });
  assert.throws(() => concentration([0.5, -0.1], 1), { name: "AlcapError" });
});

test("the paired comparison finds sharper maps and shows nothing for equal ones", () => {
  const random = seedrandom("maps");
  const songs = Array.from({ length: 60 }, () => Array.from({ length: 20 }, () => random() + 0.05));
  const measured = (power: number) =>
    songs.map((song) =>
      concentration(
        song.map((w) => w ** power * (1 + random() / 10)),
        3,
      ),
    );
  const sharper = compareConcentration(measured(1.3), measured(1), { seed: 1 });
  assert.deepEqual(new Set(sharper.map(({ verdict }) => verdict)), new Set(["more focused"]));
  const reversed = compareConcentration(measured(1), measured(1.3), { seed: 1 });
  assert.deepEqual(new Set(reversed.map(({ verdict }) => verdict)), new Set(["less focused"]));
  const equal = compareConcentration(measured(1), measured(1), { seed: 1 });
  assert.deepEqual(new Set(equal.map(({ verdict }) => verdict)), new Set(["cannot tell"]));
});
