import { AlcapError } from "../errors";
import type { Values } from "./compile";
import { buildProgram, serialise } from "./graph/program";
import { readCall } from "./run/call";
import { leafIndices, type Skeleton } from "./tree";

/** How trees of tensors lie over a graph's inputs and outputs. Plain data: it travels beside the graph. */
export interface GraphPorts {
  /** The function's arguments but the baked ones. */
  readonly args: readonly Skeleton[];
  /** Inputs that the graph reads, by leaf of the arguments. */
  readonly inputs: readonly { readonly leaf: number; readonly name: string }[];
  /** Names of the outputs, by leaf of the result. */
  readonly outputs: readonly string[];
  readonly result: Skeleton;
}

/** A function as an ONNX model for any runtime that knows ONNX Runtime's own operators. */
export interface ExportedGraph {
  readonly model: Uint8Array;
  readonly ports: GraphPorts;
}

/**
 * Traces a function as `compile` does and gives its graph away, for one thread of a CPU.
 *
 * @param args of the shapes that the graph is for; their values matter only where they are baked
 * @param baked how many of the last arguments are written into the graph: frozen weights
 * @throws AlcapError `engine` for what cannot be compiled, or an argument that is returned untouched
 */
export function exportGraph<A extends readonly unknown[], R>(
  fn: (...inputs: A) => R,
  args: Values<A>,
  { name, baked = 0 }: { readonly name: string; readonly baked?: number },
): ExportedGraph {
  const call = readCall(args as readonly unknown[], name);
  const erased = fn as unknown as (...inputs: never[]) => unknown;
  const program = buildProgram(erased, call.args, call.leaves, { contrib: true, serial: true, drawn: false });
  const given = call.args.slice(0, call.args.length - baked);
  const frozen = call.args.slice(given.length).flatMap(leafIndices);
  const outputs = program.outputs.map((port) => {
    if ("name" in port) return port.name;
    throw new AlcapError("engine", `${name} returns an argument untouched.`, "Leave it out of what the function returns.");
  });
  return {
    model: serialise(program, name, new Map(frozen.map((leaf) => [leaf, call.leaves[leaf]!]))),
    ports: {
      args: given,
      inputs: program.inputs.filter(({ leaf }) => !frozen.includes(leaf)).map(({ leaf, name: port }) => ({ leaf, name: port })),
      outputs,
      result: program.result,
    },
  };
}
