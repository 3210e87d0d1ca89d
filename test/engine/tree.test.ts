import assert from "node:assert/strict";
import { test } from "node:test";
import { describeTree, flatten, leafIndices, unflatten } from "alcap/dist/engine/tree";
import fc from "fast-check";

interface Leaf {
  readonly leaf: number;
}
const isLeaf = (x: unknown): x is Leaf => typeof x === "object" && x !== null && "leaf" in x;
const key = fc.string({ minLength: 1, maxLength: 3 }).filter((k) => k !== "__proto__" && k !== "leaf");
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.record({ leaf: fc.integer() }),
    fc.constantFrom(null, undefined),
    fc.array(tie("tree"), { maxLength: 3 }),
    fc.dictionary(key, tie("tree"), { maxKeys: 3, noNullPrototype: true }),
  ),
}));

test("a tree that is taken apart and put together is the same tree, keys in order", () => {
  fc.assert(
    fc.property(tree, (t) => {
      const flat = flatten(t, isLeaf, { root: "t" });
      assert.deepEqual(leafIndices(flat.skeleton), [...flat.leaves.keys()]);
      assert.deepEqual(flatten(t, isLeaf, { root: "t", first: 7 }).leaves, flat.leaves);
      assert.equal(new Set(flat.paths).size, flat.paths.length);
      const back = unflatten(flat.skeleton, (i) => flat.leaves[i]);
      assert.deepStrictEqual(back, t);
      assert.equal(JSON.stringify(back), JSON.stringify(t));
    }),
    { seed: 2023 },
  );
});

test("trees of other structure are described otherwise", () => {
  const line = (t: unknown): string => describeTree(flatten(t, isLeaf, { root: "t" }).skeleton, () => "*");
  const a = { leaf: 1 };
  const others = [a, [a], [[a]], { a }, { b: a }, { a, b: a }, { b: a, c: a }, [a, a], [a, null], { a: { b: a } }, { a: [a] }];
  assert.equal(new Set(others.map(line)).size, others.length);
});

test("the order of keys makes no difference to the numbers of leaves", () => {
  const one = flatten({ b: { leaf: 1 }, a: [{ leaf: 2 }] }, isLeaf, { root: "t" });
  const two = flatten({ a: [{ leaf: 2 }], b: { leaf: 1 } }, isLeaf, { root: "t" });
  assert.deepEqual([one.leaves, one.paths], [two.leaves, two.paths]);
  const line = (flat: typeof one): string => describeTree(flat.skeleton, String);
  assert.equal(line(one), line(two));
  assert.deepEqual(Object.keys(unflatten(one.skeleton, (i) => i) as object), ["b", "a"]);
});
