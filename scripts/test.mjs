// npm test: format and lint, then every compiled test with Node's own runner.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const biome = spawnSync(process.execPath, [path.join(root, "node_modules/@biomejs/biome/bin/biome"), "ci", "--colors=off", "."], {
  cwd: root,
  stdio: "inherit",
});
if (biome.status !== 0) process.exit(1);

const filters = process.argv.slice(2);
const files = readdirSync(path.join(root, "test"), { recursive: true })
  .map(String)
  .filter((file) => file.endsWith(".test.ts") && (filters.length === 0 || filters.some((word) => file.includes(word))))
  .sort()
  .map((file) => path.join("test/dist", file.replace(/\.ts$/, ".js")));
if (files.length === 0) {
  console.error(`No test file's path contains ${filters.join(" or ")}.`);
  process.exit(1);
}
const tests = spawnSync(process.execPath, ["--test", "--test-concurrency=2", ...files], { cwd: root, stdio: "inherit" });
process.exit(tests.status ?? 1);
