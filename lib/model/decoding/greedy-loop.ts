import { bartTokens } from "../../recipe";

/** What greedy decoding needs of a batch of songs. */
export interface GreedySteps {
  /** The likeliest next tokens `[R]` after the last ones `[R]`. */
  step(tokens: Int32Array): Promise<ArrayLike<number>>;
  /** The places of the rows that stay when those of ended songs may go; null where all stay. */
  shrink?(ended: readonly boolean[]): readonly number[] | null;
}

/** Writes captions for `songs` songs until each has its `</s>` or `maxTokens` tokens: ids without `</s>` and padding. */
export async function writeGreedily(
  { step, shrink = () => null }: GreedySteps,
  songs: number,
  maxTokens: number,
): Promise<Int32Array[]> {
  const written: number[][] = Array.from({ length: songs }, () => []);
  let open = written.map((ids) => ({ ids, last: bartTokens.decoderStart as number, ended: false }));
  for (let at = 0; at < maxTokens && open.some(({ ended }) => !ended); at++) {
    const best = await step(Int32Array.from(open, ({ last }) => last));
    open.forEach((song, row) => {
      song.last = song.ended ? bartTokens.pad : best[row]!;
      if (song.last === bartTokens.eos) song.ended = true;
      else if (song.last !== bartTokens.pad) song.ids.push(song.last);
    });
    open = shrink(open.map(({ ended }) => ended))?.map((row) => open[row]!) ?? open;
  }
  return written.map((ids) => Int32Array.from(ids));
}
