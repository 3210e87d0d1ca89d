import { AlcapError } from "../../errors";
import { withMasks } from "../context";
import { RULES } from "../kernels";
import type { Spec } from "../kernels/rule";
import { tf } from "../tf";
import { flatten, type Skeleton, unflatten } from "../tree";
import type { Value } from "../value";
import { encodeNodes, GraphBuilder, type Half, type Wire } from "./builder";
import { drawMasks, keyPorts, type MaskSite } from "./masks";
import { type Message, modelProto, type NodeSpec, type PortSpec, tensorProto } from "./onnx";
import { type Datum, datumOf, placeholder, recordSteps, type Step } from "./recorder";

/** Where an output leaf comes from: the graph, or an input leaf passed through untouched. */
export type OutputPort = Spec & ({ readonly name: string } | { readonly inputLeaf: number });

/** A traced function as an ONNX graph for arguments of one structure and one set of shapes. */
export interface Program {
  readonly nodes: readonly Message[];
  readonly constants: readonly Message[];
  /** Input leaves that the graph reads. */
  readonly inputs: readonly (PortSpec & { readonly leaf: number })[];
  readonly masks: readonly MaskSite[];
  /** What the graph is fed for its masks: each one, or the keys from which it draws them. */
  readonly maskPorts: readonly PortSpec[];
  readonly outputs: readonly OutputPort[];
  readonly result: Skeleton;
  /** Whether operands are transposed beforehand, which the runtime must not undo. */
  readonly turned: boolean;
  readonly stats: ProgramStats;
}

export interface ProgramStats {
  /** tfjs kernel calls recorded, by kernel. */
  readonly kernels: Readonly<Record<string, number>>;
  /** ONNX nodes written. */
  readonly nodes: number;
  /** Nodes by ONNX op. */
  readonly ops: Readonly<Record<string, number>>;
  readonly traceMs: number;
  readonly lowerMs: number;
}

export const inputName = (leaf: number): string => `in${leaf}`;
const isTensor = (x: unknown): x is tf.Tensor => x instanceof tf.Tensor;

/** The input leaf a recorded tensor is, seen through tfjs's clones; -1 for anything computed. */
function leafOf(datum: Datum | undefined): number {
  let at = datum;
  while (at?.source.kind === "kernel") at = at.source.copyOf;
  return at?.source.kind === "input" && at.source.name.startsWith("in") ? Number(at.source.name.slice(2)) : -1;
}

interface Recording {
  readonly steps: readonly Step[];
  readonly outputs: readonly Datum[];
  readonly result: Skeleton;
  readonly masks: readonly MaskSite[];
}

/** Calls `fn` with placeholders and writes down what it does. */
function trace(fn: (...args: never[]) => unknown, args: readonly Skeleton[], leaves: readonly Spec[]): Recording {
  const masks: Omit<MaskSite, "keyLeaf">[] = [];
  const keys: (Datum | undefined)[] = [];
  let outputs: Datum[] = [];
  let result: Skeleton = { kind: "absent", value: undefined };
  const mask = (shape: readonly number[], rate: number, key: tf.Tensor): tf.Tensor => {
    const site = { name: `mask${masks.length}`, shape, rate, site: masks.length };
    masks.push(site);
    keys.push(datumOf(key));
    return placeholder(site.name, { shape, dtype: "float32" });
  };
  const run = (): unknown => {
    const tensors = leaves.map((spec, leaf) => placeholder(inputName(leaf), spec));
    const inputs = args.map((arg) => unflatten(arg, (leaf) => tensors[leaf]));
    return withMasks(mask, () => fn(...(inputs as never[])));
  };
  const steps = recordSteps(run, (returned) => {
    const flat = flatten(returned, isTensor, { root: "result" });
    result = flat.skeleton;
    outputs = flat.leaves.map((tensor, i) => {
      const datum = datumOf(tensor);
      if (datum) return datum;
      throw new AlcapError(
        "engine",
        `${flat.paths[i]} is a tensor made outside the compiled function.`,
        "Return what the function computes.",
      );
    });
  });
  const sites = masks.map((site, i): MaskSite => {
    const keyLeaf = leafOf(keys[i]);
    const spec = leaves[keyLeaf];
    if (spec?.dtype === "int32" && spec.shape.length === 1 && spec.shape[0] === 2) return { ...site, keyLeaf };
    const problem = `The key of dropout call ${i} is no int32 [2] argument of the compiled function.`;
    throw new AlcapError("engine", problem, "Pass (seed, step) as an argument of its own and hand it to dropout unchanged.");
  });
  return { steps, outputs, result, masks: sites };
}

/** Steps that the outputs depend on. */
function liveSteps(steps: readonly Step[], outputs: readonly Datum[]): Step[] {
  const needed = new Set<Datum>(outputs);
  const live: Step[] = [];
  for (const step of steps.toReversed()) {
    if (!step.outputs.some((datum) => needed.has(datum))) continue;
    for (const datum of Object.values(step.inputs)) needed.add(datum);
    live.push(step);
  }
  return live.reverse();
}

function wireOf(g: GraphBuilder, datum: Datum, wires: Map<Datum, Wire>): Wire {
  const known = wires.get(datum);
  if (known) return known;
  const { shape, dtype, source } = datum;
  const wire =
    source.kind === "input"
      ? { name: source.name, stored: shape, shape, type: dtype }
      : source.kind === "constant"
        ? g.constant(source.values, shape, dtype)
        : g.splat(source.kind === "splat" ? source.value : 0, shape, dtype);
  wires.set(datum, wire);
  return wire;
}

