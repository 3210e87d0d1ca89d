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
    const { step, shrink } = await steps.start(songs, 1);
    const written: number[][] = Array.from({ length: songs.lyrics.shape[0] ?? 0 }, () => []);
    let open = written.map((ids) => ({ ids, last: bartTokens.decoderStart as number, ended: false }));
    for (let at = 0; at < maxTokens && open.some(({ ended }) => !ended); at++) {
      const { best } = await step(
        Int32Array.from(open, ({ last }) => last),
        null,
      );
      open.forEach((song, row) => {
        song.last = song.ended ? bartTokens.pad : best.data[row]!;
        if (song.last === bartTokens.eos) song.ended = true;
        else if (song.last !== bartTokens.pad) song.ids.push(song.last);
      });
      open = shrink(open.map(({ ended }) => ended))?.map((row) => open[row]!) ?? open;
    }
    return written.map((ids) => Int32Array.from(ids));
  };
  return Object.assign(decode, { release: steps.release });
}
