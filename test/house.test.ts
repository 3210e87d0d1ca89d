import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

const root = path.join(__dirname, "../..");
const rooms = ["cli", "notebook", "experiment", "train", "model", "loss", "metric", "data", "engine"];

const sources = (folder: string) =>
  readdirSync(path.join(root, folder), { recursive: true })
    .map(String)
    .filter(
      (file) => file.endsWith(".ts") && !file.endsWith(".d.ts") && !file.startsWith("dist") && !file.includes("node_modules"),
    )
    .map((file) => path.join(folder, file));

test("an import only ever goes down the list of rooms", () => {
  const wrong: string[] = [];
  for (const file of sources("lib")) {
    const room = path.relative("lib", file).split(path.sep)[0] ?? "";
    const height = rooms.indexOf(room);
    if (height < 0) continue;
    for (const [, target = ""] of readFileSync(path.join(root, file), "utf8").matchAll(/(?:from|import\() ?"(\.[^"]+)"/g)) {
      const other = path.relative("lib", path.join(path.dirname(file), target)).split(path.sep)[0] ?? "";
      if (rooms.includes(other) && rooms.indexOf(other) < height) wrong.push(`${file} imports ${target}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test("files of the library stay under 300 lines", () => {
  const long = sources("lib")
    .map((file) => ({ file, lines: readFileSync(path.join(root, file), "utf8").split("\n").length }))
    .filter(({ lines }) => lines > 300);
  assert.deepEqual(long, []);
});

test("no escape from the type checker or the linter", () => {
  const marks = new RegExp(["\\bas any\\b", ": any(\\[\\])?[;,)=>]", "@ts-", "biome-", "eslint-"].join("|"));
  const found = [...sources("lib"), ...sources("test")].filter(
    (file) => !file.endsWith("house.test.ts") && marks.test(readFileSync(path.join(root, file), "utf8")),
  );
  assert.deepEqual(found, []);
});

test("the lockfile holds every optional package of every system, or npm ci refuses it", () => {
  type Lock = { packages: Record<string, { optionalDependencies?: Record<string, string> }> };
  const { packages } = JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8")) as Lock;
  const places = Object.keys(packages);
  const named = Object.values(packages).flatMap(({ optionalDependencies }) => Object.keys(optionalDependencies ?? {}));
  assert.deepEqual(
    named.filter((name) => !places.some((place) => place.endsWith(`node_modules/${name}`))),
    [],
    "run node scripts/complete-lock.mjs",
  );
});
