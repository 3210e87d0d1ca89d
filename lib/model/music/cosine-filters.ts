import { type Value, value } from "../../engine";

/**
 * First-layer filters `[channels, 1, 3, 3]` that are the nine two-dimensional cosines of a 3×3 patch (the basis of the DCT-II,
 * Ahmed et al. 1974) in turn, each of norm `√2`; the second round has the other sign. Neighbouring bands and frames of a
 * spectrogram are alike, so random filters all respond to its level; the cosines tell level, edges and ripples apart, and batch
 * normalisation then makes them equally strong.
 */
export function cosineFilters(channels: number): Value {
  const wave = (order: number, at: number) =>
    [1 / Math.sqrt(3), [1, 0, -1][at]! / Math.sqrt(2), [1, -2, 1][at]! / Math.sqrt(6)][order]!;
  const data = Array.from({ length: channels * 9 }, (_, i) => {
    const [channel, band, frame] = [Math.floor(i / 9), Math.floor(i / 3) % 3, i % 3];
    const pattern = channel % 9;
    const sign = Math.floor(channel / 9) % 2 === 0 ? 1 : -1;
    return sign * Math.SQRT2 * wave(Math.floor(pattern / 3), band) * wave(pattern % 3, frame);
  });
  return value(Float32Array.from(data), [channels, 1, 3, 3]);
}
