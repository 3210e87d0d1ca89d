import type { Json } from "../kernel/ipynb";

/** Longer columns go in plotly's packed form: a notebook would else hold one line of JSON for each number. */
const PLAIN_LENGTH = 64;

/** A column of numbers for plotly: plain when short, else 32-bit floats in base64. What is not finite becomes a gap. */
export function column(values: ArrayLike<number>): Json {
  if (values.length <= PLAIN_LENGTH) return Array.from(values, plainNumber);
  return { bdata: base64(Float32Array.from(values)), dtype: "f4" };
}

/** A matrix of numbers, row by row. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: ArrayLike<number>;
}

/**
 * A matrix `[rows, columns]` for plotly: packed, whole numbers in bytes where they fit.
 *
 * @param decimals digits kept after the point; whole numbers (0) take a quarter of the space
 */
export function packedMatrix(matrix: Matrix, decimals?: number): Json {
  const { rows, columns } = matrix;
  const values = Array.from(matrix.values, (value) => (decimals === undefined ? value : Number(value.toFixed(decimals))));
  if (values.length <= PLAIN_LENGTH)
    return Array.from({ length: rows }, (_, row) => values.slice(row * columns, (row + 1) * columns).map(plainNumber));
  const bytes = values.every((value) => Number.isInteger(value) && value >= -128 && value <= 127);
  const packed = bytes
    ? { bdata: base64(Int8Array.from(values)), dtype: "i1" }
    : { bdata: base64(Float32Array.from(values)), dtype: "f4" };
  return { ...packed, shape: `${rows}, ${columns}` };
}

/** Means over blocks, so that at most `maxRows` × `maxColumns` remain: a spectrogram has more cells than a figure has pixels. */
export function poolMatrix(matrix: Matrix, maxRows: number, maxColumns: number): Matrix {
  const rows = Math.min(matrix.rows, maxRows);
  const columns = Math.min(matrix.columns, maxColumns);
  const edges = (parts: number, length: number): number[] =>
    Array.from({ length: parts + 1 }, (_, part) => Math.floor((part * length) / parts));
  const [rowEdges, columnEdges] = [edges(rows, matrix.rows), edges(columns, matrix.columns)];
  const values = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const block = {
        top: rowEdges[row]!,
        bottom: rowEdges[row + 1]!,
        left: columnEdges[column]!,
        right: columnEdges[column + 1]!,
      };
      values[row * columns + column] = blockMean(matrix, block);
    }
  }
  return { rows, columns, values };
}

function blockMean({ values, columns }: Matrix, block: { top: number; bottom: number; left: number; right: number }): number {
  let sum = 0;
  for (let row = block.top; row < block.bottom; row++) {
    for (let column = block.left; column < block.right; column++) sum += values[row * columns + column]!;
  }
  return sum / ((block.bottom - block.top) * (block.right - block.left));
}

/** Six significant digits; null, plotly's gap, for what is not finite. */
function plainNumber(value: number): number | null {
  return Number.isFinite(value) ? Number(value.toPrecision(6)) : null;
}

function base64(array: Float32Array | Int8Array): string {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString("base64");
}
