import assert from "node:assert/strict";
import { test } from "node:test";
import { songBatch } from "alcap/dist/data/text/batch";
import { tf, type Value, type Values, value } from "alcap/dist/engine";
import { type ExportedGraph, exportGraph } from "alcap/dist/engine/export";
import { flatten, unflatten } from "alcap/dist/engine/tree";
import { isValue } from "alcap/dist/engine/value";
import { captionGraphs } from "alcap/dist/model/decoding/caption-graphs";
import { greedyDecoder, type SongBatch } from "alcap/dist/model/decoding/greedy";
import { writeGreedily } from "alcap/dist/model/decoding/greedy-loop";
import { methods } from "alcap/dist/paper";
import * as ort from "onnxruntime-node";
import { tinyCaptioner, tinyExamples, tinyParams } from "../tiny";

/** An exported graph at work in a runtime that knows nothing of this library. */
async function open({ model, ports }: ExportedGraph) {
  const session = await ort.InferenceSession.create(model);
  return async (...args: readonly unknown[]): Promise<unknown> => {
    const leaves = args.flatMap((arg) => flatten(arg, isValue, { root: "argument" }).leaves);
    const tensor = ({ dtype, data, shape }: Value) => new ort.Tensor(dtype, data, shape);
    const feeds = Object.fromEntries(ports.inputs.map(({ leaf, name }) => [name, tensor(leaves[leaf]!)]));
    const found = await session.run(feeds);
    return unflatten(ports.result, (leaf) => {
      const { data, dims } = found[ports.outputs[leaf]!]!;
      return value(data as Value["data"], dims);
    });
  };
}

test("exported graphs write what the decoder writes, for every method", async () => {
  const [lyricsTokens, captionTokens] = [9, 8];
  for (const method of methods) {
    const captioner = tinyCaptioner({}, method);
    const params = tinyParams(captioner, 8);
    const graphs = captionGraphs(params, captioner, { lyricsTokens, captionTokens, musicPositions: 7 });
    const [remember, next] = [await open(graphs.remember), await open(graphs.step)];
    const decode = greedyDecoder(params, captioner, captionTokens);
    for (const example of tinyExamples(captioner, 4, "exported")) {
      const song = songBatch([example], lyricsTokens);
      const memory = await remember(song);
      let [past, position]: [unknown, number] = [graphs.empty, 0];
      const step = async (tokens: Int32Array) => {
        const at = { token: value(tokens, [1]), position: value(Int32Array.of(position++), []) };
        const out = (await next(past, memory, at)) as { readonly past: unknown; readonly best: Value };
        past = out.past;
        return out.best.data;
      };
      assert.deepEqual(await writeGreedily({ step }, 1, captionTokens), await decode(song as Values<SongBatch>), method);
    }
    await decode.release();
  }
});

test("an argument that comes back untouched is no output of a graph", () => {
  const both = (x: tf.Tensor) => ({ x, twice: tf.mul(x, 2) });
  assert.throws(
    () => exportGraph(both, [value(Float32Array.of(1), [1])], { name: "both" }),
    /both returns an argument untouched/,
  );
});
