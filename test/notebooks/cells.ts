// Strict type check of notebooks: all cells of a notebook become one module, checked with the project's own TypeScript.
import path from "node:path";
import { type Cell, readNotebook } from "alcap/dist/notebook/kernel/ipynb";
import ts from "typescript";

export interface CellError {
  readonly notebook: string;
  /** Position among all cells, from 1. */
  readonly cell: number;
  /** Line within the cell, from 1. */
  readonly line: number;
  readonly message: string;
}

/** A place in a cell. */
interface Place {
  readonly cell: number;
  readonly line: number;
}

interface CellsModule {
  readonly notebook: string;
  readonly text: string;
  /** Where each line of the text comes from. */
  readonly places: readonly Place[];
}

/** tslab's own settings, but strict. */
const OPTIONS: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2022.d.ts"],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Node10,
  esModuleInterop: true,
  resolveJsonModule: true,
  skipLibCheck: true,
  types: ["node"],
};

/** Every type error of every cell, with its place. */
export function checkNotebooks(notebooks: readonly string[]): CellError[] {
  const modules = new Map(notebooks.map((file) => [`${path.resolve(file)}.ts`, cellsModule(file)]));
  const host = ts.createCompilerHost(OPTIONS);
  const { fileExists, getSourceFile } = host;
  host.fileExists = (file) => modules.has(file) || fileExists(file);
  host.getSourceFile = (file, version, ...rest) => {
    const module = modules.get(file);
    return module ? ts.createSourceFile(file, module.text, version, true) : getSourceFile(file, version, ...rest);
  };
  const program = ts.createProgram([...modules.keys()], OPTIONS, host);
  return ts.getPreEmitDiagnostics(program).map((diagnostic) => located(diagnostic, modules));
}

function located({ file, start = 0, code, messageText }: ts.Diagnostic, modules: ReadonlyMap<string, CellsModule>): CellError {
  const message = `TS${code} ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  const module = file && modules.get(file.fileName);
  const place = module?.places[file?.getLineAndCharacterOfPosition(start).line ?? -1];
  return { notebook: module?.notebook ?? file?.fileName ?? "", cell: place?.cell ?? 0, line: place?.line ?? 0, message };
}

/**
 * One module for a notebook. Imports move to the top, where repeating one is no error; a cell that declares a name again opens a block, which hides
 * the earlier one for all cells that follow, as the kernel does.
 */
function cellsModule(notebook: string): CellsModule {
  const head = createLines();
  const body = createLines();
  const imported = new Set<string>();
  let declared = new Set<string>();
  let blocks = 0;
  for (const [index, cell] of readNotebook(notebook).cells.entries()) {
    if (cell.cell_type !== "code") continue;
    const { imports, names, rest } = dissect(cell);
    for (const { text, line } of imports) {
      if (!imported.has(text)) head.add(text, { cell: index + 1, line });
      imported.add(text);
    }
    if (names.some((name) => declared.has(name))) {
      body.add("{", { cell: index + 1, line: 1 });
      blocks++;
    }
    declared = new Set([...declared, ...imports.flatMap(({ names }) => names), ...names]);
    for (const [offset, line] of rest.split("\n").entries()) body.add(line, { cell: index + 1, line: offset + 1 });
    body.add(";", { cell: index + 1, line: rest.split("\n").length });
  }
  const lines = [...head.lines, ...body.lines, "}".repeat(blocks), "export {};"];
  return { notebook, text: lines.join("\n"), places: [...head.places, ...body.places] };
}

interface DissectedCell {
  /** One statement for each imported name. */
  readonly imports: readonly { readonly text: string; readonly names: readonly string[]; readonly line: number }[];
  /** What the cell declares at its top level, imports apart. */
  readonly names: readonly string[];
  /** The cell with its imports blanked out, its lines where they were. */
  readonly rest: string;
}

function dissect(cell: Cell): DissectedCell {
  const parsed = ts.createSourceFile("cell.ts", cell.source, ts.ScriptTarget.ES2022, true);
  const found = parsed.statements.filter(ts.isImportDeclaration);
  const rest = found.reduce(
    (text, { pos, end }) => text.slice(0, pos) + text.slice(pos, end).replace(/[^\n]/g, " ") + text.slice(end),
    cell.source,
  );
  const lineOf = (node: ts.Node): number => parsed.getLineAndCharacterOfPosition(node.getStart()).line + 1;
  const imports = found.flatMap((statement) => splitImport(statement).map((one) => ({ ...one, line: lineOf(statement) })));
  return { imports, names: parsed.statements.flatMap(declaredNames), rest };
}

function splitImport({
  importClause,
  moduleSpecifier,
}: ts.ImportDeclaration): { readonly text: string; readonly names: readonly string[] }[] {
  const from = moduleSpecifier.getText();
  if (!importClause) return [{ text: `import ${from};`, names: [] }];
  const { name, namedBindings, isTypeOnly } = importClause;
  const word = isTypeOnly ? "import type" : "import";
  const whole = name ? [{ text: `${word} ${name.text} from ${from};`, names: [name.text] }] : [];
  if (!namedBindings) return whole;
  if (ts.isNamespaceImport(namedBindings)) {
    return [...whole, { text: `${word} ${namedBindings.getText()} from ${from};`, names: [namedBindings.name.text] }];
  }
  return [
    ...whole,
    ...namedBindings.elements.map((one) => ({ text: `${word} { ${one.getText()} } from ${from};`, names: [one.name.text] })),
  ];
}

function declaredNames(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations.flatMap(({ name }) => bindingNames(name));
  const named =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isEnumDeclaration(statement);
  return named && statement.name ? [statement.name.text] : [];
}

function bindingNames(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) => (ts.isOmittedExpression(element) ? [] : bindingNames(element.name)));
}

function createLines(): { readonly lines: string[]; readonly places: Place[]; add(line: string, place: Place): void } {
  const lines: string[] = [];
  const places: Place[] = [];
  return {
    lines,
    places,
    add(line, place) {
      lines.push(line);
      places.push(place);
    },
  };
}
