// The parts of tslab 1.0.22 used here, typed narrowly: its own declarations would pull a second TypeScript into every check.

/** Writes one display; `update` replaces the earlier display of the same `transient.display_id`. */
export type WriteDisplay = (
  display: {
    readonly data: Readonly<Record<string, unknown>>;
    readonly metadata: Readonly<Record<string, unknown>>;
    readonly transient: { readonly display_id?: string };
  },
  update: boolean,
) => void;

export interface TslabJupyter {
  lastWriteDisplayData: WriteDisplay | null;
}

/** A cell as JavaScript, or what is wrong with it: plain data. */
export interface ConvertedCell {
  readonly output?: string;
  /** What this cell and those before it declare, for the cells that follow. */
  readonly declOutput?: string;
  readonly diagnostics: readonly unknown[];
  /** TypeScript beside the notebook that the cell imports, compiled. */
  readonly sideOutputs?: readonly { readonly path: string; readonly data: string }[];
  readonly [field: string]: unknown;
}

export interface TslabConverter {
  /** Checks and compiles a cell; what earlier cells declare decides the outcome with it, and nothing else does. */
  convert(declared: string, source: string): ConvertedCell;
  close(): void;
}

export interface TslabConsole {
  log(...words: unknown[]): void;
  error(...words: unknown[]): void;
}

export interface TslabExecutor {
  /** Compiles and runs one cell; false when it did not compile or threw, which it tells through the console's `error`. */
  execute(source: string): Promise<boolean>;
  close(): void;
}

export interface Tslab {
  readonly jupyter: TslabJupyter;
  createExecutor(
    folder: string,
    converters: { readonly node: TslabConverter; readonly browser: TslabConverter; close(): void },
    console: TslabConsole,
  ): TslabExecutor;
}

/** Loads tslab's executor and its display channel. */
export function loadTslab(): Tslab {
  const { createExecutor }: Pick<Tslab, "createExecutor"> = require("tslab/dist/executor");
  const jupyter: TslabJupyter = require("tslab/dist/jupyter");
  return { jupyter, createExecutor };
}

/** Starts tslab's compiler in the folder of the notebooks (about two seconds). */
export function startTslabConverter(): TslabConverter {
  watchNothing();
  buildNothing();
  const { createConverter }: { createConverter(options: { isJS: boolean; isBrowser: boolean }): TslabConverter } =
    require("tslab/dist/converter");
  return createConverter({ isJS: false, isBrowser: false });
}

/** The compiler's view of the file system, of which tslab makes its own. */
interface WatchingSystem {
  watchFile: () => { close(): void };
  watchDirectory: () => { close(): void };
}

/**
 * Turns the compiler's watching of files off, for a process that ends with its notebooks: tslab takes two changes that come together, such as
 * the records that a cell's sweep writes, for a fault of its own ("Unexpected pending rebuildTimer").
 */
function watchNothing(): void {
  const { sys }: { sys: WatchingSystem } = require("@tslab/typescript-for-tslab");
  const still = () => ({ close: () => {} });
  sys.watchFile = still;
  sys.watchDirectory = still;
}

/** A file of a program, and a program, as far as they are used here. */
interface CompilerFile {
  readonly fileName: string;
}
interface CompilerProgram {
  getSourceFiles(): readonly CompilerFile[];
  getCompilerOptions(): object;
}

/** The compiler's own parts that tslab's converter is made of. */
interface Compiler {
  createWatchCompilerHost(roots: unknown, options: unknown, system: unknown, createProgram: unknown, ...rest: unknown[]): unknown;
  createAbstractBuilder(...made: unknown[]): CompilerProgram;
  bindSourceFile(file: CompilerFile, options: object): void;
}

/**
 * Has each cell compiled as a plain program: tslab asks for one that keeps account, over the thousand files of the library's types, of what a
 * change reaches, which takes a third of the time of a cell and decides nothing of it. Cells come out the same.
 */
function buildNothing(): void {
  const name = require.resolve("@tslab/typescript-for-tslab", { paths: [require.resolve("tslab/package.json")] });
  const compiler: Compiler = require(name);
  const plain = (...made: unknown[]) => {
    const program = compiler.createAbstractBuilder(...made);
    const files = program.getSourceFiles();
    for (const file of files)
      if (file.fileName.endsWith("/__tslab__.ts")) compiler.bindSourceFile(file, program.getCompilerOptions()); // its names are asked for
    return Object.assign(program, { getAllDependencies: () => files.map(({ fileName }) => fileName) });
  };
  const watchHost: Compiler["createWatchCompilerHost"] = (roots, options, system, _, ...rest) =>
    compiler.createWatchCompilerHost(roots, options, system, plain, ...rest);
  const loaded = require.cache[name];
  if (loaded) loaded.exports = { ...compiler, createWatchCompilerHost: watchHost };
}

/** The running kernel's display channel, or undefined in plain Node: a kernel has loaded this module long before a cell runs. */
export function kernelDisplay(): WriteDisplay | undefined {
  const loaded = require.cache[require.resolve("tslab/dist/jupyter")];
  const jupyter: TslabJupyter | undefined = loaded?.exports;
  return jupyter?.lastWriteDisplayData ?? undefined;
}
