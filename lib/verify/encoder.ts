import { melSpectrogram } from "../data/audio/mel";
import { openMusicEncoder } from "../model/music/open-encoder";
import type { ParamValues } from "../model/params";
import type { MusicShape } from "../recipe";

/** A music encoder fixture: a test signal by formula, and the released code's mel frames and embeddings. */
export interface EncoderFixture {
  readonly seeds: readonly number[];
  readonly samples: number;
  readonly sample_rate: number;
  readonly n_mels: number;
  readonly n_channels: number;
  readonly heads: number;
  readonly layers: number;
  /** For each row the mel frames 0, 7 and the last one, in dB. */
  readonly mel_db_frames_0_7_last: readonly (readonly (readonly number[])[])[];
  /** `[rows, positions, width]`. */
  readonly embedding: readonly (readonly (readonly number[])[])[];
}

/**
 * The fixture's signal: three tones and a noise floor,
 * `0.4 sin 2π(220+30s)t + 0.25 sin(2π(660+7s)t (1+0.1t)) + 0.1 sin(2π·3000t) sin(2π·2t) + 0.01 noise`, with the noise
 * from the linear congruential generator `v ← 1664525 v + 1013904223 mod 2³²` started at `s`.
 */
export function testSignal(s: number, samples: number, sampleRate: number): Float32Array {
  const turn = 2 * Math.PI;
  let v = s;
  return Float32Array.from({ length: samples }, (_, i) => {
    const t = i / sampleRate;
    v = (Math.imul(1_664_525, v) + 1_013_904_223) >>> 0;
    const noise = v / 2 ** 31 - 1;
    const tones = 0.4 * Math.sin(turn * (220 + 30 * s) * t) + 0.25 * Math.sin(turn * (660 + 7 * s) * t * (1 + 0.1 * t));
    return tones + 0.1 * Math.sin(turn * 3000 * t) * Math.sin(turn * 2 * t) + 0.01 * noise;
  });
}

/** Largest absolute differences: of the mel spectrogram in dB, and of the encoder's states. */
export async function encoderParity(
  fixture: EncoderFixture,
  weights: ParamValues,
): Promise<{ maxAbsMelDb: number; maxAbsEmbedding: number }> {
  const { n_mels: mels, n_channels: channels, heads, layers } = fixture;
  const inner = weights["encoder.layer.0.intermediate.dense.bias"]?.shape[0] ?? 0;
  const shape: MusicShape = { mels, channels, heads, inner, layers, tags: weights["dense.bias"]?.shape[0] ?? 0 };
  const encoder = openMusicEncoder(floatsOnly(weights), shape);
  let maxAbsMelDb = 0;
  let maxAbsEmbedding = 0;
  for (const [row, seed] of fixture.seeds.entries()) {
    const mel = melSpectrogram(testSignal(seed, fixture.samples, fixture.sample_rate));
    fixture.mel_db_frames_0_7_last[row]?.forEach((reference, which) => {
      const frame = [0, 7, mel.frames - 1][which] ?? 0;
      maxAbsMelDb = Math.max(
        maxAbsMelDb,
        farthest(reference, (band) => mel.data[band * mel.frames + frame]),
      );
    });
    const [states] = await encoder.represent([mel]);
    maxAbsEmbedding = Math.max(
      maxAbsEmbedding,
      farthest((fixture.embedding[row] ?? []).flat(), (i) => states?.data[i]),
    );
  }
  await encoder.release();
  return { maxAbsMelDb, maxAbsEmbedding };
}

/** Largest |ours − reference|; a missing number counts as infinitely far. */
function farthest(reference: readonly number[], ours: (i: number) => number | undefined): number {
  return reference.reduce((worst, x, i) => Math.max(worst, Math.abs((ours(i) ?? Number.POSITIVE_INFINITY) - x)), 0);
}

/** Leaves out step counters, which are whole numbers and take no part in the computation. */
const floatsOnly = (weights: ParamValues): ParamValues =>
  Object.fromEntries(Object.entries(weights).filter(([, { dtype }]) => dtype === "float32"));
