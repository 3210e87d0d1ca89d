import assert from "node:assert/strict";
import { test } from "node:test";
import { songBatch } from "alcap/dist/data/text/batch";
import { compile, tf, type Values, value } from "alcap/dist/engine";
import { type Batch, forward } from "alcap/dist/model/alcap";
import type { Captioner } from "alcap/dist/model/captioner";
import { beamDecoder } from "alcap/dist/model/decoding/beam";
import { greedyDecoder, type SongBatch } from "alcap/dist/model/decoding/greedy";
import { cacheLengths, decodingSteps } from "alcap/dist/model/decoding/steps";
import type { Params, ParamValues } from "alcap/dist/model/params";
import type { DecodingRecipe } from "alcap/dist/recipe";
import { tinyCaptioner, tinyExamples, tinyParams } from "../tiny";

const plain: DecodingRecipe = {
  beams: 3,
  topP: null,
  topK: 0,
  lengthPenalty: 1,
  earlyStopping: true,
  maxLength: 10,
  noRepeatNgram: 0,
  forcedEos: false,
  forcedBos: false,
};

/** A model whose captions end at different lengths: `</s>` is made likely. */
function model() {
  const captioner = tinyCaptioner();
  const params = tinyParams(captioner, 8);
  const bias = new Float32Array(captioner.text.vocabulary);
  bias[2] = 0.7;
  return { captioner, params: { ...params, final_logits_bias: value(bias, [1, bias.length]) } };
}

const songs = (captioner: Captioner, rows: number) => songBatch(tinyExamples(captioner, rows, "beams"), 9) as Values<SongBatch>;

const one = (batch: Values<SongBatch>, row: number): Values<SongBatch> =>
  Object.fromEntries(
    Object.entries(batch).map(([name, { data, shape }]) => {
      const width = data.length / (shape[0] ?? 1);
      return [name, value(data.slice(row * width, (row + 1) * width), [1, ...shape.slice(1)])];
    }),
  ) as Values<SongBatch>;

/** Log-probabilities after a prefix, by running the whole decoder on it again: no cache, no batch. */
function teacher(captioner: Captioner, params: ParamValues) {
  const T = 9;
  const run = compile((p: Params, batch: Batch) => tf.logSoftmax(forward(p, captioner, batch).logits));
  const next = async (song: Values<SongBatch>, ids: readonly number[]): Promise<Float32Array> => {
    const captionInput = value(
      Int32Array.from({ length: T }, (_, i) => ids[i] ?? 1),
      [1, T],
    );
    const rest = {
      labels: captionInput,
      labelMask: value(new Float32Array(T), [1, T]),
      distinct: value(Float32Array.of(1), [1]),
    };
    const { data } = await run(params, { ...song, ...rest, captionInput });
    const V = captioner.text.vocabulary;
    return (data as Float32Array).slice((ids.length - 1) * V, ids.length * V);
  };
  return { next, release: () => run.release() };
}

type Hypothesis = { ids: number[]; score: number };

/**
 * Beam search as HuggingFace defines it, written as plainly as can be: all
 * continuations of all beams in one list, sorted.
 */
async function slowBeamSearch(next: (ids: readonly number[]) => Promise<Float32Array>, d: DecodingRecipe): Promise<number[]> {
  let open: Hypothesis[] = Array.from({ length: d.beams }, (_, beam) => ({ ids: [2], score: beam === 0 ? 0 : -1e9 }));
  let finished: Hypothesis[] = [];
  let over = false;
  for (let length = 1; length < d.maxLength && !over; length++) {
    const all: Hypothesis[] = [];
    for (const { ids, score } of open) {
      const logP = [...(await next(ids))];
      for (let token = 0; token < logP.length; token++) {
        let gain = logP[token] ?? 0;
        const written = [...ids, token].join(" ");
        const last = [...ids, token].slice(-d.noRepeatNgram).join(" ");
        if (d.noRepeatNgram > 0 && ids.length >= d.noRepeatNgram && ` ${ids.join(" ")} `.includes(` ${last} `)) gain = -1e30;
        if (d.forcedBos && length === 1) gain = token === 0 ? 0 : -1e30;
        if (d.forcedEos && length === d.maxLength - 1) gain = token === 2 ? 0 : -1e30;
        all.push({ ids: written.split(" ").map(Number), score: score + gain });
      }
    }
    const top = all.sort((a, b) => b.score - a.score).slice(0, 2 * d.beams);
    open = [];
    for (const [rank, candidate] of top.entries()) {
      if (open.length === d.beams) break;
      if (candidate.ids.at(-1) !== 2) open.push(candidate);
      else if (rank < d.beams)
        finished.push({ ids: candidate.ids.slice(0, -1), score: candidate.score / length ** d.lengthPenalty });
    }
    finished = finished.sort((a, b) => b.score - a.score).slice(0, d.beams);
    const worst = finished.at(-1)?.score ?? 0;
    const reachable = (top[0]?.score ?? 0) / length ** d.lengthPenalty;
    over = finished.length === d.beams && (d.earlyStopping || worst >= reachable);
  }
  if (!over) finished.push(...open.map(({ ids, score }) => ({ ids, score: score / ids.length ** d.lengthPenalty })));
  const best = finished.reduce((a, b) => (b.score > a.score ? b : a));
  return best.ids.slice(1).filter((id) => id !== 1 && id !== 2);
}

