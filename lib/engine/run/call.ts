import { AlcapError } from "../../errors";
import { branch, describeTree, flatten, leafIndices, type Skeleton } from "../tree";
import { isValue, type Value } from "../value";

/** The arguments of one call, taken apart. Leaves are numbered through all arguments. */
export interface Call {
  readonly leaves: readonly Value[];
  readonly paths: readonly string[];
  readonly args: readonly Skeleton[];
  /** Equal for calls that can share a graph: structure, dtypes and shapes. */
  readonly signature: string;
}

/** Takes arguments apart and names the argument or leaf that is no value. */
export function readCall(inputs: readonly unknown[], name: string): Call {
  const leaves: Value[] = [];
  const paths: string[] = [];
  const args = inputs.map((input, i) => {
    const flat = flatten(input, isValue, { root: `argument ${i} of ${name}`, first: leaves.length });
    leaves.push(...flat.leaves);
    paths.push(...flat.paths);
    return flat.skeleton;
  });
  const lines = args.map((arg) => describeTree(arg, (i) => `${leaves[i]!.dtype}[${leaves[i]!.shape.join(",")}]`));
  return { leaves, paths, args, signature: lines.join(" ") };
}

export interface LeafType {
  readonly dtype: string;
  readonly shape: readonly number[];
}

/**
 * Pairs the resident output's leaves with the first argument's: output leaf → input leaf.
 * @throws AlcapError `input` when the two differ in structure, shape or dtype.
 */
export function pairResident(
  key: string,
  result: Skeleton,
  outputs: readonly LeafType[],
  call: Call,
  name: string,
): ReadonlyMap<number, number> {
  const state = branch(result, key);
  const first = call.args[0];
  const advice = `Return ${key} with the keys, shapes and dtypes of the first argument.`;
  if (!state || !first)
    throw new AlcapError("input", `${name} is compiled with resident "${key}" and returns no ${key}.`, advice);
  const outs = leafIndices(state);
  const ins = leafIndices(first);
  const layout = (skeleton: Skeleton): string => describeTree(skeleton, () => "*");
  if (layout(state) !== layout(first))
    throw new AlcapError("input", `${name}: ${key} is returned with another structure than the first argument has.`, advice);
  outs.forEach((out, i) => {
    const given = call.leaves[ins[i]!]!;
    const returned = outputs[out]!;
    if (given.dtype === returned.dtype && given.shape.join() === returned.shape.join()) return;
    const was = `${given.dtype} [${given.shape.join(", ")}]`;
    const is = `${returned.dtype} [${returned.shape.join(", ")}]`;
    throw new AlcapError("input", `${call.paths[ins[i]!]} comes in as ${was} and is returned as ${is}.`, advice);
  });
  return new Map(outs.map((out, i) => [out, ins[i]!]));
}
