import type { MelSpectrogram } from "../../data/audio/mel";
import { compile, type tf, type Value, value } from "../../engine";
import type { MusicShape } from "../../recipe";
import type { Params, ParamValues } from "../params";
import { musicEncoder } from "./music-encoder";

/** A frozen music encoder at work, compiled once for any number of songs. */
export interface MusicEncoder {
  /** The representation `[M, D]` of each log-mel spectrogram in dB. All are of one length. */
  represent(mels: readonly MelSpectrogram[]): Promise<Value[]>;
  release(): Promise<void>;
}

/**
 * Opens a frozen music encoder. It computes with one thread, so that representations do not depend on a machine's cores.
 *
 * @param stepsPerDb what the encoder's training rounded its spectrograms to: those that it is given are rounded alike. The released
 * tagger learned from exact ones; without the number nothing is rounded.
 */
export function openMusicEncoder(params: ParamValues, shape: MusicShape, stepsPerDb?: number): MusicEncoder {
  const encode = compile((p: Params, mel: tf.Tensor) => musicEncoder(p, shape, mel), {
    baked: [0],
    threads: 1,
    name: "music encoder",
  });
  return {
    represent: async (mels) => {
      const { data, shape: states } = await encode(params, stacked(mels, stepsPerDb));
      const [, M = 0, D = 0] = states;
      return mels.map((_, row) => value((data as Float32Array).slice(row * M * D, (row + 1) * M * D), [M, D]));
    },
    release: () => encode.release(),
  };
}

/** Spectrograms as one batch `[songs, mels, frames]`. */
function stacked(spectrograms: readonly MelSpectrogram[], stepsPerDb: number | undefined): Value {
  const { mels = 0, frames = 0 } = spectrograms[0] ?? {};
  const batch = new Float32Array(spectrograms.length * mels * frames);
  spectrograms.forEach(({ data }, row) => {
    const own = stepsPerDb === undefined ? data : data.map((db) => Math.round(db * stepsPerDb) / stepsPerDb);
    batch.set(own, row * mels * frames);
  });
  return value(batch, [spectrograms.length, mels, frames]);
}
