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
  return Float64Array.from(vector, (value) => value * scale);
}

export function dotProduct(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
