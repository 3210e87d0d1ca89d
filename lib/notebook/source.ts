import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { AlcapError } from "../errors";
import { projectRoot } from "../files/project";
import { type Declaration, findDeclaration } from "./declaration";
import { display } from "./display";
import type { MimeBundle } from "./kernel/ipynb";

/** A declaration in the library's source. */
export interface SourceText extends Declaration {
  /** Relative to the project, with forward slashes, e.g. `lib/loss/infonce.ts`. */
  readonly file: string;
}

export interface SourceOptions {
  /** The file under `lib/` where names alone are not enough, e.g. `loss/infonce.ts`. */
  readonly file?: string;
}

/**
 * Shows the TypeScript source of what the library exports, with its TSDoc, file and line.
 *
 * @param symbol a function, or the name of any exported function, constant, interface or type
 * @returns the bundle (Markdown, plain text) in plain Node; nothing in a kernel
 * @throws AlcapError `usage` when no file, or more than one, exports that name
 */
export function displaySource(symbol: string | { readonly name: string }, options: SourceOptions = {}): MimeBundle | undefined {
  const { file, line, text } = findSource(typeof symbol === "string" ? symbol : symbol.name, options);
  const longestFence = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longestFence + 1);
  return display({
    "text/markdown": `\`${file}:${line}\`\n\n${fence}ts\n${text}\n${fence}`,
    "text/plain": `${file}:${line}\n\n${text}`,
  });
}

/** The source of an exported name; see {@link displaySource}. */
export function findSource(name: string, options: SourceOptions = {}): SourceText {
  const root = projectRoot();
  const files = options.file === undefined ? sourceFiles(path.join(root, "lib")) : [path.join(root, "lib", options.file)];
  const found = files.flatMap((file) => {
    const source = findDeclaration(readSource(file), name);
    return source ? [{ file: path.relative(root, file).replaceAll("\\", "/"), ...source }] : [];
  });
  const [only, second] = found;
  if (!only)
    throw new AlcapError(
      "usage",
      `lib/ exports nothing called ${name}.`,
      "Check the spelling; only exported names can be shown.",
    );
  if (second) {
    const places = found.map(({ file }) => file).join(", ");
    throw new AlcapError("usage", `${name} is exported by ${places}.`, "Say which with the option file.");
  }
  return only;
}

function sourceFiles(lib: string): string[] {
  return readdirSync(lib, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.name.endsWith(".d.ts"))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => !/[\\/](dist|node_modules)[\\/]/.test(file.slice(lib.length)))
    .sort();
}

function readSource(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new AlcapError("usage", `The source ${file} cannot be read.`, "Give the file relative to lib/, e.g. loss/infonce.ts.", {
      cause,
    });
  }
}
