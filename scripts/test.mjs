// npm test: format and lint, then every compiled test with Node's own runner, then why tests were skipped. Words choose the test files
// whose paths contain one of them; --coverage ends with the lines of lib/ that ran.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { coverageReport, lineCoverage } from "./test/coverage.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const biome = spawnSync(process.execPath, [path.join(root, "node_modules/@biomejs/biome/bin/biome"), "ci", "--colors=off", "."], {
  cwd: root,
  stdio: "inherit",
});
if (biome.status !== 0) process.exit(1);

const words = process.argv.slice(2);
const filters = words.filter((word) => word !== "--coverage");
const files = readdirSync(path.join(root, "test"), { recursive: true })
  .map(String)
  .filter((file) => file.endsWith(".test.ts") && (filters.length === 0 || filters.some((word) => file.includes(word))))
  .sort()
  .map((file) => path.join("test/dist", file.replace(/\.ts$/, ".js")));
if (files.length === 0) {
  console.error(`No test file's path contains ${filters.join(" or ")}.`);
  process.exit(1);
}

const reporters = [process.stdout.isTTY ? "spec" : "tap", "./scripts/test/skipped.mjs"];
const told = reporters.flatMap((name) => [`--test-reporter=${name}`, "--test-reporter-destination=stdout"]);
const run = (env) =>
  spawnSync(process.execPath, ["--test", "--test-concurrency=2", ...told, ...files], { cwd: root, stdio: "inherit", env })
    .status ?? 1;

if (!words.includes("--coverage")) process.exit(run(process.env));
const folder = mkdtempSync(path.join(tmpdir(), "alcap-coverage-"));
try {
  process.exitCode = run({ ...process.env, NODE_V8_COVERAGE: folder });
  console.log(coverageReport(lineCoverage(folder, root)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
