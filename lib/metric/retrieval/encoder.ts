/** Turns sentences into vectors of one length, in the same order; vectors are compared by the cosine of their angle. */
export type SentenceEncoder = (sentences: readonly string[]) => Promise<Float32Array[]>;

/** An encoder and what tables call it, since figures of different encoders cannot be compared. */
export interface NamedEncoder {
  readonly name: string;
  readonly encode: SentenceEncoder;
}

/** The vector scaled to length 1, so that dot products are cosines; zeros, which have no direction, stay zeros. */
export function unitVector(vector: ArrayLike<number>): Float64Array {
  let squares = 0;
  for (let i = 0; i < vector.length; i++) squares += vector[i]! ** 2;
  const scale = squares === 0 ? 0 : 1 / Math.sqrt(squares);
  const unit = new Float64Array(vector.length);
  for (let i = 0; i < unit.length; i++) unit[i] = vector[i]! * scale;
  return unit;
}

export function dotProduct(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/**
 * The dot product of a vector with each row of a matrix. Four rows go side by side, which spares the processor waiting for each sum; a
 * sum has the terms and the order of `dotProduct`, so its bits are the same.
 *
 * @param rows `[count, D]`, row by row
 * @param out `[count]`
 */
export function dotProducts(vector: Float64Array, rows: Float64Array, out: Float64Array): void {
  const width = vector.length;
  let row = 0;
  for (; row + 4 <= out.length; row += 4) {
    const [a, b, c, d] = [row * width, (row + 1) * width, (row + 2) * width, (row + 3) * width];
    let [sumA, sumB, sumC, sumD] = [0, 0, 0, 0];
    for (let i = 0; i < width; i++) {
      const x = vector[i]!;
      sumA += x * rows[a + i]!;
      sumB += x * rows[b + i]!;
      sumC += x * rows[c + i]!;
      sumD += x * rows[d + i]!;
    }
    out[row] = sumA;
    out[row + 1] = sumB;
    out[row + 2] = sumC;
    out[row + 3] = sumD;
  }
  for (; row < out.length; row++) out[row] = dotProduct(vector, rows.subarray(row * width, (row + 1) * width));
}
