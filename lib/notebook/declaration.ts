import type TypeScript from "typescript";

/** A declaration in a file's text. */
export interface Declaration {
  /** First line of the declaration itself, from 1. */
  readonly line: number;
  /** The declaration with its TSDoc. */
  readonly text: string;
}

/** The exported declaration of that name in a file's text (with all its overloads), from its TSDoc to its end. */
export function findDeclaration(source: string, name: string): Declaration | undefined {
  const mentioned = new RegExp(`^export .*\\b${name.replaceAll("$", "\\$")}(?![\\w$])`, "m");
  if (!mentioned.test(source)) return undefined; // spares the compiler, which takes 0.3 s to load, and most files the parsing
  const ts = compiler();
  const file = ts.createSourceFile("source.ts", source, ts.ScriptTarget.ES2022, true);
  const found = file.statements.filter((statement) => exportedNames(ts, statement).includes(name));
  const [first, last] = [found[0], found.at(-1)];
  if (!first || !last) return undefined;
  const comment = ts.getJSDocCommentsAndTags(first).filter(ts.isJSDoc).at(-1);
  return {
    line: file.getLineAndCharacterOfPosition(first.getStart(file)).line + 1,
    text: source.slice(comment?.pos ?? first.getStart(file), last.getEnd()),
  };
}

/** The compiler that tslab brings along: a notebook's kernel has it loaded. */
function compiler(): typeof TypeScript {
  return require(require.resolve("@tslab/typescript-for-tslab", { paths: [require.resolve("tslab/package.json")] }));
}

function exportedNames(ts: typeof TypeScript, statement: TypeScript.Statement): string[] {
  if (!ts.canHaveModifiers(statement) || !ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword))
    return [];
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : []));
  const named =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isEnumDeclaration(statement);
  return named && statement.name ? [statement.name.text] : [];
}
