import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import ts from "typescript";

const scripts = path.join(__dirname, "../../../scripts/test");
const folder = mkdtempSync(path.join(tmpdir(), "alcap-test-command-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A process of its own, as if no test runner had started it. */
function run(args: readonly string[], more: NodeJS.ProcessEnv = {}): string {
  const { NODE_TEST_CONTEXT: _, NODE_V8_COVERAGE: __, ...env } = process.env;
  return spawnSync(process.execPath, args, { encoding: "utf8", env: { ...env, ...more } }).stdout;
}

test("tests end with the number of those skipped and each reason", () => {
  const file = path.join(folder, "some.test.cjs");
  const skipped = (reason: string) => `test(${JSON.stringify(reason)}, { skip: ${JSON.stringify(reason)} }, () => {});`;
  writeFileSync(
    file,
    [
      'const { test } = require("node:test");',
      skipped("no gpu"),
      skipped("no sox"),
      skipped("no gpu"),
      'test("a", () => {});',
    ].join("\n"),
  );
  const told = run(["--test", `--test-reporter=${path.join(scripts, "skipped.mjs")}`, file]);
  assert.equal(told, "# 3 tests were skipped:\n#   2: no gpu\n#   1: no sox\n");
});

test("coverage tells the lines that no process ran, but no comments", () => {
  const lines = [
    "/** A comment",
    " * of two lines. */",
    "export function sign(x: number): number {",
    "  // Seldom.",
    "  if (x < 0) {",
    "    return -1;",
    "  }",
    "  return 1;",
    "}",
  ];
  const options = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, sourceMap: true };
  for (const name of ["ran", "idle"]) {
    const { outputText, sourceMapText = "" } = ts.transpileModule(lines.join("\n"), {
      fileName: `${name}.ts`,
      compilerOptions: options,
    });
    mkdirSync(path.join(folder, "lib/dist"), { recursive: true });
    writeFileSync(path.join(folder, `lib/${name}.ts`), lines.join("\n"));
    writeFileSync(path.join(folder, `lib/dist/${name}.js`), outputText);
    writeFileSync(path.join(folder, `lib/dist/${name}.js.map`), sourceMapText);
  }
  const profiles = path.join(folder, "profiles");
  run(["-e", `require(${JSON.stringify(path.join(folder, "lib/dist/ran.js"))}).sign(1)`], { NODE_V8_COVERAGE: profiles });
  const module = pathToFileURL(path.join(scripts, "coverage.mjs")).href;
  const code = `import { lineCoverage } from "${module}"; console.log(JSON.stringify(lineCoverage(...process.argv.slice(1))));`;
  const found: { file: string; loaded: boolean; lines: number; missed: number[] }[] = JSON.parse(
    run(["--input-type=module", "-e", code, profiles, folder]),
  );
  const of = (name: string) => found.find(({ file }) => file === path.join("lib", `${name}.ts`)) ?? assert.fail(name);
  assert.deepEqual(of("ran").missed, [6]);
  assert.deepEqual([of("idle").loaded, of("idle").missed.length], [false, of("idle").lines]);
});
