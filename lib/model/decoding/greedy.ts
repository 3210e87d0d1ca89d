import { compile, gelu, layerNorm, tf, type Value, type Values, value } from "../../engine";
import { bartPositionOffset, bartTokens, epsilons } from "../../recipe";
import { type Batch, encode } from "../alcap";
import { vocabularyLogits } from "../bart";
import type { Captioner } from "../captioner";
import { attentionWeights, linear, paddingBias } from "../layers";
import { mergeHeads, splitHeads } from "../layout";
import { type Params, type ParamValues, param } from "../params";

/** What a decoding step reads and never writes: each decoder layer's keys and values of the encoder's output. */
export type Memory = { keys: tf.Tensor[]; values: tf.Tensor[]; padding: tf.Tensor };

/** Keys and values of what is written so far, `[R, H, T, D]` for each decoder layer. */
export type Caches = { keys: tf.Tensor[]; values: tf.Tensor[] };

/** What a greedy step carries on: the caches, last tokens `[B]`, position and who has ended. */
type GreedyState = Caches & { token: tf.Tensor; position: tf.Tensor; ended: tf.Tensor };

/** The inputs that captioning needs: lyrics and music, no caption. */
export type SongBatch = Pick<Batch, "lyrics" | "lyricsMask" | "music">;

/** Encodes the songs and projects the encoder's output once for all decoding steps. */
export function remember(params: Params, captioner: Captioner, songs: SongBatch): Memory {
  const encoded = encode(params, captioner, songs).at(-1) as tf.Tensor; // B, S, C
  const project = (part: string) =>
    layerNames(captioner).map((name) =>
      splitHeads(linear(params, `${name}.encoder_attn.${part}`, encoded), captioner.text.heads),
    );
  return { keys: project("k_proj"), values: project("v_proj"), padding: paddingBias(songs.lyricsMask) };
}

const layerNames = ({ text }: Captioner) => Array.from({ length: text.decoderLayers }, (_, i) => `model.decoder.layers.${i}`);

/**
 * One token further: the decoder on one position, with its past in the caches. There are `R = B · beams` rows, those of a song
 * one after the other; they share the song's memory as queries of one attention.
 * @param tokens int32 `[R]`
 * @param position int32 scalar, 0-based
 * @returns logits `[R, V]` and the caches with this position in them
 */
export function decodeOne(
  params: Params,
  captioner: Captioner,
  memory: Memory,
  caches: Caches,
  tokens: tf.Tensor,
  position: tf.Tensor,
): { logits: tf.Tensor; caches: Caches } {
  const { heads, width } = captioner.text;
  const norm = (name: string, x: tf.Tensor) =>
    layerNorm(x, param(params, `${name}.weight`), param(params, `${name}.bias`), epsilons.bart);
  const [R = 0] = tokens.shape;
  const [B = 0] = memory.padding.shape;
  const T = caches.keys[0]?.shape[2] ?? 0;
  const steps = tf.range(0, T, 1, "int32");
  const here = tf.reshape(tf.equal(steps, position), [1, 1, T, 1]);
  const future = tf.reshape(tf.mul(tf.cast(tf.greater(steps, position), "float32"), -1e9), [1, 1, 1, T]);
  const positions = param(params, "model.decoder.embed_positions.weight");
  const row = tf.reshape(tf.add(position, tf.scalar(bartPositionOffset, "int32")), [1]) as tf.Tensor1D;
  const token = tf.gather(param(params, "model.shared.weight"), tokens as tf.Tensor1D); // R, C
  const embedded = tf.expandDims(tf.add(token, tf.gather(positions, row)), 1); // R, 1, C
  let x: tf.Tensor = norm("model.decoder.layernorm_embedding", embedded); // R, 1, C
  const keys: tf.Tensor[] = [];
  const values: tf.Tensor[] = [];
  layerNames(captioner).forEach((name, layer) => {
    const split = (part: string) => splitHeads(linear(params, `${name}.self_attn.${part}`, x), heads); // R, H, 1, D
    const ownKeys = tf.where(here, split("k_proj"), caches.keys[layer] as tf.Tensor); // R, H, T, D
    const ownValues = tf.where(here, split("v_proj"), caches.values[layer] as tf.Tensor); // R, H, T, D
    keys.push(ownKeys);
    values.push(ownValues);
    const own = mergeHeads(tf.matMul(attentionWeights(split("q_proj"), ownKeys, { bias: future }), ownValues)); // R, 1, C
    x = norm(`${name}.self_attn_layer_norm`, tf.add(x, linear(params, `${name}.self_attn.out_proj`, own)));
    const asked = tf.reshape(linear(params, `${name}.encoder_attn.q_proj`, x), [B, R / B, width]); // B, beams, C
    const weights = attentionWeights(splitHeads(asked, heads), memory.keys[layer] as tf.Tensor, { bias: memory.padding }); // B, H, beams, S
    const read = tf.reshape(mergeHeads(tf.matMul(weights, memory.values[layer] as tf.Tensor)), [R, 1, width]); // R, 1, C
    x = norm(`${name}.encoder_attn_layer_norm`, tf.add(x, linear(params, `${name}.encoder_attn.out_proj`, read)));
    const inner = gelu(linear(params, `${name}.fc1`, x));
    x = norm(`${name}.final_layer_norm`, tf.add(x, linear(params, `${name}.fc2`, inner)));
  });
  return { logits: vocabularyLogits(params, x), caches: { keys, values } };
}