const variants: Readonly<Record<string, Partial<DecodingRecipe>>> = {
  plain: {},
  "no early stopping, long captions preferred": { earlyStopping: false, lengthPenalty: 2 },
  "no early stopping, short captions preferred": { earlyStopping: false, lengthPenalty: 0.3 },
  "forced ends": { forcedBos: true, forcedEos: true, maxLength: 6 },
  "no bigram twice": { noRepeatNgram: 2 },
  "one beam": { beams: 1 },
  "five beams, no trigram twice": { beams: 5, noRepeatNgram: 3, lengthPenalty: 1.5 },
};

test("beam ids equal those of a search that keeps no cache and sorts everything", async () => {
  const { captioner, params } = model();
  const batch = songs(captioner, 4);
  const slow = teacher(captioner, params);
  const seen = new Set<string>();
  for (const [name, changes] of Object.entries(variants)) {
    const decoding = { ...plain, ...changes };
    const decode = beamDecoder(params, captioner, decoding);
    const ids = await decode(batch);
    await decode.release();
    for (const [row, caption] of ids.entries()) {
      const expected = await slowBeamSearch((prefix) => slow.next(one(batch, row), prefix), decoding);
      assert.deepEqual([...caption], expected, `${name}, song ${row}`);
      seen.add(expected.join(" "));
    }
  }
  await slow.release();
  assert.ok(seen.size >= 10, `only ${seen.size} different captions were compared`);
});

test("one beam is greedy decoding", async () => {
  const { captioner, params } = model();
  const batch = songs(captioner, 5);
  const [beam, greedy] = [beamDecoder(params, captioner, { ...plain, beams: 1 }), greedyDecoder(params, captioner, 9)];
  assert.deepEqual(await beam(batch), await greedy(batch));
  await Promise.all([beam.release(), greedy.release()]);
});

test("searched or sampled, a song's caption is the same alone and in a batch", async () => {
  const { captioner, params } = model();
  const batch = songs(captioner, 5);
  for (const changes of [{}, { topP: 0.92, topK: 50, forcedBos: true, forcedEos: true, noRepeatNgram: 3 }]) {
    const decode = beamDecoder(params, captioner, { ...plain, ...changes });
    const together = await decode(batch, { seed: 7, firstSong: 20 });
    for (const [row, caption] of together.entries())
      assert.deepEqual(await decode(one(batch, row), { seed: 7, firstSong: 20 + row }).then(([ids]) => ids), caption);
    await decode.release();
  }
});

test("beam sampling: the same ids for a seed, others for another", async () => {
  const { captioner, params } = model();
  const batch = songs(captioner, 3);
  const decode = beamDecoder(params, captioner, { ...plain, topP: 0.92, forcedEos: true });
  const at = (seed: number) => decode(batch, { seed, firstSong: 0 });
  assert.deepEqual(await at(1), await at(1));
  const drawn = new Set<string>();
  for (let seed = 0; seed < 8; seed++) for (const ids of await at(seed)) drawn.add(ids.join(" "));
  await decode.release();
  assert.ok(drawn.size > 6, `${drawn.size} captions`);
});

