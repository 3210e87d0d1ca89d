import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { projectRoot } from "alcap/dist/files/project";
import { displaySource, findSource, runNotebook } from "alcap/dist/notebook";
import { findDeclaration } from "alcap/dist/notebook/declaration";

const lib = path.join(projectRoot(), "lib");
const files = readdirSync(lib, { recursive: true })
  .map(String)
  .filter((file) => file.endsWith(".ts") && !/^(dist|node_modules)[\\/]/.test(file));

test("the last exported declaration of every file of the library is found whole by the kernel's compiler", () => {
  let found = 0;
  for (const file of files) {
    const source = readFileSync(path.join(lib, file), "utf8");
    const last = [...source.matchAll(/^export (?:async )?(?:function\*?|const|interface|type) ([\w$]+)/gm)].at(-1);
    if (!last) continue;
    const text = findDeclaration(source, last[1] ?? "")?.text ?? "";
    assert.ok(text.includes(last[0]) && /[;}]$/.test(text), `${file}: ${last[1]}\n${text}`);
    const rest = source.slice(source.indexOf(text) + text.length);
    assert.match(rest, /^(\s*$|\n\n)/, `${file}: ${last[1]} ends where nothing else goes on`);
    found++;
  }
  assert.ok(found > 50);
});

test("TSDoc comes with it, other comments and overloads are kept right", () => {
  const source = [
    "/** Not this. */",
    "export const other = 1;",
    "",
    "/** Says\n * what. */",
    "export function pick(a: { b: string }): { c: RegExp };",
    "export function pick(a: string): string;",
    "export function pick(a: unknown): { c: RegExp } | string {",
    "  // an unmatched } in a comment",
    '  const text = `}${"}" + `${1}{`}`;',
    "  return { c: /[/}]{2}/ };",
    "}",
    "",
    "export const picked = 2;",
  ].join("\n");
  const found = findDeclaration(source, "pick");
  assert.equal(found?.line, 6);
  assert.equal(found.text, source.slice(source.indexOf("/** Says"), source.indexOf("\n\nexport const picked")));
  assert.equal(findDeclaration(source, "other")?.text, "/** Not this. */\nexport const other = 1;");
  assert.equal(findDeclaration(source, "pic"), undefined);
});

test("a function is shown by itself or by name; what is unknown or ambiguous is refused", () => {
  const byFunction = displaySource(runNotebook);
  assert.deepEqual(byFunction, displaySource("runNotebook"));
  assert.match(
    String(byFunction?.["text/markdown"]),
    /^`lib\/notebook\/kernel\/run\.ts:\d+`\n\n```ts\n\/\*\*\n \* Runs a notebook's[\s\S]*\n\}\n```$/,
  );
  assert.equal(findSource("foldCarriageReturns", { file: "notebook/kernel/ipynb.ts" }).file, "lib/notebook/kernel/ipynb.ts");
  assert.throws(() => displaySource("noSuchThing"), { code: "usage", message: /exports nothing called noSuchThing/ });
  assert.throws(() => displaySource("x", { file: "no/such.ts" }), { code: "usage" });
});
