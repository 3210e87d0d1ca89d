import assert from "node:assert/strict";
import { test } from "node:test";
import { modelProto, nodeProto, tensorProto } from "alcap/dist/engine/graph/onnx";
import { InferenceSession, Tensor } from "onnxruntime-node";

test("a model over protobuf's 2 GiB is refused by name before anything is copied", () => {
  const quarter = new Uint8Array(2 ** 28);
  const initialisers = Array.from({ length: 9 }, (_, i) =>
    tensorProto({ name: `w${i}`, type: "bool", shape: [2 ** 28] }, quarter),
  );
  const graph = { name: "captioner", nodes: [], initialisers, inputs: [], outputs: [] };
  assert.throws(() => modelProto(graph), /captioner takes \d+ bytes as one ONNX model, over protobuf's limit/);
});

test("a node is one piece: what programs keep is few objects for the garbage collector", () => {
  const node = { op: "Add", name: "sum", inputs: ["a", "b"], outputs: ["c"], attributes: { axis: 1 }, domain: "" };
  assert.equal(nodeProto(node).parts.length, 1);
});

test("every kind of attribute and initialiser arrives at the runtime", async () => {
  const node = (op: string, inputs: string[], outputs: string[], attributes: Parameters<typeof nodeProto>[0]["attributes"]) =>
    nodeProto({ op, name: `größe/${op}`, inputs, outputs, attributes, domain: "" });
  const nodes = [
    node("LeakyRelu", ["x"], ["a"], { alpha: { float: 0.25 } }), // float
    node("Transpose", ["a"], ["b"], { perm: [1, 0] }), // list of integers
    node("Concat", ["b", "w"], ["c"], { axis: -1 }), // negative integer
    node("Pad", ["c", "amounts"], ["y"], { mode: { string: "reflect" } }), // string
  ];
  const initialisers = [
    tensorProto({ name: "w", type: "float32", shape: [3, 1] }, Float32Array.of(7, 8, 9)),
    tensorProto({ name: "amounts", type: "int64", shape: [4] }, BigInt64Array.of(1n, -1n, 0n, 0n)),
  ];
  const inputs = [{ name: "x", type: "float32", shape: [2, 3] }] as const;
  const outputs = [{ name: "y", type: "float32", shape: [4, 2] }] as const;
  const session = await InferenceSession.create(modelProto({ name: "g", nodes, initialisers, inputs, outputs }));
  const { y } = await session.run({ x: new Tensor("float32", Float32Array.of(1, -4, 2, 3, 4, -8), [2, 3]) });
  // Rows of xᵀ after the leak: (1, 3), (−1, 4), (2, −2), each with w; the first column cut away, the second row reflected to the top.
  assert.deepEqual([...(y!.data as Float32Array)], [4, 8, 3, 7, 4, 8, -2, 9]);
  await session.release();
});
