import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

const root = path.join(__dirname, "../..");
const text = (file: string) => readFileSync(path.join(root, file), "utf8");

test("licences.md lists the packages of the lockfile", () => {
  const script = path.join(root, "scripts/licences.mjs");
  const { status, stderr } = spawnSync(process.execPath, [script, "--check"], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
});

test("environment.md gives the digests of what comes with the project", () => {
  const sums = [...text("environment.md").matchAll(/^([0-9a-f]{64}) {2}(\S+)$/gm)];
  assert.ok(sums.length > 0);
  for (const [, digest, file = ""] of sums)
    assert.equal(
      createHash("sha256")
        .update(readFileSync(path.join(root, file)))
        .digest("hex"),
      digest,
      file,
    );
});

/** Files that a code span names by a path from the project's root; those that a user makes are not among them. */
const named = (file: string) =>
  [...text(file).matchAll(/`((?:lib|test|scripts|notebooks|data|results)\/[\w./-]+\.(?:ts|mjs|md|json|ipynb|txt))`/g)]
    .map(([, place = ""]) => place)
    .filter((place) => !place.startsWith("data/models/"));

for (const file of ["README.md", "environment.md", "measurements.md", "CONTRIBUTING.md", "badges.md", "licences.md"])
  test(`${file} names files that are there`, () => {
    assert.deepEqual(
      named(file).filter((place) => !existsSync(path.join(root, place))),
      [],
    );
  });