/** The sites whose masks `steps` use, by the recorded tensor that stands for the mask. */
function usedMasks(steps: readonly Step[], sites: readonly MaskSite[]): Map<Datum, MaskSite> {
  const used = new Map<Datum, MaskSite>();
  for (const datum of steps.flatMap((step) => Object.values(step.inputs))) {
    const { source } = datum;
    const site = source.kind === "input" ? sites.find(({ name }) => name === source.name) : undefined;
    if (site) used.set(datum, site);
  }
  return used;
}

/** Writes the steps as ONNX nodes into `g`, and the wire of every recorded tensor into `wires`. */
function lower(g: GraphBuilder, steps: readonly Step[], wires: Map<Datum, Wire>): void {
  for (const step of steps) {
    g.scope = step.scope ? `${step.scope}/` : "";
    const inputs = Object.fromEntries(Object.entries(step.inputs).map(([name, datum]) => [name, wireOf(g, datum, wires)]));
    const outputs = RULES.get(step.kernel)!.lower(g, inputs, step.attrs, step.outputs);
    for (const [i, datum] of step.outputs.entries()) wires.set(datum, { ...outputs[i]!, shape: datum.shape });
  }
  g.scope = "";
}

/** Gives each output leaf a graph output of its own name, copying with Identity only where a wire has another role already. */
function nameOutputs(
  g: GraphBuilder,
  names: readonly (string | undefined)[],
): { nodes: NodeSpec[]; renamed: Map<string, string> } {
  const produced = new Set(g.nodes.flatMap((node) => node.outputs));
  const renamed = new Map<string, string>();
  const copies: NodeSpec[] = [];
  names.forEach((name, leaf) => {
    if (name === undefined) return;
    if (produced.has(name) && !renamed.has(name)) renamed.set(name, `out${leaf}`);
    else copies.push({ op: "Identity", name: `out${leaf}`, inputs: [name], outputs: [`out${leaf}`], attributes: {}, domain: "" });
  });
  const { nodes } = g.live(names.filter((name) => name !== undefined));
  return { nodes: [...nodes, ...copies], renamed };
}

const countOf = (names: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
};

/** Traces `fn` for arguments of the given structure and shapes and lowers the trace to one graph; `drawn` has it draw its masks itself. */
export function buildProgram(
  fn: (...args: never[]) => unknown,
  args: readonly Skeleton[],
  leaves: readonly Spec[],
  options: { contrib: boolean; serial: boolean; drawn: boolean; half?: Half | undefined },
): Program {
  const started = performance.now();
  const recording = trace(fn, args, leaves);
  const traced = performance.now();
  const g = new GraphBuilder(options);
  const passed = recording.outputs.map((datum) => leafOf(datum));
  const computed = recording.outputs.filter((_, i) => passed[i]! < 0);
  const steps = liveSteps(recording.steps, computed);
  const sites = usedMasks(steps, recording.masks);
  const masks = [...sites.values()];
  const drawn = options.drawn ? drawMasks(g, masks) : [];
  const wires = new Map([...sites.keys()].slice(0, drawn.length).map((datum, i) => [datum, drawn[i]!]));
  lower(g, steps, wires);
  const names = recording.outputs.map((datum, i) => (passed[i]! < 0 ? g.full(wireOf(g, datum, wires)) : undefined));
  const { nodes, renamed } = nameOutputs(g, names);
  const used = new Set(nodes.flatMap((node) => node.inputs));
  const inputs = leaves.flatMap(({ shape, dtype }, leaf) =>
    used.has(inputName(leaf)) ? [{ name: inputName(leaf), shape, type: dtype, leaf }] : [],
  );
  const outputs = recording.outputs.map(({ shape, dtype }, i): OutputPort => {
    const inputLeaf = passed[i]!;
    return inputLeaf < 0 ? { shape, dtype, name: `out${i}` } : { shape, dtype, inputLeaf };
  });
  const kernels = countOf(recording.steps.map((step) => step.kernel));
  const stats = { kernels, nodes: nodes.length, ops: countOf(nodes.map((node) => node.op)), traceMs: traced - started };
  return {
    nodes: encodeNodes(nodes, renamed),
    constants: g.initialisers(used),
    inputs,
    outputs,
    masks,
    maskPorts: options.drawn ? keyPorts(masks) : masks.map(({ name, shape }) => ({ name, shape, type: "float32" })),
    result: recording.result,
    turned: g.turned,
    stats: { ...stats, lowerMs: performance.now() - traced },
  };
}

/** The program as ONNX bytes, with the inputs named in `baked` written into it as initialisers. */
export function serialise(program: Program, name: string, baked: ReadonlyMap<number, Value>): Uint8Array {
  const ports = program.inputs.filter((port) => !baked.has(port.leaf));
  const frozen = program.inputs.flatMap((port) => {
    const leaf = baked.get(port.leaf);
    return leaf ? [tensorProto(port, leaf.data)] : [];
  });
  const outputs = program.outputs.flatMap((o) => ("name" in o ? [{ name: o.name, shape: o.shape, type: o.dtype }] : []));
  return modelProto({
    name,
    nodes: program.nodes,
    initialisers: [...program.constants, ...frozen],
    inputs: [...ports, ...program.maskPorts],
    outputs,
  });
}
