/** Decoded sound. */
export interface Audio {
  /** Hz */
  readonly sampleRate: number;
  /** One array a channel, all of one length, full scale at ±1. */
  readonly channels: readonly Float32Array[];
}