test("one beam that keeps one token is plain sampling: each token as often as the model says", async () => {
  const { captioner, params } = model();
  const song = one(songs(captioner, 1), 0);
  const slow = teacher(captioner, params);
  const [p, N] = [Array.from(await slow.next(song, [2]), Math.exp), 1500];
  await slow.release();
  const repeated = Object.fromEntries(
    Object.entries(song).map(([name, { data, shape }]) => {
      const all = data instanceof Int32Array ? new Int32Array(N * data.length) : new Float32Array(N * data.length);
      for (let at = 0; at < N; at++) all.set(data, at * data.length);
      return [name, value(all, [N, ...shape.slice(1)])];
    }),
  ) as Values<SongBatch>;
  const decode = beamDecoder(params, captioner, { ...plain, beams: 1, topP: 1, minTokensToKeep: 1, maxLength: 2 });
  const firsts = (await decode(repeated)).map((ids) => ids[0] ?? 2);
  await decode.release();
  for (const token of [...p.keys()].sort((a, b) => p[b]! - p[a]!).slice(0, 5)) {
    const [expected, drawn] = [p[token]! * N, firsts.filter((id) => id === token).length];
    assert.ok(Math.abs(drawn - expected) < 4 * Math.sqrt(expected), `token ${token}: ${drawn} against ${expected}`);
  }
});

test("caches that grow, and caches on the device, give the same tokens", async () => {
  const { captioner: tiny } = model();
  const captioner: Captioner = { ...tiny, text: { ...tiny.text, positions: 200 } };
  const params = tinyParams(captioner, 8);
  const batch = songs(captioner, 2);
  const T = 150;
  assert.deepEqual(cacheLengths(T * 3), [113, 450]);
  const lines = async (place: "host" | "device") => {
    const steps = decodingSteps(params, captioner, T, (logits) => ({ best: tf.argMax(logits, -1) }), place);
    const { step } = await steps.start(batch, 3);
    let tokens = Int32Array.of(2, 2, 2, 2, 2, 2);
    const out: number[][] = [];
    for (let at = 0; at < T; at++) {
      // Song 0 keeps all its lines, so that its caches fill; song 1's beams swap them.
      const { best } = await step(tokens, [0, 1, 2, at % 3, (at + 1) % 3, at % 2]);
      tokens = Int32Array.from(best.data, (id, row) => (row === 0 ? id : (id + row * at) % 41));
      out.push([...tokens]);
    }
    await steps.release();
    return out;
  };
  assert.deepEqual(await lines("host"), await lines("device"));
});

test("songs that have ended leave the batch, and each caption is the one it has alone", async () => {
  const { captioner, params } = model();
  const batch = songs(captioner, 12);
  const steps = decodingSteps(params, captioner, 9, (logits) => ({ best: tf.argMax(logits, -1) }));
  const { step, shrink } = await steps.start(batch, 1);
  await step(new Int32Array(12).fill(2), null);
  const ended = (count: number) => Array.from({ length: 12 }, (_, song) => song % 2 === 1 && song < 2 * count);
  assert.equal(shrink(ended(2)), null); // ten songs do not fit nine
  assert.deepEqual(shrink(ended(6)), [0, 2, 4, 6, 8, 10]);
  assert.equal((await step(new Int32Array(6).fill(5), null)).best.shape[0], 6);
  await steps.release();
  const sampled = { ...plain, topP: 0.9 };
  const decoders = [
    greedyDecoder(params, captioner, 9),
    beamDecoder(params, captioner, plain),
    beamDecoder(params, captioner, sampled),
  ];
  for (const decode of decoders) {
    const together = await decode(batch, { seed: 1, firstSong: 0 });
    assert.ok(new Set(together.map(({ length }) => length)).size > 1);
    for (const [song, caption] of together.entries())
      assert.deepEqual((await decode(one(batch, song), { seed: 1, firstSong: song }))[0], caption);
    await decode.release();
  }
});

test("a recipe that cannot be decoded is refused", () => {
  const { captioner, params } = model();
  const refused = (changes: Partial<DecodingRecipe>, message: RegExp) =>
    assert.throws(() => beamDecoder(params, captioner, { ...plain, ...changes }), message);
  refused({ beams: 0 }, /0 beams/);
  refused({ maxLength: 26 }, /26 tokens does not fit 24 positions/);
  refused({ topP: 1.5 }, /topP is 1.5/);
  refused({ noRepeatNgram: -1 }, /noRepeatNgram is -1/);
  refused({ minLength: 11 }, /at least 11 tokens have no room in 10/);
  refused({ minLength: -1 }, /minLength is -1/);
  refused({ returnSequences: 4 }, /4 captions cannot be returned from 3 beams/);
  refused({ topP: 0.9, temperature: 0 }, /temperature is 0/);
  refused({ temperature: 0.7 }, /temperature is set, and nothing is sampled/);
  refused({ topP: 0.9, minTokensToKeep: 1 }, /3 beams need two tokens each/);
});
