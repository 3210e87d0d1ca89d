import type { MelSpectrogram } from "../../data/audio/mel";
import { compile, type tf, value } from "../../engine";
import { musicAttention, musicParams } from "../../model/music/music-encoder";
import type { Params, ParamValues } from "../../model/params";
import { type MusicShape, musicStrides } from "../../recipe";

/** One stage of the music encoder: what comes out of it, for one song. */
export interface EncoderLayer {
  readonly name: string;
  /** `[frequency, time, channels]` in the convolutions, `[positions, width]` after them. */
  readonly output: readonly number[];
  /** Trained numbers and running statistics. */
  readonly parameters: number;
}

/** Every stage of the music encoder from the log-mel spectrogram to the representation, with the shape it gives for `frames` frames. */
export function encoderLayers(shape: MusicShape, frames: number): EncoderLayer[] {
  const sizes = Object.entries(musicParams(shape)).map(([name, { shape: dimensions }]) => [name, product(dimensions)] as const);
  const under = (prefix: string) => sizes.reduce((sum, [name, size]) => sum + (name.startsWith(`${prefix}.`) ? size : 0), 0);
  let [bands, time] = [shape.mels, frames];
  const width = 2 * shape.channels;
  const blocks = musicStrides.map(([down, along], block): EncoderLayer => {
    [bands, time] = [strided(bands, down), strided(time, along)];
    const channels = block < 2 ? shape.channels : width;
    const name = `residual block ${block + 1}, stride ${down} × ${along}`;
    return { name, output: [bands, time, channels], parameters: under(`layer${block + 1}`) };
  });
  const layers = Array.from({ length: shape.layers }, (_, layer): EncoderLayer => {
    const parameters = under(`encoder.layer.${layer}`);
    return { name: `transformer layer ${layer + 1}, ${shape.heads} heads`, output: [1 + time, width], parameters };
  });
  return [
    { name: "log-mel spectrogram, normalized", output: [shape.mels, frames, 1], parameters: under("spec_bn") },
    ...blocks,
    { name: "class vector before the moments", output: [1 + time, width], parameters: 0 },
    ...layers,
  ];
}

/** What a 3×3 convolution with one pixel of padding leaves of `size`. */
const strided = (size: number, stride: number) => Math.floor((size - 1) / stride) + 1;

const product = (dimensions: readonly number[]) => dimensions.reduce((a, b) => a * b, 1);

/** Where the frozen encoder's last layer looks in a song. */
export interface MusicAttention {
  /** Share of attention that each moment gets, mean over heads and over the positions that ask, `[T]`; with `ofClass` it adds up to 1. */
  readonly moments: Float32Array;
  /** The class vector's share. */
  readonly ofClass: number;
}

/** Attention over time of each song: `[mels, frames]` spectrograms of one length → the shares of their moments. */
export async function attentionOverTime(
  shape: MusicShape,
  params: ParamValues,
  songs: readonly MelSpectrogram[],
): Promise<MusicAttention[]> {
  const look = compile((p: Params, mel: tf.Tensor) => musicAttention(p, shape, mel), { baked: [0], threads: 1, name: "look" });
  const seen: MusicAttention[] = [];
  for (const { data, mels, frames } of songs) {
    const weights = await look(params, value(data, [1, mels, frames]));
    seen.push(meanOverRows(weights.data, weights.shape.at(-1) ?? 1));
  }
  await look.release();
  return seen;
}

function meanOverRows(weights: ArrayLike<number>, positions: number): MusicAttention {
  const rows = weights.length / positions;
  const shares = new Float64Array(positions);
  for (let i = 0; i < weights.length; i++) shares[i % positions]! += weights[i]! / rows;
  return { moments: Float32Array.from(shares.subarray(1)), ofClass: shares[0] ?? 0 };
}
