import { AlcapError } from "../errors";
import { compiledRunner } from "./run/compiled";
import { eagerRunner } from "./run/eager";
import type { GraphDescription, Runner } from "./runner";
import { type DeviceName, type EngineName, settings } from "./settings";
import type { tf } from "./tf";
import type { Value } from "./value";

/** The tree `T` of tensors as the caller of a compiled function sees it: the same tree of {@link Value}s. */
export type Values<T> = T extends tf.Tensor ? Value : { [K in keyof T]: Values<T[K]> };

export interface CompileOptions {
  /**
   * Name of the part of the result that is the first argument's next state. Its leaves stay where they are computed:
   * the handles passed in are donated (used up), the ones returned take their place.
   */
  readonly resident?: string;
  /** Arguments whose values are written into the graph: frozen weights. A new set of arrays replaces the old graph. */
  readonly baked?: readonly number[];
  /**
   * Whether a graph keeps its working memory from call to call, the default. Without it a call gives all of it back, for a fifth more
   * processor time: for large models, and for many graphs that would each keep theirs. Changes no result.
   */
  readonly keepsMemory?: boolean;
  /** Most graphs that are kept at once, 32 unless said: beyond them the one unused for longest is freed. Changes no result. */
  readonly mostGraphs?: number;
  /**
   * Precision of products of matrices, float32 unless said; the engine `onnx` only. With float16 their operands are rounded before and their
   * results after, and everything else stays float32. A CPU has no such products and only rounds, which is slower.
   */
  readonly products?: "float32" | "float16";
  /** Name for messages and for `describe()`. */
  readonly name?: string;
  readonly engine?: EngineName;
  readonly device?: DeviceName;
  readonly threads?: number;
  readonly spinning?: boolean;
}

export interface Description {
  readonly name: string;
  readonly engine: EngineName;
  readonly device: DeviceName;
  readonly threads: number;
  readonly spinning: boolean;
  readonly graphs: readonly GraphDescription[];
}

export interface Compiled<A extends readonly unknown[], R> {
  (...inputs: Values<A>): Promise<Values<R>>;
  /** Frees the graphs and their memory; handles to resident state are lost. The function compiles anew when it is called again. */
  release(): Promise<void>;
  describe(): Description;
}

/** Runs jobs one after the other, so that no call sees the buffers or graphs of one that is under way. */
function queue(): <T>(job: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (job) => {
    const result = last.then(job);
    const settled = () => undefined; // the queue must not keep a result alive
    last = result.then(settled, settled);
    return result;
  };
}

/**
 * Compiles a pure function of trees of tensors. It is traced at the first call with arguments of a new structure or shape
 * and then runs as one graph; on the engines `tensorflow` and `js` it runs op by op.
 *
 * Trees go in and come out: records, arrays and tuples of {@link Value}s. Everything else the function needs is closed over.
 * Inside the function nothing may depend on the values of tensors (no `dataSync`), and nothing may be random but {@link dropout}.
 * @throws AlcapError `usage` for unknown engine settings or products that the engine lacks; the returned function rejects with `engine`, `device` or `input`.
 */
export function compile<A extends readonly unknown[], R>(fn: (...inputs: A) => R, options: CompileOptions = {}): Compiled<A, R> {
  const { engine, device, threads, spinning } = settings(options);
  const chosen = { engine, device, threads, spinning };
  const name = options.name ?? (fn.name || "the compiled function");
  const { resident, baked = [], keepsMemory = true, mostGraphs = 32, products = "float32" } = options;
  const plan = { name, resident, baked, keepsMemory, mostGraphs, products, settings: chosen };
  // Runners handle trees of any type; A and R come back in with the signature below.
  const erased = fn as unknown as (...args: never[]) => unknown;
  if (products === "float16" && engine !== "onnx")
    throw new AlcapError(
      "usage",
      `The engine ${engine} has no float16 products.`,
      "Use ALCAP_ENGINE=onnx, or precision float32.",
    );
  const runner: Runner = engine === "onnx" ? compiledRunner(erased, plan) : eagerRunner(erased, plan);
  const inTurn = queue();
  const call = (...inputs: Values<A>): Promise<Values<R>> => inTurn(() => runner.run(inputs)) as Promise<Values<R>>;
  return Object.assign(call, {
    release: () => inTurn(() => runner.release()),
    describe: () => ({ name, ...chosen, graphs: runner.graphs() }),
  });
}
