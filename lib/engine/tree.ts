import { AlcapError } from "../errors";

/** A nest of arrays and records with leaves of type `L`; key order is kept. `undefined` and `null` may stand for an absent branch. */
export type Tree<L> = L | readonly Tree<L>[] | { readonly [key: string]: Tree<L> };

/** A tree without its leaves: each leaf is replaced by its number in depth-first order, records read by their keys' names. */
export type Skeleton =
  | { readonly kind: "leaf"; readonly index: number }
  | { readonly kind: "list"; readonly items: readonly Skeleton[] }
  | { readonly kind: "record"; readonly entries: readonly (readonly [key: string, item: Skeleton])[] }
  | { readonly kind: "absent"; readonly value: null | undefined };

export interface Flat<L> {
  readonly leaves: readonly L[];
  /** Where each leaf stands, for messages: `params.encoder.0.weight`. */
  readonly paths: readonly string[];
  readonly skeleton: Skeleton;
}

const byKey = (a: readonly [string, ...unknown[]], b: readonly [string, ...unknown[]]): number => (a[0] < b[0] ? -1 : 1);

export interface FlattenOptions {
  /** How the leaves' paths begin. */
  readonly root: string;
  /** Number of the first leaf. */
  readonly first?: number;
}

/**
 * Takes a tree apart. Leaves of records are numbered in the order of their keys' names, so that two equal trees are taken apart
 * alike however they were built (a checkpoint that was read back, a spread record); put together again, keys keep their order.
 * @throws AlcapError `input` for anything that is neither leaf, list nor record, naming its path.
 */
export function flatten<L>(tree: unknown, isLeaf: (x: unknown) => x is L, { root, first = 0 }: FlattenOptions): Flat<L> {
  const leaves: L[] = [];
  const paths: string[] = [];
  const visit = (node: unknown, path: string): Skeleton => {
    if (isLeaf(node)) {
      leaves.push(node);
      paths.push(path);
      return { kind: "leaf", index: first + leaves.length - 1 };
    }
    if (node === null || node === undefined) return { kind: "absent", value: node };
    if (Array.isArray(node)) return { kind: "list", items: node.map((item, i) => visit(item, `${path}[${i}]`)) };
    if (typeof node === "object" && !ArrayBuffer.isView(node)) {
      const sorted = Object.entries(node).sort(byKey);
      const items = new Map(sorted.map(([key, item]) => [key, visit(item, `${path}.${key}`)]));
      return { kind: "record", entries: Object.keys(node).map((key) => [key, items.get(key)!] as const) };
    }
    const what = ArrayBuffer.isView(node) ? node.constructor.name : typeof node;
    throw new AlcapError(
      "input",
      `${path} is a ${what}, which is no tensor.`,
      "Wrap arrays with value(data, shape) and numbers with scalar(x), or close over what is configuration.",
    );
  };
  return { skeleton: visit(tree, root), leaves, paths };
}

/** The tree of `skeleton` with leaf number `i` replaced by `leaf(i)`. */
export function unflatten(skeleton: Skeleton, leaf: (index: number) => unknown): unknown {
  switch (skeleton.kind) {
    case "leaf":
      return leaf(skeleton.index);
    case "list":
      return skeleton.items.map((item) => unflatten(item, leaf));
    case "record":
      return Object.fromEntries(skeleton.entries.map(([key, item]) => [key, unflatten(item, leaf)]));
    case "absent":
      return skeleton.value;
  }
}

/** One line that is equal for equal trees, whatever the order of their keys, with `leaf(i)` for each leaf. */
export function describeTree(skeleton: Skeleton, leaf: (index: number) => string): string {
  switch (skeleton.kind) {
    case "leaf":
      return leaf(skeleton.index);
    case "list":
      return `[${skeleton.items.map((item) => describeTree(item, leaf)).join(",")}]`;
    case "record":
      return `{${skeleton.entries
        .toSorted(byKey)
        .map(([key, item]) => `${JSON.stringify(key)}:${describeTree(item, leaf)}`)
        .join(",")}}`;
    case "absent":
      return "-";
  }
}

/** The branch of a record under `key`, or undefined. */
export const branch = (skeleton: Skeleton, key: string): Skeleton | undefined =>
  skeleton.kind === "record" ? skeleton.entries.find(([name]) => name === key)?.[1] : undefined;

/** The leaf numbers under `skeleton`, ascending: the same leaves of two equal trees stand at the same place. */
export function leafIndices(skeleton: Skeleton): number[] {
  switch (skeleton.kind) {
    case "leaf":
      return [skeleton.index];
    case "list":
      return skeleton.items.flatMap(leafIndices);
    case "record":
      return skeleton.entries.flatMap(([, item]) => leafIndices(item)).sort((a, b) => a - b);
    case "absent":
      return [];
  }
}
