import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { projectRoot } from "alcap/dist/files/project";
import { displaySource, findSource, runNotebook } from "alcap/dist/notebook";
import { findDeclaration } from "alcap/dist/notebook/source";
import ts from "typescript";

const lib = path.join(projectRoot(), "lib");
const files = readdirSync(lib, { recursive: true })
  .map(String)
  .filter((file) => file.endsWith(".ts") && !/^(dist|node_modules)[\\/]/.test(file));

function exportedNames(statement: ts.Statement): string[] {
  if (!ts.canHaveModifiers(statement) || !ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword))
    return [];
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : []));
  const named =
    ts.isFunctionDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isClassDeclaration(statement);
  return named && statement.name ? [statement.name.text] : [];
}

test("every exported declaration of the library is cut exactly where the compiler sees it", () => {
  let compared = 0;
  for (const file of files) {
    const source = readFileSync(path.join(lib, file), "utf8");
    const parsed = ts.createSourceFile(file, source, ts.ScriptTarget.ES2022, true);
    const last = new Map(parsed.statements.flatMap((statement) => exportedNames(statement).map((name) => [name, statement])));
    for (const [name, statement] of last) {
      const text = findDeclaration(source, name)?.text ?? "";
      const compiled = statement.getText(parsed).replace(/;$/, "");
      assert.ok(text.replace(/;$/, "").endsWith(compiled), `${file}: ${name}\n${text}`);
      compared++;
    }
  }
  assert.ok(compared > 50);
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
    /^`lib\/notebook\/run\.ts:\d+`\n\n```ts\n\/\*\*\n \* Runs a notebook's[\s\S]*\n\}\n```$/,
  );
  assert.equal(findSource("foldCarriageReturns", { file: "notebook/ipynb.ts" }).file, "lib/notebook/kernel/ipynb.ts");
  assert.throws(() => displaySource("noSuchThing"), { code: "usage", message: /exports nothing called noSuchThing/ });
  assert.throws(() => displaySource("x", { file: "no/such.ts" }), { code: "usage" });
});
