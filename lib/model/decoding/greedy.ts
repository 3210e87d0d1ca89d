import { tf, type Values } from "../../engine";
import type { Captioner } from "../captioner";
import type { ParamValues } from "../params";
import { writeGreedily } from "./greedy-loop";
import type { SongBatch } from "./one-token";
import { decodingSteps } from "./steps";

export type { SongBatch } from "./one-token";

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
  const steps = decodingSteps(params, captioner, maxTokens, (logits) => ({ best: tf.argMax(logits, -1) }));
  const decode = async (songs: Values<SongBatch>) => {
    const { step, shrink } = await steps.start(songs, 1);
    const next = async (tokens: Int32Array) => (await step(tokens, null)).best.data;
    return writeGreedily({ step: next, shrink }, songs.lyrics.shape[0] ?? 0, maxTokens);
  };
  return Object.assign(decode, { release: steps.release });
}
