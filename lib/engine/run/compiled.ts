import { AlcapError } from "../../errors";
import { buildProgram, type Program, serialise } from "../graph/program";
import type { Plan, Runner } from "../runner";
import { leafIndices } from "../tree";
import type { Value } from "../value";
import { type Call, pairResident, readCall } from "./call";
import { isHandle } from "./resident";
import { type Graph, maskTensors, runGraph, type Spares } from "./run-graph";
import { openSession } from "./session";

/** What calls of one signature share. Leaves are numbered alike in all of them. */
interface Entry {
  readonly program: Program;
  readonly bakedLeaves: readonly number[];
  /** The graph for the last set of baked values, and what those are recognised by. */
  current?: undefined | { readonly graph: Graph; readonly bakedBy: readonly unknown[] };
}

/** What a baked leaf is recognised by: its array, or the handle itself where the array is reused. */
const identityOf = (leaf: Value): unknown => (isHandle(leaf) ? leaf : leaf.data);

async function buildGraph({ program, bakedLeaves }: Entry, call: Call, plan: Plan): Promise<Graph> {
  const { name, settings, keepsMemory } = plan;
  const resident = plan.resident
    ? pairResident(plan.resident, program.result, program.outputs, call, name)
    : new Map<number, number>();
  const baked = new Map(bakedLeaves.map((leaf) => [leaf, call.leaves[leaf]!]));
  const started = performance.now();
  const model = serialise(program, name, baked);
  const state = program.outputs.flatMap((port, leaf) => (resident.has(leaf) && "name" in port ? [port.name] : []));
  const onDevice = settings.device === "webgpu" ? state : [];
  const choices = { name, onDevice, keepsMemory, keepsTurns: program.turned };
  const session = program.nodes.length > 0 ? await openSession(model, settings, choices) : undefined;
  const own = keepsMemory ? maskTensors(program) : undefined;
  const masks = () => own ?? maskTensors(program);
  const fed = program.inputs.map((port) => port.leaf).filter((leaf) => !baked.has(leaf));
  const times = { ...program.stats, bytes: model.length, sessionMs: performance.now() - started };
  return { program, session, fed, resident, masks, description: { signature: call.signature, ...times } };
}

/** Frees all graphs but the `most` used last; their programs stay. Entries come in the order of their last use. */
async function freeOldest(entries: ReadonlyMap<string, Entry>, most: number): Promise<void> {
  const open = [...entries.values()].filter(({ current }) => current !== undefined);
  for (const entry of open.slice(0, Math.max(0, open.length - most))) {
    const { graph } = entry.current ?? {};
    entry.current = undefined;
    await graph?.session?.release();
  }
}

/** Runs a function as compiled graphs, one for each signature. Calls must come one after the other. */
export function compiledRunner(fn: (...args: never[]) => unknown, plan: Plan): Runner {
  const entries = new Map<string, Entry>();
  const spares: Spares = new Map();

  const entryFor = (call: Call): Entry => {
    const known = entries.get(call.signature);
    if (known) {
      entries.delete(call.signature);
      entries.set(call.signature, known);
      return known;
    }
    const program = buildProgram(fn, call.args, call.leaves, {
      contrib: plan.settings.device === "cpu",
      serial: plan.settings.device === "cpu" && plan.settings.threads === 1,
      drawn: plan.settings.device !== "cpu",
      half: plan.products === "float32" ? undefined : plan.settings.device === "cpu" ? "rounded" : "native",
    });
    const entry = {
      program,
      bakedLeaves: plan.baked.flatMap((arg) => leafIndices(call.args[arg] ?? { kind: "list", items: [] })),
    };
    entries.set(call.signature, entry);
    return entry;
  };

  const graphFor = async (call: Call): Promise<Graph> => {
    const entry = entryFor(call);
    const bakedBy = entry.bakedLeaves.map((leaf) => identityOf(call.leaves[leaf]!));
    const { current } = entry;
    if (current?.bakedBy.every((what, i) => what === bakedBy[i])) return current.graph;
    await current?.graph.session?.release();
    entry.current = undefined;
    await freeOldest(entries, plan.mostGraphs - 1);
    entry.current = { graph: await buildGraph(entry, call, plan), bakedBy };
    return entry.current.graph;
  };

  return {
    async run(inputs) {
      if (plan.resident !== undefined && plan.baked.includes(0))
        throw new AlcapError("input", `${plan.name} bakes its resident state.`, "Bake other arguments than the first.");
      const call = readCall(inputs, plan.name);
      return runGraph(await graphFor(call), call, spares, plan);
    },
    async release() {
      const open = [...entries.values()].flatMap(({ current }) => (current ? [current.graph] : []));
      entries.clear();
      spares.clear();
      for (const { session } of open) await session?.release();
    },
    graphs: () => [...entries.values()].flatMap(({ current }) => (current ? [current.graph.description] : [])),
  };
}