/** Empty caches for `R` rows of at most `T` positions. */
export function emptyCaches({ text }: Captioner, R: number, T: number): Values<Caches> {
  const cache = (): Value => value(new Float32Array(R * text.width * T), [R, text.heads, T, text.width / text.heads]);
  const caches = () => Array.from({ length: text.decoderLayers }, cache);
  return { keys: caches(), values: caches() };
}

/** The likeliest next token for every song. */
function greedyStep(params: Params, captioner: Captioner, memory: Memory, state: GreedyState) {
  const { logits, caches } = decodeOne(params, captioner, memory, state, state.token, state.position);
  const best = tf.argMax(logits, -1); // B
  const next = tf.where(tf.greater(state.ended, 0.5), tf.fill(best.shape, bartTokens.pad, "int32"), best);
  const ended = tf.maximum(state.ended, tf.cast(tf.equal(next, tf.scalar(bartTokens.eos, "int32")), "float32"));
  const position = tf.add(state.position, tf.scalar(1, "int32"));
  return { state: { ...caches, token: next, position, ended }, next, remaining: tf.sub(next.shape[0] ?? 0, tf.sum(ended)) };
}

/** Writes captions for a batch of songs: token ids without `</s>` and padding, one array a song. */
export type GreedyDecoder = {
  (songs: Values<SongBatch>): Promise<Int32Array[]>;
  release(): Promise<void>;
};

/**
 * Greedy decoding with a key–value cache: at every step the likeliest next token, until `</s>` or `maxTokens`.
 * The parameters are baked into the compiled graphs, so make one decoder for one trained model and release it after.
 */
export function greedyDecoder(params: ParamValues, captioner: Captioner, maxTokens: number): GreedyDecoder {
  const first = compile((p: Params, songs: SongBatch) => remember(p, captioner, songs), { baked: [0], name: "remember" });
  const step = compile((state: GreedyState, memory: Memory, p: Params) => greedyStep(p, captioner, memory, state), {
    resident: "state",
    baked: [2],
    name: "decode",
  });
  const decode = async (songs: Values<SongBatch>) => {
    const memory = await first(params, songs);
    let state = freshState(captioner, songs.lyrics.shape[0] ?? 0, maxTokens);
    const written: number[][] = Array.from({ length: songs.lyrics.shape[0] ?? 0 }, () => []);
    for (let t = 0; t < maxTokens; t++) {
      const out = await step(state, memory, params);
      state = out.state;
      written.forEach((ids, row) => {
        const id = out.next.data[row] ?? bartTokens.pad;
        if (id !== bartTokens.pad && id !== bartTokens.eos) ids.push(id);
      });
      if (out.remaining.data[0] === 0) break;
    }
    return written.map((ids) => Int32Array.from(ids));
  };
  return Object.assign(decode, {
    release: async () => {
      await first.release();
      await step.release();
    },
  });
}

function freshState(captioner: Captioner, B: number, T: number): Values<GreedyState> {
  return {
    ...emptyCaches(captioner, B, T),
    token: value(new Int32Array(B).fill(bartTokens.decoderStart), [B]),
    position: value(new Int32Array(1), []),
    ended: value(new Float32Array(B), [B]),
  };
}
