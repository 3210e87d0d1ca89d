import { existsSync } from "node:fs";
import path from "node:path";
import { type MelSpectrogram, melSpectrogram } from "../../data/audio/mel";
import type { Value } from "../../engine";
import { writeNpz } from "../../files/npz";
import { writeWhole } from "../../files/whole-file";
import { openMusicEncoder } from "../../model/music/open-encoder";
import { type Progress, silent } from "../../progress";
import { type EncoderFile, readEncoder } from "./encoder-file";

/** Songs in one batch. Batches are the same however often the work is stopped, since sums can differ in their last bit between sizes. */
const AT_ONCE = 8;

/** Where representations go, and which are there. */
export interface Store {
  has(song: string): boolean;
  keep(song: string, representation: Value): void;
}

/** A store of one file a song, `[M, D]` under the key `a`: the layout of the released `audio_embs_15_16000`. */
export function npzStore(folder: string): Store {
  const file = (song: string) => path.join(folder, `${song}.npz`);
  return {
    has: (song) => existsSync(file(song)),
    keep: (song, { data, shape }) => writeWhole(file(song), writeNpz({ a: { data: data as Float32Array, shape } })),
  };
}

/** The representations `[M, D]` of some sounds, samples at Songbook's rate, by the encoder in a file of weights; nothing is kept. */
export async function representSounds(weights: string, sounds: readonly Float32Array[]): Promise<Value[]> {
  const { params, shape, stepsPerDb } = await readEncoder(weights);
  const encoder = openMusicEncoder(params, shape, stepsPerDb);
  const found = await encoder.represent(sounds.map((samples) => melSpectrogram(samples)));
  await encoder.release();
  return found;
}

/**
 * Every song's representation by a frozen encoder, once, as the paper does. Batches whose representations are all there are left out;
 * memory holds one batch.
 */
export async function representSongs(
  { params, shape, stepsPerDb }: EncoderFile,
  songs: readonly string[],
  melOf: (song: string, index: number) => MelSpectrogram | Promise<MelSpectrogram>,
  store: Store,
  progress: Progress = silent,
): Promise<void> {
  const encoder = openMusicEncoder(params, shape, stepsPerDb);
  for (let at = 0; at < songs.length; at += AT_ONCE) {
    const part = songs.slice(at, at + AT_ONCE);
    if (!part.every(store.has)) {
      const states = await encoder.represent(await Promise.all(part.map((song, i) => melOf(song, at + i))));
      part.forEach((song, row) => {
        store.keep(song, states[row] as Value);
      });
    }
    progress(at + part.length, songs.length, "songs represented");
  }
  await encoder.release();
}
