import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

const root = path.join(__dirname, "../..");
/** The rooms from the top down; an import only ever goes down. Within `experiment` the floors have an order of their own. */
const rooms = [
  "index.ts",
  "cli",
  "report",
  "notebook",
  "verify",
  "bench",
  "experiment/sweep",
  "experiment/study",
  "experiment/run",
  "experiment/pretrain",
  "experiment/tagger",
  "experiment/dataset",
  "experiment/preset",
  "train",
  "model",
  "loss",
  "metric",
  "data",
  "engine",
  "files",
  "paper.ts",
  "recipe.ts",
  "progress.ts",
  "errors.ts",
];

const sources = (folder: string) =>
  readdirSync(path.join(root, folder), { recursive: true })
    .map(String)
    .filter(
      (file) => file.endsWith(".ts") && !file.endsWith(".d.ts") && !file.startsWith("dist") && !file.includes("node_modules"),
    )
    .map((file) => path.join(folder, file));

/** How high a file of the library stands; −1 for one in no room. */
function heightOf(file: string): number {
  const [, first = "", second = ""] = file.split(path.sep);
  return rooms.findIndex((room) => room === first || room === `${first}/${second}`);
}

/** Every file of the library with the files that it imports, types included. */
function importsOf(): Map<string, string[]> {
  const files = sources("lib");
  const known = new Set(files);
  const targets = (file: string) =>
    [...readFileSync(path.join(root, file), "utf8").matchAll(/(?:^(?:import|export)\b[^;]*?from |import\()"(\.[^"]*)"/gm)].map(
      ([, spec = ""]) => {
        const base = path.join(path.dirname(file), spec.replace(/\.js$/, ""));
        const found = [`${base}.ts`, path.join(base, "index.ts")].find((one) => known.has(one));
        return found ?? assert.fail(`${file} imports ${spec}, which is no file of the library`);
      },
    );
  return new Map(files.map((file) => [file, targets(file)]));
}

/** A way from a file back to itself, or undefined: depth-first search with the files that are on the way. */
function circleIn(imports: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const way: string[] = [];
  const visit = (file: string): string[] | undefined => {
    const at = way.indexOf(file);
    if (at >= 0) return [...way.slice(at), file];
    if (done.has(file)) return undefined;
    way.push(file);
    for (const next of imports.get(file) ?? []) {
      const circle = visit(next);
      if (circle) return circle;
    }
    way.pop();
    done.add(file);
    return undefined;
  };
  for (const file of imports.keys()) {
    const circle = visit(file);
    if (circle) return circle;
  }
  return undefined;
}

test("every file of the library stands in a room", () => {
  assert.deepEqual(
    sources("lib").filter((file) => heightOf(file) < 0),
    [],
  );
});

test("an import only ever goes down the list of rooms", () => {
  const wrong: string[] = [];
  for (const [file, targets] of importsOf())
    for (const target of targets) if (heightOf(target) < heightOf(file)) wrong.push(`${file} imports ${target}`);
  assert.deepEqual(wrong, []);
});

test("no file imports itself back through others, types included", () => {
  const circle = circleIn(importsOf());
  assert.equal(circle, undefined, circle?.join("\n  → "));
});

test("the search for circles finds one", () => {
  const imports = { a: ["b", "d"], b: ["c"], c: ["b"], d: [] };
  assert.deepEqual(circleIn(new Map(Object.entries(imports))), ["b", "c", "b"]);
});

test("files of the library stay under 300 lines", () => {
  const long = sources("lib")
    .map((file) => ({ file, lines: readFileSync(path.join(root, file), "utf8").split("\n").length }))
    .filter(({ lines }) => lines > 300);
  assert.deepEqual(long, []);
});

test("no folder of the library is a corridor", () => {
  const counts = new Map<string, number>();
  for (const file of sources("lib")) counts.set(path.dirname(file), (counts.get(path.dirname(file)) ?? 0) + 1);
  assert.deepEqual(
    [...counts].filter(([, count]) => count > 14),
    [],
  );
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

/** Rooms where a file is one that this project wrote: they still open files by themselves. */
const ownFiles = /^lib.(notebook|bench|experiment.(tagger|pretrain|sweep|study|preset)|files.(claim|read|temporary)\.ts)/;

test("what users name is opened by files/read.ts alone", () => {
  for (const file of sources("lib").filter((one) => !ownFiles.test(one)))
    assert.doesNotMatch(
      readFileSync(path.join(root, file), "utf8"),
      /\breadFile(Sync)?\(|createReadStream\((?!file, \{ fd)/,
      file,
    );
});
