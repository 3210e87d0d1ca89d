import { tf, type Values } from "../../engine";
import { bartTokens } from "../../recipe";
import type { Captioner } from "../captioner";
import type { ParamValues } from "../params";
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
    const step = await steps.start(songs, 1);
    const written: number[][] = Array.from({ length: songs.lyrics.shape[0] ?? 0 }, () => []);
    const tokens = new Int32Array(written.length).fill(bartTokens.decoderStart);
    const ended = written.map(() => false);
    for (let at = 0; at < maxTokens && ended.includes(false); at++) {
      const { best } = await step(tokens, null);
      written.forEach((ids, row) => {
        const id = ended[row] ? bartTokens.pad : best.data[row]!;
        tokens[row] = id;
        if (id === bartTokens.eos) ended[row] = true;
        else if (id !== bartTokens.pad) ids.push(id);
      });
    }
    return written.map((ids) => Int32Array.from(ids));
  };
  return Object.assign(decode, { release: steps.release });
}
