import { type Matrix, poolMatrix } from "./numbers";
import { pngUri } from "./svg/png";

export interface PictureOptions {
  /** Values of the darkest and the brightest colour. */
  readonly range: readonly [number, number];
  /** Largest size in pixels; more rows or columns are averaged (default 64 × 160). */
  readonly maxRows?: number;
  readonly maxColumns?: number;
}

/** Viridis at nine equal steps (van der Walt and Smith, matplotlib), from dark to bright: red, green, blue. */
const VIRIDIS = [
  [68, 1, 84],
  [71, 44, 122],
  [59, 81, 139],
  [44, 113, 142],
  [33, 144, 141],
  [39, 173, 129],
  [92, 200, 99],
  [170, 220, 50],
  [253, 231, 37],
] as const;

/** Colours told apart; few, so that a picture packs well. */
const SHADES = 48;

/** A matrix in colours as a PNG data URI, row 0 at the bottom: a spectrogram small enough to stand in a table. */
export function pictureUri(matrix: Matrix, { range, maxRows = 64, maxColumns = 160 }: PictureOptions): string {
  const { rows, columns, values } = poolMatrix(matrix, maxRows, maxColumns);
  const [low, high] = range;
  const pixels = new Uint8ClampedArray(rows * columns * 4);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const share = (values[row * columns + column]! - low) / (high - low);
      const shade = Math.round(Math.min(1, Math.max(0, share)) * (SHADES - 1)) / (SHADES - 1);
      pixels.set(viridis(shade), ((rows - 1 - row) * columns + column) * 4);
    }
  }
  return pngUri(columns, rows, pixels);
}

/** Red, green, blue and alpha of a share between 0 and 1. */
function viridis(share: number): number[] {
  const place = share * (VIRIDIS.length - 1);
  const below = Math.min(Math.floor(place), VIRIDIS.length - 2);
  const [from, to] = [VIRIDIS[below]!, VIRIDIS[below + 1]!];
  return [...from.map((channel, index) => Math.round(channel + (place - below) * (to[index]! - channel))), 255];
}
